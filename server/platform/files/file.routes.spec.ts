import { request } from 'node:http';
import { expect } from 'chai';
import { createStorageGuard } from '../persistence/index.ts';
import { FILE_LIMITS } from './limits.ts';
import { buildFiles, type BuiltFiles } from './test/build-files.ts';

const TEXT = Buffer.from('对账单：一月份没有差错。\n');
const MIB = 1024 * 1024;

/** Text of any length: the type is told by content, and text is the easiest one to make. */
function textOf(length: number): Buffer {
  return Buffer.alloc(length, 'The quick brown fox jumps over the lazy dog. ');
}

describe('files over HTTP', () => {
  let files: BuiltFiles;
  before(async () => {
    files = await buildFiles();
  });
  after(() => files.close());

  const get = (path: string, headers: Record<string, string> = {}, caller: 'ann' | 'bob' = 'ann') =>
    files.served.ask(caller, path, { headers });
  const rows = async <T>(text: string, values: unknown[] = []) => (await files.core.sql(text, values)) as T[];

  /** Sends a part whose connection dies after `sentBytes`. */
  async function putAndCut(id: string, bytes: Buffer, sentBytes: number): Promise<void> {
    const { port } = new URL(`http://localhost:${files.served.port}`);
    const sent = request({
      ...{ host: '127.0.0.1', port, method: 'PUT', path: `/api/v1/uploads/${id}?offset=0`, agent: false },
      headers: {
        Host: `localhost:${port}`,
        Authorization: 'Bearer token-of-the-ann',
        'Content-Type': 'application/octet-stream',
        'Content-Length': String(bytes.length),
      },
    });
    sent.on('error', () => undefined);
    await new Promise<void>((resolve) => sent.write(bytes.subarray(0, sentBytes), () => resolve()));
    const closed = new Promise<void>((resolve) => sent.once('close', () => resolve()));
    sent.destroy();
    await closed;
  }

  /** The server notices a cut some moments later than the client; asks until what was kept stands still. */
  async function receivedOf(id: string, atLeast: number): Promise<number> {
    for (let attempt = 0; attempt < 500; attempt += 1) {
      const { json } = await get(`/api/v1/uploads/${id}`);
      if (json.received >= atLeast) return json.received as number;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error('The cut part was not kept.');
  }

  it('answers 401, 403, 400, then success', async () => {
    const body = { id: files.newId(), name: 'a.txt', size: 3 };
    const ask = (caller: 'ann' | 'nobody' | undefined, sent: object) =>
      files.served.ask(caller, '/api/v1/uploads', { method: 'POST', body: sent });
    expect((await ask(undefined, body)).status).to.equal(401);
    expect((await ask('nobody', body)).status).to.equal(403);
    expect((await ask('ann', { ...body, size: -1 })).status).to.equal(400);
    expect((await ask('ann', body)).status).to.equal(201);
  });

  it('takes a file, checks it, and gives it back, whole and in parts', async () => {
    const { id, status, json } = await files.upload('对账单.txt', TEXT);
    expect([status, json]).to.deep.equal([
      200,
      {
        id,
        name: '对账单.txt',
        size: TEXT.length,
        type: 'text/plain',
        state: 'waiting',
        hasThumbnail: false,
      },
    ]);
    await files.checker.drain();
    const whole = await get(`/api/v1/files/${id}`);
    expect([whole.status, whole.text]).to.deep.equal([200, TEXT.toString()]);
    expect(whole.headers).to.include({
      'content-type': 'text/plain',
      etag: `"${id}"`,
      'cache-control': 'no-store',
    });
    const part = await get(`/api/v1/files/${id}`, { Range: 'bytes=3-5' });
    expect([part.status, part.text]).to.deep.equal([206, TEXT.subarray(3, 6).toString()]);
    expect((await get(`/api/v1/files/${id}`, { Range: 'bytes=99999-' })).status).to.equal(416);
  });

  it('keeps name and content sealed under the key of the requester', async () => {
    const { id } = await files.upload('秘密.txt', TEXT);
    const [file] = await rows<{ name_enc: Buffer; content_bix: Buffer }>(
      'SELECT name_enc, content_bix FROM stored_file WHERE id = $1',
      [id],
    );
    const [chunk] = await rows<{ body_enc: Buffer }>(
      'SELECT body_enc FROM stored_file_chunk WHERE file_id = $1',
      [id],
    );
    for (const envelope of [file?.name_enc, chunk?.body_enc] as Buffer[]) {
      expect([envelope[0], envelope.readUInt32BE(2)]).to.deep.equal([0xe1, files.requester.dekId]);
    }
    expect(chunk?.body_enc.includes(TEXT)).to.equal(false);
    expect(file?.content_bix).to.have.length(8);
  });

  it('refuses a piece that was moved to another place', async () => {
    const { id } = await files.upload('two.txt', textOf(2 * MIB));
    await files.checker.drain();
    await rows(
      `UPDATE stored_file_chunk SET body_enc = (SELECT body_enc FROM stored_file_chunk WHERE file_id = $1 AND chunk_no = 0)
        WHERE file_id = $1 AND chunk_no = 1`,
      [id],
    );
    const cut = await get(`/api/v1/files/${id}`).catch((error: Error) => error);
    expect(cut).to.be.instanceOf(Error);
    expect((await get(`/api/v1/files/${id}`, { Range: `bytes=${MIB}-` })).json.code).to.equal(
      'crypto.auth_failed',
    );
  });

  it('gives nothing to others, neither the file nor the upload', async () => {
    const { id } = await files.upload('mine.txt', TEXT);
    await files.checker.drain();
    for (const path of [`/api/v1/files/${id}`, `/api/v1/files/${id}/thumbnail`, `/api/v1/uploads/${id}`]) {
      expect((await get(path, {}, 'bob')).json.code, path).to.equal('request.not_found');
    }
    const upload = files.newId();
    await files.begin(upload, 'mine.txt', TEXT.length);
    const raw = { raw: TEXT, headers: { 'Content-Type': 'application/octet-stream' } };
    const foreign = await files.served.ask('bob', `/api/v1/uploads/${upload}?offset=0`, {
      method: 'PUT',
      ...raw,
    });
    expect(foreign.status).to.equal(404);
    expect(
      (await files.served.ask('bob', `/api/v1/uploads/${upload}`, { method: 'DELETE' })).status,
    ).to.equal(404);
  });

  it('gives nothing before the check', async () => {
    const { id } = await files.upload('early.txt', TEXT);
    const early = await files.served.ask('ann', `/api/v1/files/${files.newId()}`);
    expect(early.status).to.equal(404);
    // The upload has nudged the check: it ends before the file is put back.
    await files.checker.drain();
    await rows(`UPDATE stored_file SET state = 'waiting' WHERE id = $1`, [id]);
    expect((await get(`/api/v1/files/${id}`)).json.code).to.equal('file.waiting');
  });

  describe('resuming', () => {
    it('keeps what arrived before a cut at 99 % and takes the rest', async () => {
      const bytes = textOf(3 * MIB);
      const id = files.newId();
      await files.begin(id, 'big.txt', bytes.length);
      await putAndCut(id, bytes, Math.floor(bytes.length * 0.99));
      const received = await receivedOf(id, 2 * MIB + 65_536);
      expect(received % FILE_LIMITS.chunkStepBytes).to.equal(0);
      expect(received).to.be.greaterThan(bytes.length * 0.98 - FILE_LIMITS.chunkStepBytes);
      expect((await files.put(id, received, bytes.subarray(received))).json).to.deep.equal({
        received: bytes.length,
      });
      expect((await files.finish(id, bytes)).status).to.equal(200);
      await files.checker.drain();
      expect((await get(`/api/v1/files/${id}`)).text).to.equal(bytes.toString());
    });

    it('begins twice under one id without a second file, and refuses another file under it', async () => {
      const id = files.newId();
      const bytes = textOf(200_000);
      await files.begin(id, 'a.txt', bytes.length);
      await files.put(id, 0, bytes.subarray(0, 131_072));
      expect((await files.begin(id, 'a.txt', bytes.length)).json).to.include({ received: 131_072 });
      expect((await files.begin(id, 'b.txt', bytes.length)).json['code']).to.equal('file.id_reused');
      expect((await files.begin(id, 'a.txt', 7)).json['code']).to.equal('file.id_reused');
    });

    it('refuses a wrong offset and says the right one', async () => {
      const id = files.newId();
      await files.begin(id, 'a.txt', 200_000);
      await files.put(id, 0, textOf(65_536));
      for (const offset of [0, 1, 65_535, 65_537, 200_000]) {
        const { status, json } = await files.put(id, offset, textOf(10));
        expect([status, json['code'], json['details']]).to.deep.equal([
          409,
          'file.offset_wrong',
          { receivedBytes: 65_536 },
        ]);
      }
    });

    it('lets one of two senders through who write to the same place', async () => {
      const id = files.newId();
      const bytes = textOf(MIB);
      await files.begin(id, 'a.txt', bytes.length);
      const answers = await Promise.all([files.put(id, 0, bytes), files.put(id, 0, bytes)]);
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 409]);
      expect((await files.finish(id, bytes)).status).to.equal(200);
    });

    it('takes no byte beyond the announced size', async () => {
      const id = files.newId();
      await files.begin(id, 'a.txt', TEXT.length);
      const more = await files.put(id, 0, Buffer.concat([TEXT, TEXT]));
      expect([more.status, more.json['code']]).to.deep.equal([413, 'request.too_large']);
      expect((await get(`/api/v1/uploads/${id}`)).json.received).to.equal(0);
    });
  });

  describe('finishing', () => {
    it('refuses what is not complete, a wrong hash, and a write afterwards', async () => {
      const id = files.newId();
      const bytes = textOf(100_000);
      await files.begin(id, 'a.txt', bytes.length);
      await files.put(id, 0, bytes.subarray(0, 65_536));
      const early = await files.finish(id, bytes);
      expect([early.status, early.json['code'], early.json['details']]).to.deep.equal([
        409,
        'file.incomplete',
        { receivedBytes: 65_536 },
      ]);
      await files.put(id, 65_536, bytes.subarray(65_536));
      expect((await files.finish(id, TEXT)).json['code']).to.equal('file.hash_mismatch');
      expect((await files.finish(id, bytes)).status).to.equal(200);
      expect((await files.put(id, 0, bytes)).json['code']).to.equal('file.state_refused');
    });

    it('finishes twice with the same hash and refuses another one', async () => {
      const { id } = await files.upload('a.txt', TEXT);
      expect((await files.finish(id, TEXT)).status).to.equal(200);
      expect((await files.finish(id, textOf(3))).json['code']).to.equal('file.state_refused');
    });

    it('throws an unfinished upload away when its sender says so, a finished one never', async () => {
      const id = files.newId();
      await files.begin(id, 'a.txt', TEXT.length);
      await files.put(id, 0, TEXT);
      const remove = () => files.served.ask('ann', `/api/v1/uploads/${id}`, { method: 'DELETE' });
      expect((await remove()).status).to.equal(204);
      expect((await remove()).status).to.equal(404);
      const done = await files.upload('a.txt', TEXT);
      expect(
        (await files.served.ask('ann', `/api/v1/uploads/${done.id}`, { method: 'DELETE' })).json.code,
      ).to.equal('file.state_refused');
    });
  });

  describe('sizes and names', () => {
    it('refuses nothing at all and one byte over 20 MB', async () => {
      const empty = await files.begin(files.newId(), 'a.txt', 0);
      expect([empty.status, empty.json['code']]).to.deep.equal([422, 'file.empty']);
      const big = await files.begin(files.newId(), 'a.txt', FILE_LIMITS.fileBytesMax + 1);
      expect([big.status, big.json['code']]).to.deep.equal([413, 'file.too_large']);
      expect((await files.begin(files.newId(), 'a.txt', FILE_LIMITS.fileBytesMax)).status).to.equal(201);
    });

    for (const [name, kept] of [
      ['../../etc/passwd.txt', 'passwd.txt'],
      ['C:\\Users\\ann\\a.txt', 'a.txt'],
      ['\u202etxt.exe.txt', 'txt.exe.txt'],
      ['a\tb\u200b.txt', 'ab.txt'],
      ['😀𠮷.txt', '😀𠮷.txt'],
      [`${'长'.repeat(300)}.txt`, `${'长'.repeat(251)}.txt`],
      ['...', 'file.txt'],
      ['paste', 'paste.txt'],
    ] as const) {
      it(`keeps ${JSON.stringify(name.slice(0, 30))} as ${JSON.stringify(kept.slice(0, 30))}`, async () => {
        const { status, json } = await files.upload(name, TEXT);
        expect([status, json['name']]).to.deep.equal([200, kept]);
      });
    }

    it('refuses a NUL and half a character in a name', async () => {
      for (const name of ['a\0.txt', '\ud83d.txt']) {
        expect((await files.begin(files.newId(), name, 3)).json['code']).to.equal('request.invalid');
      }
    });
  });

  it('records begin, upload, check, and download with the requester, and no name anywhere', async () => {
    const { id } = await files.upload('工资条.txt', TEXT);
    await files.checker.drain();
    await get(`/api/v1/files/${id}`);
    const bodies = (await rows<{ body: string }>('SELECT body FROM audit_event')).map(({ body }) => body);
    const own = bodies.filter((body) => body.includes(id));
    for (const action of ['file.begin', 'file.upload', 'file.check', 'file.download']) {
      expect(
        own.filter((body) => body.includes(`"${action}"`)),
        action,
      ).to.have.length(1);
    }
    expect(bodies.join('\n')).not.to.contain('工资条');
  });

  it('answers no fault of its own in all of this', () => {
    expect(
      files.served.faults.map(String).filter((fault) => !fault.includes('could not be read')),
    ).to.deep.equal([]);
  });
});

describe('limits of files', () => {
  let files: BuiltFiles;
  beforeEach(async () => {
    files = await buildFiles();
  });
  afterEach(() => files.close());

  it('counts what one sender begins in an hour', async () => {
    for (let count = 0; count < FILE_LIMITS.filesPerCreatorHourMax; count += 1) {
      expect((await files.begin(files.newId(), 'a.txt', 3)).status).to.equal(201);
    }
    const one = await files.begin(files.newId(), 'a.txt', 3);
    expect([one.status, one.json['code'], one.json['details']]).to.deep.equal([
      429,
      'file.limit',
      { limit: 'hour', max: FILE_LIMITS.filesPerCreatorHourMax },
    ]);
    files.clock.advance(3_600_001);
    expect((await files.begin(files.newId(), 'a.txt', 3)).status).to.equal(201);
  });

  it('throws away what nobody finished for a day, and nothing else', async () => {
    const open = files.newId();
    await files.begin(open, 'a.txt', 100_000);
    await files.put(open, 0, textOf(65_536));
    const { id: done } = await files.upload('a.txt', TEXT);
    await files.checker.drain();
    expect(await files.checker.sweep()).to.equal(0);
    files.clock.advance(FILE_LIMITS.uploadKeptMs + 1);
    expect(await files.checker.sweep()).to.equal(1);
    expect((await files.put(open, 65_536, textOf(10))).status).to.equal(404);
    expect((await files.served.ask('ann', `/api/v1/files/${done}`)).status).to.equal(200);
  });
});

describe('files and a full disk', () => {
  it('refuses parts while the disk is full and goes on when there is room', async () => {
    let freeBytes = 1e12;
    const guard = createStorageGuard({
      folders: ['data'],
      now: () => new Date(),
      freeBytes: () => Promise.resolve(freeBytes),
    });
    const files = await buildFiles({ guard });
    try {
      const id = files.newId();
      const bytes = textOf(2 * MIB);
      await files.begin(id, 'a.txt', bytes.length);
      await files.put(id, 0, bytes.subarray(0, MIB));
      freeBytes = 0;
      await guard.look();
      const full = await files.put(id, MIB, bytes.subarray(MIB));
      expect([full.status, full.json['code']]).to.deep.equal([503, 'storage.full']);
      freeBytes = 1e12;
      await guard.look();
      expect((await files.put(id, MIB, bytes.subarray(MIB))).status).to.equal(200);
      expect((await files.finish(id, bytes)).status).to.equal(200);
    } finally {
      guard.close();
      await files.close();
    }
  });
});
