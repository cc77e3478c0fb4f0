import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { StartError } from '../../kernel/index.ts';
import type { RunAccount } from './account.ts';
import type { Binaries } from './binaries.ts';
import { faultOf } from './faults.ts';

const POLL_MS = 15;
/** Replaying 1 GB of WAL took under a minute on two slow cores; a disk ten times slower still makes this. */
const READY_TIMEOUT_MS = 300_000;
/** Back ends notice a killed postmaster within a second; a checkpoint in progress may hold the shutdown longer. */
const ORPHANS_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 60_000;
const LOG_BYTES_MAX = 4 * 1024 * 1024;

/** What postmaster.pid says (PostgreSQL's miscinit.h: one fact a line). */
export interface PidFile {
  pid: number;
  socketDir: string;
  /** `starting`, `stopping`, `ready`, or `standby`; empty while the file is young. */
  status: string;
}

/** Reads postmaster.pid, or undefined when there is none or it is cut short. */
export function readPidFile(dataDir: string): PidFile | undefined {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return { pid, socketDir: (lines[4] ?? '').trim(), status: (lines[7] ?? '').trim() };
}

/** Tells whether a process exists (one that only waits for its parent to reap it does not). */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false; // No such folder in /proc: gone.
  }
}

/** Tells whether `pid` is a PostgreSQL process at work in this data folder; a reused pid is not. */
export function isOurs(pid: number, dataDir: string): boolean {
  try {
    const program = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
    return program.endsWith('/bin/postgres') && readlinkSync(`/proc/${pid}/cwd`) === dataDir && isAlive(pid);
  } catch {
    return false; // Gone, or another account's process, which ours never is.
  }
}

/** Every PostgreSQL process in this data folder, the postmaster and its orphans alike. */
export function processesIn(dataDir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isOurs(pid, dataDir));
}

async function until(holds: () => boolean, timeoutMs: number): Promise<boolean> {
  const attempts = Math.ceil(timeoutMs / POLL_MS);
  for (let i = 0; i < attempts; i += 1) {
    if (holds()) return true;
    await wait(POLL_MS);
  }
  return holds();
}

/**
 * Finds the postmaster that an earlier start left running. One that is stopping is waited for; a pid file that names
 * no living PostgreSQL of this folder is removed, but only when no orphan is still attached to the data.
 */
export async function adoptable(dataDir: string): Promise<PidFile | undefined> {
  let found = readPidFile(dataDir);
  if (found !== undefined && isOurs(found.pid, dataDir)) {
    const { pid } = found;
    await until(() => {
      found = readPidFile(dataDir);
      return !isOurs(pid, dataDir) || ['ready', 'standby'].includes(found?.status ?? '');
    }, READY_TIMEOUT_MS);
    if (found !== undefined && isOurs(pid, dataDir)) return found;
  }
  if (!(await until(() => processesIn(dataDir).length === 0, ORPHANS_TIMEOUT_MS))) {
    throw new StartError({
      code: 'database.in_use',
      sentence: `PostgreSQL processes still work in ${dataDir}: ${processesIn(dataDir).join(', ')}.`,
      remedy: 'Stop them, then start again.',
    });
  }
  rmSync(join(dataDir, 'postmaster.pid'), { force: true });
  return undefined;
}

/** What is needed to start a postmaster. */
export interface LaunchDeps {
  binaries: Binaries;
  account: RunAccount;
  dataDir: string;
  /** Standard error of PostgreSQL; rotated to `.1` at a start when it is larger than 4 MiB. */
  logFile: string;
}

/**
 * Starts the postmaster in a session of its own (Ctrl-C reaches only the server, which stops the database last) and
 * waits until it takes connections. Throws a StartError that says why it did not; then nothing is left running.
 */
export async function launch(deps: LaunchDeps): Promise<PidFile> {
  const stat = statSync(deps.logFile, { throwIfNoEntry: false });
  if (stat !== undefined && stat.size > LOG_BYTES_MAX) renameSync(deps.logFile, `${deps.logFile}.1`);
  const log = openSync(deps.logFile, 'a+', 0o600);
  const logStart = fstatSync(log).size;
  try {
    chmodSync(deps.logFile, 0o600);
    const child = spawn(join(deps.binaries.native, 'bin', 'postgres'), ['-D', deps.dataDir], {
      cwd: '/',
      detached: true,
      env: deps.binaries.env,
      stdio: ['ignore', log, log],
      ...(deps.account.isOther ? { uid: deps.account.uid, gid: deps.account.gid } : {}),
    });
    let spawnError: Error | undefined;
    child.on('error', (error) => (spawnError = error));
    child.unref();
    const { pid } = child;
    const isSettled = () => pid === undefined || !isAlive(pid) || readyAs(pid, deps.dataDir) !== undefined;
    await until(isSettled, READY_TIMEOUT_MS);
    const ready = pid === undefined ? undefined : readyAs(pid, deps.dataDir);
    if (ready !== undefined) return ready;
    if (pid !== undefined && isAlive(pid)) {
      process.kill(pid, 'SIGQUIT');
      throw new StartError({
        code: 'database.slow_start',
        sentence: `The database was not ready within ${READY_TIMEOUT_MS / 1000} s.`,
        remedy: 'Look at the disk; start again to go on with the recovery.',
      });
    }
    throw faultOf(`${readFrom(log, logStart)}\n${(spawnError as Error | undefined)?.message ?? ''}`);
  } finally {
    closeSync(log);
  }
}

function readyAs(pid: number, dataDir: string): PidFile | undefined {
  const found = readPidFile(dataDir);
  return found !== undefined && found.pid === pid && found.status === 'ready' ? found : undefined;
}

function readFrom(file: number, position: number): string {
  const buffer = Buffer.alloc(64 * 1024);
  return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, position));
}

/** Fast shutdown: sessions are ended, a checkpoint is written. Falls to an immediate one after a minute. */
export async function shutDown(pid: number, dataDir: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!isOurs(pid, dataDir)) return;
    process.kill(pid, signal);
    if (await until(() => !isOurs(pid, dataDir) && !isAlive(pid), STOP_TIMEOUT_MS)) return;
  }
}
