import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { StartError } from '../../kernel/index.ts';
import { runAccount, type RunAccount } from './account.ts';
import {
  canRun,
  copyNative,
  findNative,
  linkLibraries,
  requireProc,
  runProgram,
  type Binaries,
} from './binaries.ts';
import { ADMINISTRATOR, makeCluster, OWNER, requireVersion, writeSettings } from './cluster.ts';
import { translateFault } from './faults.ts';
import { lockHome } from './home-lock.ts';
import {
  choosePlaces,
  clearSocket,
  existingDataDir,
  makeHome,
  makeOutside,
  makeSocketDir,
} from './places.ts';
import { adoptable, isOurs, launch, shutDown, type LaunchDeps, type PidFile } from './postmaster.ts';

/** Where the database tells what it does; levels as in the server's log. */
export interface DatabaseLog {
  info(message: string, fields?: Record<string, string | number>): void;
  warn(message: string, fields?: Record<string, string | number>): void;
}

/** A PostgreSQL of our own that is taking connections. */
export interface EmbeddedDatabase {
  /** Connection of the server: role `vaultdesk`, owner of the database `vaultdesk`, no superuser. */
  readonly url: string;
  /** Connection of the administrator `postgres` to the same database; what `vaultdesk status` shows. */
  readonly ownerUrl: string;
  /** Absolute; not always below the home, see `home/pgdata.location`. */
  readonly dataDir: string;
  /** Process id of the postmaster; another one after `restart`. */
  readonly pid: number;
  /** The 0700 folder of the socket. */
  readonly socketDir: string;
  /** True when an earlier server died and left this one running. */
  readonly isAdopted: boolean;
  /** False once PostgreSQL died; `restart` recovers it. */
  isRunning(): boolean;
  /**
   * Starts a PostgreSQL that died again, on the same socket; does nothing while it runs. Throws the StartError of a
   * start that failed.
   */
  restart(): Promise<void>;
  /** Stops PostgreSQL with a checkpoint and frees the home folder; may be called again. */
  stop(): Promise<void>;
}

/** What `startDatabase` needs. */
export interface DatabaseOptions {
  /** The home folder, absolute; made when missing. */
  home: string;
  log: DatabaseLog;
  /** Overrides of PostgreSQL settings, for tests only: `fsync` off must never reach an installation. */
  settings?: Record<string, string>;
}

/**
 * Starts the PostgreSQL of `home`, or adopts the one that a killed server left running; makes the data folder at the
 * first start (about 2 s). After a crash PostgreSQL replays its log first. As root it runs under another account, see
 * `runAccount`. One process at a time: a second call for the same home fails with `database.in_use`.
 *
 * Throws StartError `database.no_binaries | proc_missing | no_account | no_place | data_missing | permission |
 * version_other | corrupted | disk_full | socket_path | socket_in_use | in_use | memory | cannot_run | slow_start |
 * start_failed`; then nothing of ours is left running.
 */
export async function startDatabase(options: DatabaseOptions): Promise<EmbeddedDatabase> {
  requireProc();
  const native = findNative();
  let unlock: (() => Promise<void>) | undefined;
  try {
    const home = makeHome(options.home);
    unlock = await lockHome(home);
    return await startLocked({ ...options, home }, native, unlock);
  } catch (error) {
    await unlock?.();
    throw translateFault(error);
  }
}

async function startLocked(
  options: DatabaseOptions,
  native: string,
  unlock: () => Promise<void>,
): Promise<EmbeddedDatabase> {
  const { home, log } = options;
  const account = runAccount(existingDataDir(home));
  const places = choosePlaces(home, account);
  const binaries = reachableBinaries(native, {
    home,
    base: dirname(places.dataDir),
    account,
    outside: places.outside,
  });
  makeCluster({ binaries, account }, places.dataDir);
  const dataDir = realpathSync(places.dataDir);
  requireVersion(dataDir);
  const parts = { binaries, account, dataDir };
  const adopted = await adoptable(dataDir);
  const running = adopted ?? (await launchNew(options, parts));
  try {
    await makeDatabase(running.socketDir);
  } catch (error) {
    if (!adopted) await shutDown(running.pid, dataDir);
    throw error;
  }
  const isAdopted = adopted !== undefined;
  log.info(isAdopted ? 'database.adopted' : 'database.started', { pid: running.pid, dataDir });
  return openHandle(running, { parts: launchDeps(options, parts), isAdopted, log, unlock });
}

/** The running PostgreSQL as its user holds it. */
function openHandle(
  running: PidFile,
  held: { parts: LaunchDeps; isAdopted: boolean; log: DatabaseLog; unlock: () => Promise<void> },
): EmbeddedDatabase {
  const { parts, isAdopted, log, unlock } = held;
  const { dataDir } = parts;
  const { socketDir } = running;
  let { pid } = running;
  let restarting: Promise<void> | undefined;
  const restart = async () => {
    const found = await adoptable(dataDir);
    if (found === undefined) clearSocket(socketDir);
    ({ pid } = found ?? (await launch(parts)));
  };
  return {
    url: urlOf(OWNER, socketDir),
    ownerUrl: urlOf(ADMINISTRATOR, socketDir),
    dataDir,
    get pid() {
      return pid;
    },
    socketDir,
    isAdopted,
    isRunning: () => isOurs(pid, dataDir),
    restart() {
      restarting ??= restart().finally(() => (restarting = undefined));
      return restarting;
    },
    async stop() {
      // A restart that fails leaves nothing running, and whoever asked for it hears of it.
      await restarting?.catch(() => undefined);
      await shutDown(pid, dataDir);
      if (!socketDir.startsWith(dirname(dataDir))) rmSync(socketDir, { recursive: true, force: true });
      await unlock();
      log.info('database.stopped', { pid });
    },
  };
}

interface Reach {
  home: string;
  base: string;
  account: RunAccount;
  outside: string | undefined;
}

/** The programs as they are when the account can run them, else a copy it can run. */
function reachableBinaries(native: string, reach: Reach): Binaries {
  const linkDir = join(reach.base, 'pglib');
  const asIs = linkLibraries(native, linkDir);
  if (canRun(asIs, reach.account)) return asIs;
  const outside = reach.outside ?? makeOutside(reach.home, reach.account);
  const copied = linkLibraries(copyNative(native, outside), linkDir);
  if (canRun(copied, reach.account)) return copied;
  const { output } = runProgram(copied, 'postgres', ['--version'], reach.account);
  throw new StartError({
    code: 'database.cannot_run',
    sentence: `The embedded PostgreSQL does not run here: ${output.trim().slice(0, 300)}`,
    remedy:
      'It needs Linux with glibc 2.28 or newer and libstdc++; or name a PostgreSQL by VAULTDESK_DATABASE_URL.',
  });
}

type LaunchParts = Omit<LaunchDeps, 'logFile'>;

function launchDeps(options: DatabaseOptions, parts: LaunchParts): LaunchDeps {
  return { ...parts, logFile: join(options.home, 'log', 'postgres.log') };
}

async function launchNew(options: DatabaseOptions, parts: LaunchParts): Promise<PidFile> {
  const logDir = join(options.home, 'log');
  if (!existsSync(logDir)) mkdirSync(logDir, { mode: 0o700 });
  const socketDir = makeSocketDir(dirname(parts.dataDir), parts.account);
  const settings = { ...options.settings, unix_socket_directories: socketDir };
  writeSettings(parts.dataDir, settings, parts.account);
  return launch(launchDeps(options, parts));
}

/** libpq's and pg's common form for a socket: the folder, percent-encoded, as host. */
function urlOf(role: string, socketDir: string): string {
  return `postgres://${role}@${encodeURIComponent(socketDir)}/${OWNER}`;
}

/** Makes role and database when they are missing; a kill between the two is mended by the next start. */
async function makeDatabase(socketDir: string): Promise<void> {
  const client = new pg.Client({ host: socketDir, user: ADMINISTRATOR, database: 'postgres' });
  await client.connect();
  try {
    const roles = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [OWNER]);
    if (roles.rowCount === 0) await client.query(`CREATE ROLE ${OWNER} LOGIN`);
    const databases = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [OWNER]);
    if (databases.rowCount === 0) await client.query(`CREATE DATABASE ${OWNER} OWNER ${OWNER}`);
  } finally {
    await client.end();
  }
}
