import { spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { gzip, readTar, writeTar, type TarEntry } from './tar.ts';

const file = (path: string, content: string, mode = 0o644): TarEntry => ({
  ...{ path, mode, kind: 'file', content: Buffer.from(content) },
});
const LONG = `${'folder/'.repeat(20)}${'name'.repeat(20)}.txt`;
const ENTRIES: TarEntry[] = [
  { path: 'top', mode: 0o755, kind: 'folder', content: Buffer.alloc(0) },
  file('top/empty', ''),
  file('top/run.sh', '#!/bin/sh\n', 0o755),
  file('top/block', 'x'.repeat(512)),
  file('top/more', 'x'.repeat(513)),
  file(LONG, '长路径'),
  { path: 'top/link', mode: 0o777, kind: 'link', content: Buffer.alloc(0), target: 'run.sh' },
];

/** An entry as a file of another kind, without the end of an archive. */
function retyped(entry: TarEntry, type: string): Buffer {
  const bytes = writeTar([entry], { mtime: 1 });
  bytes.write(type, 156);
  const header = Buffer.from(bytes.subarray(0, 512)).fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes.subarray(0, bytes.length - 1_024);
}

/** `LENGTH key=value` and a line end, the length in bytes with itself. */
function recordOf(text: string): string {
  const rest = Buffer.byteLength(` ${text}\n`);
  const length = rest + String(rest + String(rest).length).length;
  return `${length} ${text}\n`;
}

describe('archives', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'vd-tar-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are read as they were written, packed or not', () => {
    const archive = writeTar(ENTRIES, { mtime: 1_700_000_000 });
    expect(readTar(archive)).to.deep.equal(ENTRIES);
    expect(readTar(gzip(archive))).to.deep.equal(ENTRIES);
  });

  it('are unpacked by tar with modes, times, links, and long names', () => {
    const path = join(folder, 'a.tar.gz');
    writeFileSync(path, gzip(writeTar(ENTRIES, { mtime: 1_700_000_000 })));
    const { status, stderr } = spawnSync('tar', ['xzpf', path, '-C', folder], { encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    expect(readFileSync(join(folder, LONG), 'utf8')).to.equal('长路径');
    expect(readlinkSync(join(folder, 'top/link'))).to.equal('run.sh');
    const state = lstatSync(join(folder, 'top/run.sh'));
    expect([state.mode & 0o777, state.mtimeMs]).to.deep.equal([0o755, 1_700_000_000_000]);
  });

  it('of the same input have the same bytes, with no trace of who wrote them', () => {
    const [a, b] = [0, 1].map(() => gzip(writeTar(ENTRIES, { mtime: 1 }))) as [Buffer, Buffer];
    expect(a.equals(b)).to.equal(true);
    expect([...a.subarray(0, 10)]).to.deep.equal([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff]);
    const header = gunzipSync(a).subarray(0, 512).toString('latin1');
    expect(header.slice(108, 124)).to.equal('0000000\x000000000\0');
    expect(header.slice(265, 329)).to.equal('\0'.repeat(64));
  });

  it('give entries another owner where asked', () => {
    const header = writeTar([file('a', '')], { mtime: 1, owner: 10_001 }).toString('latin1', 108, 124);
    expect(header).to.equal('0023421\x000023421\0');
  });

  it('refuse what they cannot hold', () => {
    for (const path of ['x'.repeat(101), `${'y'.repeat(156)}/z`, `${'a/'.repeat(100)}${'b'.repeat(101)}`])
      expect(() => writeTar([file(path, '')], { mtime: 1 })).to.throw(RangeError, 'too long');
    const link: TarEntry = { ...file('l', ''), kind: 'link', target: 't'.repeat(101) };
    expect(() => writeTar([link], { mtime: 1 })).to.throw(RangeError, 'too long');
  });

  it('are read with the extended headers of other programs', () => {
    const long = `${'目录'.repeat(40)}/${'n'.repeat(180)}`;
    const extended = retyped(file('header', recordOf(`path=${long}`) + recordOf('mtime=1.5')), 'x');
    const general = retyped(file('general', recordOf('comment=of all')), 'g');
    const entries = [file('cut', 'abc'), file('after', '')].map((entry) => writeTar([entry], { mtime: 1 }));
    const [named, after] = entries as [Buffer, Buffer];
    const bytes = Buffer.concat([general, extended, named.subarray(0, 1_024), after]);
    expect(readTar(bytes).map((entry) => [entry.path, entry.content.toString()])).to.deep.equal([
      [long, 'abc'],
      ['after', ''],
    ]);
  });

  const whole = writeTar(ENTRIES, { mtime: 1 });
  const renamed = (path: string) => writeTar([file(path, '')], { mtime: 1 });
  const faults: Record<string, Buffer> = {
    nothing: Buffer.alloc(0),
    text: Buffer.from('no archive '.repeat(200)),
    'a cut header': whole.subarray(0, 700),
    'a cut file': whole.subarray(0, 2_600),
    'a missing end': whole.subarray(0, whole.length - 1_024),
    'a changed header': Buffer.concat([Buffer.from('X'), whole.subarray(1)]),
    'a path that leads out': renamed('a/../../b'),
    'an absolute path': renamed('/etc/passwd'),
  };
  for (const [what, bytes] of Object.entries(faults)) {
    it(`refuse ${what}`, () => expect(() => readTar(bytes)).to.throw(RangeError));
  }

  it('refuse a device', () => {
    const bytes = Buffer.concat([retyped(file('device', ''), '3'), Buffer.alloc(1_024)]);
    expect(() => readTar(bytes)).to.throw(RangeError, 'kind');
  });
});
