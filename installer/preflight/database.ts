import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { databaseUrl } from '../install/config.ts';
import { oneLine } from '../fault.ts';
import { runProgram } from '../run-program.ts';
import { judge, type Check, type Outcome, type Surroundings } from './check.ts';

const VERSION_MIN = 14;
const CONNECT_MS = 5_000;

/** What a PostgreSQL says of itself; or why it is not reached. */
interface Facts {
  fault?: string;
  version: number;
  encoding: string;
  collate: string;
  mayCreate: boolean;
  tables: number;
  isOurs: boolean;
  durable: string;
  isSecondary: boolean;
}

const ASK = `SELECT current_setting('server_version_num')::int / 10000 AS version,
  current_setting('server_encoding') AS encoding,
  (SELECT datctype FROM pg_database WHERE datname = current_database()) AS collate,
  has_schema_privilege(current_schema(), 'CREATE') AS "mayCreate",
  (SELECT count(*)::int FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace) AS tables,
  to_regclass('schema_step') IS NOT NULL AS "isOurs",
  concat_ws(' ', 'fsync', current_setting('fsync'), 'full_page_writes', current_setting('full_page_writes'),
    'synchronous_commit', current_setting('synchronous_commit')) AS durable,
  pg_is_in_recovery() AS "isSecondary"`;

const known = new WeakMap<Surroundings, Promise<Facts>>();

/** Asked once for all checks of a run. */
function factsOf(about: Surroundings): Promise<Facts> {
  const found = known.get(about) ?? ask(about);
  known.set(about, found);
  return found;
}

async function ask({ answers, layout }: Surroundings): Promise<Facts> {
  const nothing: Facts = {
    ...{ version: 0, encoding: '-', collate: '-', mayCreate: false, tables: 0 },
    ...{ isOurs: false, durable: '-', isSecondary: false },
  };
  const password = readFileSync(answers.text('database.password_file'), 'utf8').replace(/\r?\n$/, '');
  const connectionString = databaseUrl(answers, layout);
  const client = new pg.Client({ connectionString, password, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(ASK)).rows[0] as Facts;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return { ...nothing, fault: oneLine(`${code ?? ''} ${message}`) };
  } finally {
    await client.end().catch(() => undefined);
  }
}

function ofPostgres(id: string, title: Check['title'], look: (facts: Facts) => Outcome): Check {
  return {
    id,
    title,
    async look(about) {
      if (about.answers.text('database.mode') !== 'postgres') return undefined;
      const facts = await factsOf(about);
      return facts.fault === undefined || id === 'database.reachable' ? look(facts) : undefined;
    },
  };
}

/** A database of the bank's own. */
export const DATABASE_CHECKS: readonly Check[] = [
  ofPostgres('database.reachable', { zh: '数据库可连接', en: 'Database is reached' }, ({ fault }) =>
    judge(fault === undefined, { found: fault ?? 'yes', wanted: 'yes', exit: 40 }),
  ),
  ofPostgres('database.version', { zh: '数据库版本', en: 'Version of the database' }, ({ version }) =>
    judge(version >= VERSION_MIN, { found: String(version), wanted: `≥ ${VERSION_MIN}`, exit: 41 }),
  ),
  ofPostgres(
    'database.charset',
    { zh: '数据库字符集', en: 'Character set of the database' },
    ({ encoding }) => judge(encoding === 'UTF8', { found: encoding, wanted: 'UTF8', exit: 41 }),
  ),
  ofPostgres('database.rights', { zh: '数据库权限', en: 'Rights in the database' }, ({ mayCreate }) =>
    judge(mayCreate, { found: mayCreate ? 'CREATE' : 'no CREATE', wanted: 'CREATE in its schema', exit: 41 }),
  ),
  ofPostgres(
    'database.empty',
    { zh: '数据库为空或属于本产品', en: 'Database is empty, or ours' },
    ({ tables, isOurs }) =>
      judge(tables === 0 || isOurs, {
        found: `${tables} tables${isOurs ? ', ours' : ''}`,
        wanted: 'none, or ours',
        exit: 41,
      }),
  ),
  ofPostgres('database.durable', { zh: '提交即落盘', en: 'A commit is on disk' }, ({ durable }) =>
    judge(!/ off( |$)/.test(durable), { found: durable, wanted: 'all on', exit: 41 }),
  ),
  ofPostgres('database.primary', { zh: '数据库可写', en: 'Database can be written' }, ({ isSecondary }) =>
    judge(!isSecondary, { found: isSecondary ? 'a standby' : 'primary', wanted: 'primary', exit: 41 }),
  ),
  {
    id: 'database.oracle',
    title: { zh: 'Oracle 可连接', en: 'Oracle is reached' },
    look({ answers, layout, bundle }) {
      if (answers.text('database.mode') !== 'oracle') return undefined;
      const password = readFileSync(answers.text('database.password_file'), 'utf8').replace(/\r?\n$/, '');
      const url = databaseUrl(answers, layout).replace('@', `:${encodeURIComponent(password)}@`);
      // In the environment, which only root and its own account can read; a list of processes shows arguments.
      const env = { VAULTDESK_HOME: '/nonexistent', VAULTDESK_DATABASE_URL: url };
      const program = [join(bundle, 'server/vaultdesk.mjs'), 'migrate', 'status'];
      const { status, stderr } = runProgram(join(bundle, 'node/bin/node'), program, {
        env,
        timeoutMs: 9_000,
      });
      return judge(status === 0, { found: status === 0 ? 'yes' : oneLine(stderr), wanted: 'yes', exit: 40 });
    },
  },
];
