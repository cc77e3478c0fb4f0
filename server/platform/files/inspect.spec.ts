import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import type { ByteRange } from '../http/index.ts';
import { sha256 } from '../crypto/index.ts';
import type { ByteSource } from './byte-source.ts';
import { inspect } from './inspect.ts';
import { KNOWN_TYPES, TYPE_GROUPS } from './media-types.ts';
import { makeOffice, makeZip } from './test/make-zip.ts';

const DEFAULT_GROUPS = TYPE_GROUPS.filter((group) => group !== 'archive');

/** A content in memory, given in pieces of a length that cuts everything somewhere. */
function sourceOf(bytes: Buffer, pieceBytes = 65_536): ByteSource {
  async function* read({ first, last }: ByteRange) {
    for (let at = first; at <= last; at += pieceBytes) {
      yield bytes.subarray(at, Math.min(at + pieceBytes, last + 1));
    }
  }
  async function* pass(range: ByteRange) {
    for await (const piece of read(range)) {
      const copy = Buffer.from(piece);
      yield copy;
      // As the real one: whoever keeps a piece finds it spoilt.
      copy.fill(0xee);
    }
  }
  return { sizeBytes: bytes.length, read, pass };
}

async function typeOf(
  name: string,
  bytes: Buffer,
  groups: readonly string[] = DEFAULT_GROUPS,
): Promise<string> {
  try {
    return (await inspect(sourceOf(bytes), { name, sha256: sha256(bytes).toString('hex'), groups }))
      .mediaType;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { reason } = error.details ?? {};
    return typeof reason === 'string' ? `${error.code} ${reason}` : error.code;
  }
}

/** The head of a PNG that says how large it is. */
function png(width: number, height: number): Buffer {
  const head = Buffer.alloc(33);
  head.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return head;
}

function jpeg(width: number, height: number, before = 0): Buffer {
  const filler = Buffer.alloc(before);
  if (before > 4) {
    filler.writeUInt16BE(0xffe1, 0);
    filler.writeUInt16BE(before - 2, 2);
  }
  const frame = Buffer.from([0xff, 0xc0, 0, 17, 8, 0, 0, 0, 0, 3]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), filler, frame, Buffer.alloc(20)]);
}

const latin = (text: string) => Buffer.from(text, 'latin1');
const EXE = Buffer.concat([latin('MZ\x90\0\x03\0\0\0'), Buffer.alloc(200)]);
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

describe('inspecting a content', () => {
  const CASES: [what: string, name: string, bytes: Buffer, expected: string][] = [
    ['a PNG', 'a.png', png(100, 50), 'image/png'],
    ['a PNG without an extension', 'paste', png(1, 1), 'image/png'],
    ['a JPEG', 'a.JPG', jpeg(640, 480), 'image/jpeg'],
    ['a JPEG with a preview before its size', 'a.jpeg', jpeg(640, 480, 60_000), 'image/jpeg'],
    ['a GIF', 'a.gif', latin('GIF89a\x10\0\x10\0\0\0'), 'image/gif'],
    ['a WebP', 'a.webp', latin('RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x0f\0\0\x0f\0\0'), 'image/webp'],
    ['a PDF', 'a.pdf', latin('%PDF-1.7\n1 0 obj'), 'application/pdf'],
    ['a Word document', 'a.docx', makeOffice('word'), WORD],
    [
      'an OpenDocument table',
      'a.ods',
      makeZip([
        {
          name: 'mimetype',
          bytes: latin('application/vnd.oasis.opendocument.spreadsheet'),
          isStored: true,
        },
      ]),
      'application/vnd.oasis.opendocument.spreadsheet',
    ],
    ['UTF-8 text', 'a.txt', Buffer.from('一二三\n'), 'text/plain'],
    ['GB 18030 text', 'a.csv', Buffer.from([0xd6, 0xd0, 0xce, 0xc4, 0x2c, 0x31, 0x0a]), 'text/plain'],
    ['an MP3', 'a.mp3', latin('ID3\x04\0\0\0\0\0\0'), 'audio/mpeg'],
    ['an MP3 without a tag', 'a.mp3', Buffer.from([0xff, 0xfb, 0x90, 0x64, 0, 0]), 'audio/mpeg'],
    ['a WAV', 'a.wav', latin('RIFF\x24\0\0\0WAVEfmt '), 'audio/wav'],
    ['an MP4', 'a.mp4', latin('\0\0\0\x18ftypisom\0\0\x02\0'), 'video/mp4'],
    ['a QuickTime film', 'a.mov', latin('\0\0\0\x14ftypqt  \0\0\0\0'), 'video/quicktime'],
    ['a program', 'a.exe', EXE, 'file.type_refused'],
    ['a program named as a picture', 'a.png', EXE, 'file.type_refused'],
    ['text named as a picture', 'a.png', Buffer.from('hello'), 'file.type_mismatch'],
    ['a PDF named as a picture', 'a.png', latin('%PDF-1.7\n'), 'file.type_mismatch'],
    ['a picture named as a program', 'a.exe', png(1, 1), 'file.type_mismatch'],
    ['a command file', 'a.bat', Buffer.from('del /q *'), 'file.type_mismatch'],
    ['a page with scripts', 'a.html', Buffer.from('<script>alert(1)</script>'), 'file.type_mismatch'],
    ['a drawing with scripts', 'a.svg', Buffer.from('<svg onload="x()"/>'), 'file.type_mismatch'],
    ['a script that says it is one', 'a.txt', Buffer.from('#!/bin/sh\nrm -rf /'), 'file.type_refused'],
    ['bytes of no kind', 'a.txt', Buffer.from([1, 2, 3, 255, 254, 0]), 'file.type_refused'],
    ['text with a NUL', 'a.txt', Buffer.from('ab\0cd'), 'file.type_refused'],
    ['an archive', 'a.zip', makeZip([{ name: 'a', bytes: latin('x') }]), 'file.type_refused'],
    [
      'an archive named as a document',
      'a.docx',
      makeZip([{ name: 'a', bytes: latin('x') }]),
      'file.type_refused',
    ],
    [
      'a document with macros',
      'a.docx',
      makeOffice('word', [{ name: 'word/vbaProject.bin', bytes: latin('x') }]),
      'file.type_refused macros',
    ],
    ['half a PNG head', 'a.png', latin('\x89PNG\r\n\x1a\n'), 'file.damaged'],
    ['a JPEG without a size', 'a.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xd9]), 'file.damaged'],
    ['a picture of no width', 'a.png', png(0, 5), 'file.damaged'],
    ['half a document', 'a.docx', makeOffice('word').subarray(0, 100), 'file.damaged'],
  ];
  for (const [what, name, bytes, expected] of CASES) {
    it(`says ${expected} to ${what}`, async () => {
      expect(await typeOf(name, bytes)).to.equal(expected);
    });
  }

  it('tells text apart however it is cut', async () => {
    const bytes = Buffer.from('一二三四五六七八九十'.repeat(10));
    for (const pieceBytes of [1, 2, 3, 7, 1_000]) {
      const sha = sha256(bytes).toString('hex');
      const told = await inspect(sourceOf(bytes, pieceBytes), {
        name: 'a.txt',
        sha256: sha,
        groups: DEFAULT_GROUPS,
      });
      expect(told.mediaType).to.equal('text/plain');
    }
  });

  it('refuses whole groups a site does not want, and takes archives where it does', async () => {
    expect(await typeOf('a.png', png(1, 1), ['pdf'])).to.equal('file.type_refused');
    const zip = makeZip([{ name: 'a.txt', bytes: latin('x') }]);
    expect(await typeOf('a.zip', zip, ['archive'])).to.equal('application/zip');
  });

  it('knows an extension and a group for every type', () => {
    for (const [type, { extensions, group }] of Object.entries(KNOWN_TYPES)) {
      expect(extensions.length, type).to.be.greaterThan(0);
      expect(TYPE_GROUPS, type).to.include(group);
    }
  });

  describe('bombs', () => {
    const zeros = (length: number) => Buffer.alloc(length);

    it('refuses pictures that would fill the memory', async () => {
      for (const bytes of [png(60_000, 60_000), png(0x7fffffff, 0x7fffffff), png(50_001, 1_000)]) {
        expect(await typeOf('a.png', bytes)).to.equal('file.image_too_large');
      }
      expect(await typeOf('a.jpg', jpeg(65_535, 65_535))).to.equal('file.image_too_large');
      expect(await typeOf('a.png', png(50_000, 1_000))).to.equal('image/png');
    });

    it('refuses what unpacks to far more than itself', async () => {
      const bomb = makeOffice('xl', [{ name: 'xl/sheet.xml', bytes: zeros(20 * 1024 * 1024) }]);
      expect(bomb.length).to.be.lessThan(30_000);
      expect(await typeOf('a.xlsx', bomb)).to.equal('file.archive_refused ratio');
    });

    it('lets a very regular small table pass', async () => {
      const table = makeOffice('xl', [{ name: 'xl/sheet.xml', bytes: zeros(7 * 1024 * 1024) }]);
      expect(await typeOf('a.xlsx', table)).to.match(/spreadsheetml/);
    });

    it('refuses entries that say they are smaller than they are', async () => {
      const liar = makeOffice('xl', [
        { name: 'xl/sheet.xml', bytes: zeros(20 * 1024 * 1024), claimedBytes: 1_000 },
      ]);
      expect(await typeOf('a.xlsx', liar)).to.equal('file.archive_refused lie');
    });

    it('refuses entries that share their bytes', async () => {
      const shared = makeOffice('xl', [
        { name: 'xl/a.xml', bytes: zeros(1_000_000) },
        ...Array.from({ length: 5 }, (_, index) => ({
          name: `xl/${index}.xml`,
          bytes: zeros(1_000_000),
          sharesBytes: true,
        })),
      ]);
      expect(await typeOf('a.xlsx', shared)).to.equal('file.archive_refused overlap');
    });

    it('refuses too many entries, passwords, and a claim beyond any size', async () => {
      const many = makeOffice(
        'xl',
        Array.from({ length: 5_000 }, (_, index) => ({ name: `xl/${index}`, bytes: latin('x') })),
      );
      expect(await typeOf('a.xlsx', many)).to.equal('file.archive_refused entries');
      const locked = makeOffice('word', [{ name: 'word/a', bytes: latin('x'), isEncrypted: true }]);
      expect(await typeOf('a.docx', locked)).to.equal('file.archive_refused password');
      const claim = makeOffice('word', [{ name: 'word/a', bytes: latin('x'), claimedBytes: 0xfffffff0 }]);
      expect(await typeOf('a.docx', claim)).to.equal('file.archive_refused size');
    });

    it('calls every cut and every flipped byte of a document refused or harmless, never a fault', async () => {
      const whole = makeOffice('word');
      for (let length = 4; length < whole.length; length += 1) {
        expect(await typeOf('a.docx', whole.subarray(0, length)), String(length)).to.match(/^file\./);
      }
      for (let at = 4; at < whole.length; at += 1) {
        const bent = Buffer.from(whole);
        bent[at] = (bent[at] ?? 0) ^ 0xff;
        expect(await typeOf('a.docx', bent), String(at)).to.match(/^(file\.|application\/)/);
      }
    });
  });
});
