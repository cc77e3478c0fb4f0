import {
  appendFileSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StartError } from '../../kernel/index.ts';
import type { RunAccount } from './account.ts';
import { runProgram, type Binaries } from './binaries.ts';
import { faultOf } from './faults.ts';
import { makePrivate } from './places.ts';

/** The role that initdb makes: may do everything, used to create the database and by tests. */
export const ADMINISTRATOR = 'postgres';
/** Role and database of the product; the role owns the database and is no superuser. */
export const OWNER = 'vaultdesk';

const POSTGRES_MAJOR = 18;
const SETTINGS_FILE = 'vaultdesk.conf';
/** An empty cluster takes 40 MB and its first WAL segments as much again; with less, initdb dies half-way. */
const FREE_BYTES_MIN = 200 * 1024 * 1024;

/** Names of a UTF-8 LC_CTYPE, best first; systems have one or another of them, glibc from 2.35 always the first. */
const LOCALES = ['C.UTF-8', 'C.utf8', 'zh_CN.utf8', 'en_US.utf8'];

/**
 * Settings of an embedded database. A commit is on disk when it is acknowledged; recovery after a kill replays at
 * most 1 GB of WAL; names sort by pinyin (ICU zh-Hans-CN, chosen at initdb); nothing listens on a network. Statement
 * texts and error details stay out of its log because they may hold values.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '128MB',
  huge_pages: 'off',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  wal_compression: 'on',
  wal_buffers: '16MB',
  max_wal_size: '1GB',
  min_wal_size: '96MB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
};

/** Refuses a data folder of another PostgreSQL; anything without PG_VERSION is no data folder of ours. */
export function requireVersion(dataDir: string): void {
  const file = join(dataDir, 'PG_VERSION');
  if (!existsSync(file)) {
    throw new StartError({
      code: 'database.corrupted',
      sentence: `The data folder ${dataDir} has no PG_VERSION, so it is not whole.`,
      remedy: 'Keep the folder as it is and restore the last backup into a new home folder.',
    });
  }
  const major = Number(readFileSync(file, 'utf8').trim());
  if (major === POSTGRES_MAJOR) return;
  throw new StartError({
    code: 'database.version_other',
    sentence: `The data folder ${dataDir} was made by PostgreSQL ${major}; this program has ${POSTGRES_MAJOR}.`,
    remedy:
      major > POSTGRES_MAJOR
        ? 'Start the newer Vaultdesk that made it.'
        : 'Export it with the Vaultdesk version that made it and restore that backup here.',
  });
}

/** Makes the data folder when there is none: built beside, renamed when complete, so a kill leaves nothing half-made. */
export function makeCluster(deps: { binaries: Binaries; account: RunAccount }, dataDir: string): void {
  if (existsSync(dataDir)) {
    // Docker and careful people make the mount point first; initdb must not be refused for an empty folder.
    if (readdirSync(dataDir).length > 0) return requireVersion(dataDir);
    rmSync(dataDir, { recursive: true });
  }
  requireSpace(dirname(dataDir));
  const partial = `${dataDir}.partial`;
  let output = '';
  for (const locale of LOCALES) {
    rmSync(partial, { recursive: true, force: true });
    makePrivate(partial, deps.account);
    const result = runProgram(deps.binaries, 'initdb', initdbArgs(partial, locale), deps.account);
    if (result.status === 0) {
      appendFileSync(join(partial, 'postgresql.conf'), `\ninclude '${SETTINGS_FILE}'\n`);
      writeSettings(partial, {}, deps.account);
      renameSync(partial, dataDir);
      return;
    }
    output = result.output;
    if (!/locale/.test(output)) break;
  }
  rmSync(partial, { recursive: true, force: true });
  throw faultOf(output);
}

/**
 * `trust` on the socket: whoever can enter its 0700 folder is the account that owns the data files, or root, and could
 * read those as well, so a password would protect nothing; and `peer` fails for accounts without a passwd entry.
 */
function initdbArgs(dataDir: string, locale: string): string[] {
  return [
    `--pgdata=${dataDir}`,
    `--username=${ADMINISTRATOR}`,
    '--encoding=UTF8',
    `--locale=${locale}`,
    '--locale-provider=icu',
    '--icu-locale=zh-Hans-CN',
    '--data-checksums',
    '--auth-local=trust',
    '--auth-host=reject',
    '--no-instructions',
  ];
}

function requireSpace(folder: string): void {
  const stat = statfsSync(folder);
  const freeBytes = stat.bavail * stat.bsize;
  if (freeBytes >= FREE_BYTES_MIN) return;
  throw new StartError({
    code: 'database.disk_full',
    sentence: `The disk of ${folder} has ${Math.floor(freeBytes / 1024 / 1024)} MB free; a database needs 200 MB.`,
    remedy: 'Free space, or set VAULTDESK_HOME to a folder on another disk.',
  });
}

/** Writes the settings anew at every start, so a new program version brings its own; whole or not at all. */
export function writeSettings(dataDir: string, extra: Record<string, string>, account: RunAccount): void {
  const lines = Object.entries({ ...SETTINGS, ...extra }).map(([name, value]) => `${name} = '${value}'`);
  const file = join(dataDir, SETTINGS_FILE);
  writeFileSync(`${file}.partial`, `${lines.join('\n')}\n`, { mode: 0o600 });
  if (account.isOther) chownSync(`${file}.partial`, account.uid, account.gid);
  renameSync(`${file}.partial`, file);
}
