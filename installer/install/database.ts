import { appendFileSync, chownSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InstallFault } from '../fault.ts';
import { runProgram, type ProgramResult } from '../run-program.ts';
import { makeFolder, removeTree } from './files.ts';
import type { Layout } from './layout.ts';
import type { UndoList } from './undo.ts';
import type { Accounts } from './users.ts';

/** Names of a UTF-8 LC_CTYPE, best first; systems have one or another of them. */
export const LOCALES = ['C.UTF-8', 'C.utf8', 'zh_CN.utf8', 'en_US.utf8'];
/** Role and database of the server, and the role that may do everything. */
const OWNER = 'vaultdesk';
const ADMINISTRATOR = 'postgres';
/** Each worker takes up to 25 connections; commands and the administrator take the rest. */
const CONNECTIONS = { each: 25, besides: 50 };
const SETTINGS_FILE = 'vaultdesk.conf';

/** Connection of the server to the database that comes along; by what account it speaks, the database sees itself. */
export function embeddedUrl({ socketDir }: Layout, role: 'owner' | 'administrator' = 'owner'): string {
  const name = role === 'owner' ? OWNER : ADMINISTRATOR;
  return `postgres://${name}@${encodeURIComponent(socketDir)}/${OWNER}`;
}

/** A commit is on disk when it is acknowledged; nothing listens on a network; texts of statements stay out of the log. */
function settingsOf(layout: Layout, workers: number): string {
  const settings: Record<string, string> = {
    ...{ listen_addresses: '', unix_socket_directories: layout.socketDir },
    // The folder says who may come near; the kernel says who it is.
    unix_socket_permissions: '0777',
    max_connections: String(CONNECTIONS.besides + CONNECTIONS.each * workers),
    ...{ shared_buffers: '256MB', huge_pages: 'off', wal_compression: 'on', wal_buffers: '16MB' },
    ...{ fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' },
    ...{ max_wal_size: '1GB', min_wal_size: '96MB', checkpoint_timeout: '15min' },
    ...{ checkpoint_completion_target: '0.9', max_parallel_workers_per_gather: '0', jit: 'off' },
    ...{ timezone: 'UTC', log_timezone: 'UTC', lc_messages: 'C', log_min_messages: 'warning' },
    ...{ log_checkpoints: 'off', log_min_error_statement: 'panic', log_error_verbosity: 'terse' },
    ...{ log_parameter_max_length: '0' },
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = '${value}'\n`)
    .join('');
}

/** Who may be whom: the server's account the owner, the database's own account and root everything. */
function identMap({ user, databaseUser, prefix }: Layout): string {
  const administrators = prefix === undefined ? [databaseUser, 'root'] : [user];
  return [
    ...[...new Set([user, ...administrators])].map((account) => `vaultdesk ${account} ${OWNER}`),
    ...administrators.map((account) => `vaultdesk ${account} ${ADMINISTRATOR}`),
    '',
  ].join('\n');
}

/**
 * Makes the data folder of the PostgreSQL that comes along, role and database in it, and proves that it knows Chinese
 * letters: with a wrong LC_CTYPE a search would find nothing, silently. Throws `database.locale`.
 */
export function makeDatabase(about: {
  layout: Layout;
  accounts: Accounts;
  workers: number | undefined;
  undo: UndoList;
}): void {
  const { layout, accounts, undo } = about;
  const workers = about.workers ?? Math.min(16, availableParallelism());
  const { uid, gid } = accounts.database;
  const who = layout.prefix === undefined ? { uid, gid } : {};
  makeFolder(layout.databaseHome, { mode: 0o700, ...who }, undo);
  undo.add(layout.database, () => removeTree(layout.database));
  const programs = join(layout.current, 'postgres', 'bin');
  requireInit(runInit(join(programs, 'initdb'), layout.database, who));
  const put = (name: string, text: string) => {
    const path = join(layout.database, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (layout.prefix === undefined) chownSync(path, uid, gid);
  };
  put(SETTINGS_FILE, settingsOf(layout, workers));
  put('pg_ident.conf', identMap(layout));
  put('pg_hba.conf', 'local all all peer map=vaultdesk\n');
  appendFileSync(join(layout.database, 'postgresql.conf'), `\ninclude '${SETTINGS_FILE}'\n`);
  const single = (database: string, sql: string[]) =>
    runSingle(join(programs, 'postgres'), [layout.database, database], { sql, who });
  single('postgres', [`CREATE ROLE ${OWNER} LOGIN`, `CREATE DATABASE ${OWNER} OWNER ${OWNER}`]);
  const proof = [
    'BEGIN',
    'CREATE EXTENSION pg_trgm',
    "SELECT similarity('人民银行', '人民银行') AS alike",
    'ROLLBACK',
  ];
  if (!/alike = "1"/.test(single(OWNER, proof)))
    throw new InstallFault('database.locale', 'similarity(人民银行)');
}

type Who = { uid?: number; gid?: number };

function runInit(program: string, folder: string, who: Who): ProgramResult {
  let result: ProgramResult = { status: 127, stdout: '', stderr: '' };
  for (const locale of LOCALES) {
    rmSync(folder, { recursive: true, force: true });
    const args = [
      ...[`--pgdata=${folder}`, `--username=${ADMINISTRATOR}`, '--encoding=UTF8', `--locale=${locale}`],
      ...['--locale-provider=icu', '--icu-locale=zh-Hans-CN', '--data-checksums'],
      ...['--auth-local=peer', '--auth-host=reject', '--no-instructions'],
    ];
    result = runProgram(program, args, who);
    if (result.status === 0 || !/locale/.test(result.stderr)) break;
  }
  return result;
}

function requireInit({ status, stdout, stderr }: ProgramResult): void {
  if (status === 0) return;
  const said = `${stderr}\n${stdout}`.trim().split('\n').slice(-3).join(' ');
  if (/locale/.test(said)) throw new InstallFault('database.locale', said);
  throw new Error(`initdb (${status}): ${said}`);
}

/** Runs statements, one a line, in a PostgreSQL that nobody can connect to; its exit code says nothing of them. */
function runSingle(
  program: string,
  [folder, database]: [string, string],
  how: { sql: string[]; who: Who },
): string {
  const { sql, who } = how;
  const { status, stdout, stderr } = runProgram(program, ['--single', '-D', folder, database], {
    ...who,
    input: `${sql.join('\n')}\n`,
  });
  const fault = /^.*(ERROR|FATAL|PANIC):.*$/m.exec(`${stderr}\n${stdout}`)?.[0];
  if (status === 0 && fault === undefined) return stdout;
  throw new Error(`postgres --single (${status}): ${fault ?? stderr.trim().split('\n').at(-1) ?? ''}`);
}
