import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';

/** Base system that machines are copied from; made once by debootstrap. */
const CACHE = '/var/cache/vaultdesk-test';
const MIRROR = 'http://deb.debian.org/debian';
const BOOT_MS = 60_000;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** File systems of a running machine, and what every boot writes. */
const PRUNED = [
  'proc',
  'sys',
  'run',
  'tmp',
  'dev',
  'root',
  'var/log',
  'var/cache',
  'var/tmp',
  'var/lib/systemd',
];
const CALLS = 'connect,sendto,sendmsg,sendmmsg';

/** How a command in a machine ended. */
export interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

/** What is missing on this machine for the tests; empty when they can run. */
export function missingTools(): string[] {
  const tools = ['debootstrap', 'systemd-nspawn', 'nsenter', 'strace', 'tar'];
  const missing = tools.filter((name) => spawnSync('/bin/sh', ['-c', `command -v ${name}`]).status !== 0);
  return [...(process.geteuid?.() === 0 ? [] : ['root']), ...missing];
}

/** The minimal Debian of a release, from the cache or made now. */
export function baseSystem(suite: string): string {
  const folder = join(CACHE, suite);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  const args = ['--variant=minbase', '--include=systemd,systemd-sysv,dbus', suite, partial, MIRROR];
  const made = spawnSync('debootstrap', args, { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`debootstrap: ${made.error?.message ?? made.stderr.slice(-500)}`);
  renameSync(partial, folder);
  return folder;
}

/** A machine with a system of its own in memory, booted by its own service manager, with no network but its loopback. */
export class Machine {
  readonly root: string;
  readonly #folder: string;
  #nspawn: ChildProcess | undefined;
  #init = '';
  /** Where strace writes what the machine calls; undefined: nobody looks. */
  readonly #trace: string | undefined;
  #commands = 0;

  constructor(folder: string, options: { isTraced?: boolean } = {}) {
    this.#folder = folder;
    this.root = join(folder, 'root');
    this.#trace = options.isTraced ? join(folder, 'trace') : undefined;
  }

  /** Makes the system; `sizeMb` of memory hold it. */
  make(base: string, sizeMb = 3_000): void {
    mkdirSync(this.root, { recursive: true });
    must('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}M,mode=755`, 'tmpfs', this.root]);
    must('cp', ['-a', `${base}/.`, this.root]);
    writeFileSync(join(this.root, 'etc/hostname'), 'desk\n');
    writeFileSync(join(this.root, 'etc/hosts'), '127.0.0.1 localhost desk.bank.example\n');
    writeFileSync(join(this.root, 'etc/machine-id'), '');
    mkdirSync(join(this.root, 'srv/stick'));
  }

  /** Boots it and waits until its services run. */
  async boot(): Promise<void> {
    const args = ['--quiet', '--private-network', '--register=no', '--keep-unit', '--console=passive'];
    const whole = ['systemd-nspawn', ...args, `--machine=vd-${process.pid}`, '-D', this.root, '-b'];
    const [file = '', ...rest] = this.#traced(whole, 'boot');
    this.#nspawn = spawn(file, rest, { stdio: 'ignore', detached: true });
    const end = performance.now() + BOOT_MS;
    while (performance.now() < end) {
      this.#init = findInit(this.#nspawn.pid ?? 0);
      if (this.#init !== '' && /running|degraded/.test(this.run(['systemctl', 'is-system-running']).stdout))
        return;
      await wait(200);
    }
    throw new Error('The machine did not boot.');
  }

  #traced(command: string[], name: string): string[] {
    if (this.#trace === undefined) return command;
    return [
      'strace',
      '-f',
      '--seccomp-bpf',
      '-qq',
      '-e',
      `trace=${CALLS}`,
      '-o',
      `${this.#trace}.${name}`,
      ...command,
    ];
  }

  #inside(command: string[]): string[] {
    this.#commands += 1;
    const enter = ['nsenter', '-t', this.#init, '-m', '-p', '-n', '-u', '-i', '-C', '-r', '-w'];
    const environment = ['env', '-i', `PATH=${PATH}`, 'HOME=/root', 'TERM=dumb'];
    return this.#traced([...enter, ...environment, ...command], String(this.#commands));
  }

  /** Runs a command in it, as root, to its end. */
  run(command: string[], input = ''): Ended {
    const [file = '', ...rest] = this.#inside(command);
    const { status, stdout, stderr, error } = spawnSync(file, rest, {
      encoding: 'utf8',
      input,
      maxBuffer: 1 << 26,
    });
    return { status: status ?? 255, stdout, stderr: `${stderr}${error?.message ?? ''}` };
  }

  /** Runs shell text in it. */
  sh(text: string): Ended {
    return this.run(['/bin/sh', '-c', text]);
  }

  /** Starts a command in it; `onError` hears its standard error. */
  start(command: string[], onError: (text: string) => void): { ended: Promise<Ended>; child: ChildProcess } {
    const [file = '', ...rest] = this.#inside(command);
    const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
      onError(stderr);
    });
    const ended = new Promise<Ended>((done) => {
      child.once('close', (code) => done({ status: code ?? 255, stdout, stderr }));
    });
    return { ended, child };
  }

  /** The machine dies at once, as without power; its disk stays. */
  async die(): Promise<void> {
    const gone = new Promise((done) => this.#nspawn?.once('exit', done));
    if (this.#init !== '') process.kill(Number(this.#init), 'SIGKILL');
    await gone;
    this.#init = '';
  }

  /** Ends it and gives the memory back. */
  async remove(): Promise<void> {
    if (this.#init !== '') await this.die();
    spawnSync('umount', ['-l', this.root]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Every file with its owner and mode, accounts, groups, and units: what an install must leave as it was. */
  state(): string[] {
    const pruned = PRUNED.flatMap((path) => ['-path', `./${path}`, '-o']).slice(0, -1);
    const files = must(
      'find',
      ['.', '-xdev', '(', ...pruned, ')', '-prune', '-o', '-printf', '%p %U %m\n'],
      this.root,
    );
    const accounts = ['passwd', 'group', 'shadow'].map((name) =>
      readFileSync(join(this.root, 'etc', name), 'utf8'),
    );
    const units = this.run(['systemctl', 'list-unit-files', '--no-legend', '--no-pager']).stdout;
    return [
      ...files.split('\n').sort(),
      ...accounts.flatMap((text) => text.split('\n')),
      ...units.split('\n').sort(),
    ];
  }
}

/** Lines of one list that the other does not have, either way. */
export function differences(before: readonly string[], after: readonly string[]): string[] {
  const [had, has] = [new Set(before), new Set(after)];
  return [
    ...after.filter((line) => !had.has(line)).map((line) => `+ ${line}`),
    ...before.filter((line) => !has.has(line)).map((line) => `- ${line}`),
  ];
}

/** The first process of the machine: the child of nspawn, which strace may stand before. */
function findInit(pid: number): string {
  const childrenOf = (parent: string): string[] =>
    spawnSync('pgrep', ['-P', parent], { encoding: 'utf8' }).stdout.trim().split('\n').filter(Boolean);
  const nameOf = (each: string) => {
    try {
      return readFileSync(`/proc/${each}/comm`, 'utf8').trim();
    } catch {
      return '';
    }
  };
  let parents = [String(pid)];
  for (let depth = 0; depth < 3; depth += 1) {
    const found = parents.flatMap(childrenOf);
    const init = found.find((each) => nameOf(each) === 'systemd' || nameOf(each) === 'init');
    if (init !== undefined) return init;
    parents = found;
  }
  return '';
}

function must(file: string, args: string[], cwd = '/'): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status === 0) return stdout;
  throw new Error(`${file}: ${error?.message ?? stderr.trim()}`);
}
