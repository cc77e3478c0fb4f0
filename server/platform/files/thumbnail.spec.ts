import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import jpeg from 'jpeg-js';
import { QUIET_LOG } from '../../test/support/core.ts';
import { decodePng } from './png.ts';
import { buildFiles, type BuiltFiles } from './test/build-files.ts';
import { drawThumbnail, THUMBNAIL_EDGE } from './thumbnail.ts';
import { createThumbnailer } from './thumbnailer.ts';

const WORKER = new URL('./test/thumbnail-worker.mjs', import.meta.url);

/** A PNG of one filter and colour type; `row` gives the filtered bytes of each row. */
function makePng(
  head: { width: number; height: number; depth?: number; colour: number; interlace?: number },
  rows: readonly number[][],
  extra: readonly [name: string, body: number[]][] = [],
): Buffer {
  const chunk = (name: string, body: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    return Buffer.concat([length, Buffer.from(name), body, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(head.width, 0);
  header.writeUInt32BE(head.height, 4);
  header.set([head.depth ?? 8, head.colour, 0, 0, head.interlace ?? 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...extra.map(([name, body]) => chunk(name, Buffer.from(body))),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A plain PNG of one colour. */
function plainPng(width: number, height: number, [r, g, b]: [number, number, number]): Buffer {
  const row = [0, ...Array.from({ length: width }, () => [r, g, b]).flat()];
  return makePng({ width, height, colour: 2 }, Array<number[]>(height).fill(row));
}

function makeJpeg(width: number, height: number, paint: (x: number, y: number) => number[]): Buffer {
  const data = Buffer.alloc(width * height * 4, 255);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) data.set(paint(x, y), (y * width + x) * 4);
  }
  return jpeg.encode({ width, height, data }, 95).data;
}

/** Puts an Exif block with an orientation and a place into a JPEG. */
function withExif(bytes: Buffer, orientation: number): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write('MM\0*', 'latin1');
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(1, 8);
  tiff.writeUInt16BE(0x0112, 10);
  tiff.writeUInt16BE(3, 12);
  tiff.writeUInt32BE(1, 14);
  tiff.writeUInt16BE(orientation, 18);
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff, Buffer.from('GPS 39.9042 N')]);
  const marker = Buffer.from([0xff, 0xe1, 0, 0]);
  marker.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([bytes.subarray(0, 2), marker, body, bytes.subarray(2)]);
}

const near = (pixel: Uint8Array, expected: number[]) =>
  expected.every((value, index) => Math.abs((pixel[index] as number) - value) < 40);

describe('decoding PNG', () => {
  const pixel = (bytes: Buffer, index: number) => [
    ...decodePng(bytes).data.subarray(index * 4, index * 4 + 4),
  ];

  it('undoes every filter', () => {
    const head = { width: 2, height: 2, colour: 0 };
    const rows: [number, number[]][] = [
      [0, [10, 20, 30, 40]],
      [1, [10, 20, 30, 40]],
      [2, [10, 20, 30, 40]],
      [3, [10, 20, 30, 40]],
      [4, [10, 20, 30, 40]],
    ];
    for (const [kind, [a, b, c, d]] of rows as [number, [number, number, number, number]][]) {
      const guess = [
        [0, 0, 0, 0],
        [0, a, 0, c],
        [0, 0, a, b],
        [0, a >> 1, a >> 1, (c + b) >> 1],
        // The guess nearest to left + up - corner: 10, then 30 + 20 - 10 = 40, nearest 30.
        [0, a, a, 30],
      ][kind] as number[];
      const stored = [a, b, c, d].map((value, index) => (value - (guess[index] as number)) & 255);
      const bytes = makePng(head, [
        [kind, stored[0] as number, stored[1] as number],
        [kind, stored[2] as number, stored[3] as number],
      ]);
      const grey = [0, 1, 2, 3].map((index) => pixel(bytes, index)[0]);
      expect(grey, `filter ${kind}`).to.deep.equal([a, b, c, d]);
    }
  });

  it('reads every colour type and depth', () => {
    const one = (colour: number, depth: number, row: number[], extra: [string, number[]][] = []) =>
      pixel(makePng({ width: 1, height: 1, colour, depth }, [[0, ...row]], extra), 0);
    expect(one(0, 8, [7])).to.deep.equal([7, 7, 7, 255]);
    expect(one(0, 1, [0x80])).to.deep.equal([255, 255, 255, 255]);
    expect(one(0, 4, [0x80])).to.deep.equal([136, 136, 136, 255]);
    expect(one(0, 16, [7, 99])).to.deep.equal([7, 7, 7, 255]);
    expect(one(2, 8, [1, 2, 3])).to.deep.equal([1, 2, 3, 255]);
    expect(one(4, 8, [9, 100])).to.deep.equal([9, 9, 9, 100]);
    expect(one(6, 8, [1, 2, 3, 4])).to.deep.equal([1, 2, 3, 4]);
    const palette: [string, number[]][] = [
      ['PLTE', [0, 0, 0, 5, 6, 7]],
      ['tRNS', [255, 50]],
    ];
    expect(one(3, 2, [0x40], palette)).to.deep.equal([5, 6, 7, 50]);
  });

  it('throws for what it does not read, and for pixels that do not fit the head', () => {
    const head = { width: 1, height: 1, colour: 0 };
    const bad: Buffer[] = [
      makePng({ ...head, interlace: 1 }, [[0, 1]]),
      makePng({ ...head, colour: 5 }, [[0, 1]]),
      makePng({ ...head, depth: 3 }, [[0, 1]]),
      makePng(head, [[9, 1]]),
      makePng({ ...head, height: 2 }, [[0, 1]]),
      makePng(head, Array<number[]>(1_000).fill([0, 1])),
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    ];
    bad.forEach((bytes, index) => expect(() => decodePng(bytes), String(index)).to.throw());
  });
});

describe('drawing thumbnails', () => {
  it('keeps the proportions and the colours', () => {
    const drawn = jpeg.decode(drawThumbnail({ type: 'image/png', bytes: plainPng(960, 320, [200, 30, 40]) }));
    expect([drawn.width, drawn.height]).to.deep.equal([THUMBNAIL_EDGE, 160]);
    expect(near(drawn.data, [200, 30, 40])).to.equal(true);
  });

  it('makes nothing larger, and transparent pixels white', () => {
    const clear = makePng({ width: 2, height: 1, colour: 6 }, [[0, 9, 9, 9, 0, 0, 0, 0, 0]]);
    const drawn = jpeg.decode(drawThumbnail({ type: 'image/png', bytes: clear }));
    expect([drawn.width, drawn.height]).to.deep.equal([2, 1]);
    expect(near(drawn.data, [255, 255, 255])).to.equal(true);
  });

  it('turns pictures as the camera was held and takes over nothing of what it wrote', () => {
    const [RED, BLUE] = [
      [220, 20, 20],
      [20, 20, 220],
    ];
    const photo = makeJpeg(32, 16, (x) => (x < 16 ? RED : BLUE));
    const corners: Record<number, [number, number, number[]]> = {
      1: [32, 16, RED],
      2: [32, 16, BLUE],
      3: [32, 16, BLUE],
      4: [32, 16, RED],
      5: [16, 32, RED],
      6: [16, 32, RED],
      7: [16, 32, BLUE],
      8: [16, 32, BLUE],
    };
    for (const [orientation, [width, height, first]] of Object.entries(corners)) {
      const bytes = drawThumbnail({ type: 'image/jpeg', bytes: withExif(photo, Number(orientation)) });
      const drawn = jpeg.decode(bytes);
      expect([drawn.width, drawn.height], orientation).to.deep.equal([width, height]);
      expect(near(drawn.data, first), orientation).to.equal(true);
      expect(bytes.includes('GPS') || bytes.includes('Exif')).to.equal(false);
    }
  });
});

describe('thumbnails of stored pictures', () => {
  let files: BuiltFiles;
  before(async () => {
    files = await buildFiles({
      thumbnail: (store) => createThumbnailer(store, { workerUrl: WORKER, log: QUIET_LOG }),
    });
  });
  after(() => files.close());

  it('are files of their own, sealed, and read through their picture alone', async () => {
    const { id } = await files.upload('a.png', plainPng(600, 600, [10, 200, 10]));
    await files.checker.drain();
    const state = await files.served.ask('ann', `/api/v1/files/${id}/thumbnail`);
    expect([state.status, state.headers['content-type']]).to.deep.equal([200, 'image/jpeg']);
    const { thumbnailId } = await files.core.uow.read((db) => files.store.info(db, id));
    expect((await files.served.ask('ann', `/api/v1/files/${thumbnailId}`)).status).to.equal(404);
    expect((await files.served.ask('bob', `/api/v1/files/${id}/thumbnail`)).status).to.equal(404);
  });

  it('are missing where the decoder gives up, and the file is there all the same', async () => {
    const broken = plainPng(50, 50, [1, 2, 3]);
    broken.fill(0x55, broken.length - 40, broken.length - 20);
    const { id } = await files.upload('b.png', broken);
    await files.checker.drain();
    expect((await files.served.ask('ann', `/api/v1/files/${id}`)).status).to.equal(200);
    expect((await files.served.ask('ann', `/api/v1/files/${id}/thumbnail`)).status).to.equal(404);
  });

  it('go with their picture', async () => {
    const { id } = await files.upload('c.png', plainPng(20, 20, [1, 2, 3]));
    await files.checker.drain();
    const { thumbnailId } = await files.core.uow.read((db) => files.store.info(db, id));
    await files.core.uow.run({ actor: { type: 'system', id: 'system' } }, async (tx) => {
      expect(await files.store.remove(tx, [id])).to.equal(1);
      tx.record({ action: 'file.remove', outcome: 'ok' });
    });
    const left = await files.core.uow.read((db) => files.store.infos(db, [id, thumbnailId as string]));
    expect(left.size).to.equal(0);
  });
});
