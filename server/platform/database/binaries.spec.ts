import { expect } from 'chai';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { StartError } from '../../kernel/index.ts';
import { canEnter, chooseAccount, parseIdMap } from './account.ts';
import { canRun, copyNative, findNative, linkLibraries, requireProc } from './binaries.ts';
import { faultOf, translateFault } from './faults.ts';

const OWN = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, isOther: false };

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as StartError).code;
  }
  return 'no error';
}

describe('the programs of the embedded database', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vd-bin-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('run from an install without install scripts, without a write into the package', () => {
    const native = findNative();
    const had = readdirSync(join(native, 'lib'));
    const binaries = linkLibraries(native, join(folder, 'links'));
    expect(canRun(binaries, OWN)).to.equal(true);
    expect(readdirSync(join(native, 'lib'))).to.deep.equal(had);
    expect(statSync(join(folder, 'links')).mode & 0o777).to.equal(0o755);
  });

  it('are linked anew when an old link points elsewhere', () => {
    const links = join(folder, 'links');
    linkLibraries(findNative(), links);
    rmSync(join(links, 'libpq.so.5'));
    symlinkSync('/nowhere', join(links, 'libpq.so.5'));
    linkLibraries(findNative(), links);
    expect(existsSync(join(links, 'libpq.so.5'))).to.equal(true);
    expect(lstatSync(join(links, 'libpq.so.5')).isSymbolicLink()).to.equal(true);
  });

  it('do not run when a library is missing, and are then found not to', () => {
    cpSync(join(findNative(), 'bin'), join(folder, 'bin'), { recursive: true });
    expect(canRun({ native: folder, env: {} }, OWN)).to.equal(false);
  });

  it('are copied whole and once', () => {
    const first = copyNative(findNative(), folder);
    const made = statSync(first).ctimeMs;
    expect(copyNative(findNative(), folder)).to.equal(first);
    expect(statSync(first).ctimeMs).to.equal(made);
    expect(canRun(linkLibraries(first, join(folder, 'links')), OWN)).to.equal(true);
  });

  it('are missing on other systems, with a clear error', () => {
    expect(codeOf(() => findNative('win32-x64'))).to.equal('database.no_binaries');
    expect(codeOf(() => findNative('linux-riscv64'))).to.equal('database.no_binaries');
  });

  it('need /proc', () => {
    expect(codeOf(() => requireProc(join(folder, 'self', 'exe')))).to.equal('database.proc_missing');
    expect(codeOf(() => requireProc())).to.equal('no error');
  });
});

describe('the account of the embedded database', () => {
  const passwd =
    'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\ndaemon:x:1:1::/:/bin/false\n';

  it('is nobody for root, and the installed account where there is one', () => {
    expect(chooseAccount(passwd, () => true)).to.deep.equal({ uid: 65_534, gid: 65_533, isOther: true });
    const installed = `${passwd}vaultdesk-db:x:990:991::/:/bin/false\n`;
    expect(chooseAccount(installed, () => true)).to.include({ uid: 990, gid: 991 });
  });

  it('is another one where the container maps no nobody, and none where it maps nothing', () => {
    const isMapped = parseIdMap('         0       1000      10\n');
    expect(chooseAccount(passwd, isMapped)).to.include({ uid: 1 });
    expect(chooseAccount(passwd, parseIdMap('0 1000 1\n'))).to.equal(undefined);
    expect(chooseAccount('', () => true)).to.equal(undefined);
  });

  it('never is root under another name', () => {
    expect(chooseAccount('nobody:x:0:0::/:/bin/sh\n', () => true)).to.equal(undefined);
  });

  it('enters what the mode bits of every folder above allow', () => {
    const other = { uid: 65_534, gid: 65_534, isOther: true };
    expect(canEnter('/tmp', other)).to.equal(true);
    expect(canEnter('/', other)).to.equal(true);
    expect(canEnter('/no/such/folder', other)).to.equal(true);
    const closed = mkdtempSync(join(tmpdir(), 'vd-closed-'));
    expect(canEnter(join(closed, 'below'), other)).to.equal(false);
    expect(canEnter(join(closed, 'below'), OWN)).to.equal(true);
    rmSync(closed, { recursive: true });
  });
});

describe('faults of the embedded database', () => {
  const cases: [output: string, code: string][] = [
    ['PANIC:  could not write to file "pg_wal/xlogtemp.1": No space left on device', 'database.disk_full'],
    ['initdb: error: could not write: No space left on device', 'database.disk_full'],
    [
      'FATAL:  could not bind Unix address "/x/.s.PGSQL.5432": Address already in use',
      'database.socket_in_use',
    ],
    ['FATAL:  The data directory was initialized by PostgreSQL version 17', 'database.version_other'],
    ['FATAL:  database files are incompatible with server', 'database.corrupted'],
    ['FATAL:  lock file "postmaster.pid" already exists', 'database.in_use'],
    ['FATAL:  incorrect checksum in control file', 'database.corrupted'],
    ['PANIC:  could not locate a valid checkpoint record at 0/1', 'database.corrupted'],
    ['FATAL:  could not map anonymous shared memory: Cannot allocate memory', 'database.memory'],
    ['FATAL:  data directory "/x" has wrong ownership', 'database.permission'],
    ['FATAL:  something new', 'database.start_failed'],
    ['', 'database.start_failed'],
  ];
  for (const [output, code] of cases) {
    it(`calls ${JSON.stringify(output.slice(0, 50))} ${code}`, () => {
      const fault = faultOf(`LOG:  starting\n${output}\nLOG:  database system is shut down\n`);
      expect(fault.code).to.equal(code);
      expect(fault.remedy).to.match(/\.$/);
      if (output !== '') expect(fault.message).to.contain(output.slice(0, 20));
    });
  }

  it('translates what the file system throws, and leaves a fault of ours as it is', () => {
    const full = translateFault(new Error('ENOSPC: no space left on device, write')) as StartError;
    expect(full.code).to.equal('database.disk_full');
    expect(
      (translateFault(new Error("EROFS: read-only file system, mkdir '/x'")) as StartError).code,
    ).to.equal('database.permission');
    const ours = new TypeError('x is not a function');
    expect(translateFault(ours)).to.equal(ours);
  });
});
