import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { request } from 'node:https';
import { request as plainRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { mustRun, runProgram, SYSTEM_PATH } from '../run-program.ts';
import { SERVICES } from '../units/render.ts';
import type { Layout } from './layout.ts';
import type { UndoList } from './undo.ts';

const READY_MS = 90_000;
const DATABASE_MS = 60_000;
const POLL_MS = 100;
const ASK_MS = 2_000;
const STOP_MS = 40_000;

/** Starts and stops the two programs of an installation, under the service manager or by itself. */
export interface Services {
  startDatabase(): Promise<void>;
  startServer(): Promise<void>;
  /** Throws when the server, once it was started, does not run any more, with what it said last. */
  requireServer(): void;
  /** Ends what the installer itself started; under a service manager nothing. */
  settle(): Promise<void>;
}

/** The version of the service manager; 0 where there is none. */
export function systemdVersion(): number {
  return Number(/^systemd (\d+)/.exec(runProgram('systemctl', ['--version']).stdout)?.[1] ?? 0);
}

/** The service manager's way: units are started and stay. */
export function systemdServices({ socketDir }: Layout, undo: UndoList): Services {
  const start = (unit: string) => {
    undo.add(unit, () => {
      runProgram('systemctl', ['disable', '--now', '--quiet', unit]);
      runProgram('systemctl', ['reset-failed', unit]);
    });
    mustRun('systemctl', ['enable', '--quiet', unit]);
    mustRun('systemctl', ['start', unit]);
  };
  const requireUnit = (unit: string) => {
    const { stdout } = runProgram('systemctl', ['show', '--property=ActiveState,NRestarts', unit]);
    const isUp = /ActiveState=(active|activating)/.test(stdout) && !/NRestarts=([3-9]|\d\d)/.test(stdout);
    if (!isUp) throw new Error(`${unit}: ${lastWords(unit)}`);
  };
  return {
    async startDatabase() {
      start(SERVICES.database);
      await until(
        () => existsSync(join(socketDir, '.s.PGSQL.5432')),
        DATABASE_MS,
        () => requireUnit(SERVICES.database),
      );
    },
    startServer: async () => start(SERVICES.server),
    requireServer: () => requireUnit(SERVICES.server),
    settle: async () => undefined,
  };
}

/** Where no service manager runs: both are children of the installer, for the time of the install. */
export function ownServices({ current, database, home, socketDir }: Layout, undo: UndoList): Services {
  const children: ChildProcess[] = [];
  let said = '';
  const start = (file: string, args: string[], env: Record<string, string>) => {
    const child = spawn(file, args, {
      cwd: '/',
      env: { PATH: SYSTEM_PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString('utf8')}`.slice(-2_000)));
    child.on('error', (error) => (said += error.message));
    undo.add(file, () => void child.kill('SIGKILL'));
    children.push(child);
    return child;
  };
  const requireChild = (child: ChildProcess | undefined) => {
    if (child?.exitCode !== null) throw new Error(said.trim().split('\n').slice(-3).join(' '));
  };
  return {
    async startDatabase() {
      const child = start(join(current, 'postgres/bin/postgres'), ['-D', database], {
        TZ: 'UTC',
        LC_MESSAGES: 'C',
      });
      await until(
        () => existsSync(join(socketDir, '.s.PGSQL.5432')),
        DATABASE_MS,
        () => requireChild(child),
      );
    },
    async startServer() {
      const program = join(current, 'server/vaultdesk.mjs');
      start(join(current, 'node/bin/node'), [program, 'run'], { VAULTDESK_HOME: home });
    },
    requireServer: () => requireChild(children.at(-1)),
    async settle() {
      // The server first: it writes its last words into the database.
      for (const child of children.reverse()) {
        if (child.exitCode !== null) continue;
        const ended = new Promise((done) => child.once('exit', done));
        child.kill('SIGINT');
        await Promise.race([ended, wait(STOP_MS)]);
        if (child.exitCode === null) child.kill('SIGKILL');
      }
    },
  };
}

/** Waits until the server says that it is ready. `host` is where it listens; its certificate is not asked for here. */
export async function waitReady(about: {
  host: string;
  port: number;
  isPlain: boolean;
  check(): void;
}): Promise<void> {
  const { host, port, isPlain, check } = about;
  const end = performance.now() + READY_MS;
  let last = 'no answer';
  while (performance.now() < end) {
    check();
    last = await askReady(host, port, isPlain);
    if (last === '200') return;
    await wait(POLL_MS);
  }
  throw new Error(`/readyz of ${host}:${port} after ${READY_MS / 1_000} s: ${last}`);
}

function askReady(host: string, port: number, isPlain: boolean): Promise<string> {
  const options = {
    host,
    port,
    path: '/readyz',
    agent: false,
    timeout: ASK_MS,
    headers: { host: `127.0.0.1:${port}` },
  };
  return new Promise((resolve) => {
    const hear = (answer: { statusCode?: number | undefined; resume(): void }) => {
      answer.resume();
      resolve(String(answer.statusCode));
    };
    const sent = isPlain
      ? plainRequest(options, hear)
      : request({ ...options, rejectUnauthorized: false }, hear);
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', (error) => resolve(error.message));
    sent.end();
  });
}

async function until(holds: () => boolean, limitMs: number, check: () => void): Promise<void> {
  const end = performance.now() + limitMs;
  while (!holds()) {
    check();
    if (performance.now() > end) throw new Error(`not ready after ${limitMs / 1_000} s`);
    await wait(POLL_MS);
  }
}

/** What a unit said last, without the times. */
function lastWords(unit: string): string {
  const args = ['--unit', unit, '--no-pager', '--output', 'cat', '--lines', '6'];
  return runProgram('journalctl', args).stdout.trim().split('\n').join(' ').slice(-500) || 'it does not run';
}
