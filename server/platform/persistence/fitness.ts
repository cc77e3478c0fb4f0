import { StartError } from '../../kernel/index.ts';
import { toSnakeCase } from './columns.ts';
import type { Database } from './data-source.ts';
import { allEntities, type Entity } from './entity.ts';
import { portable } from './statements.ts';

interface ServerTraits {
  charset: string;
  version: string;
  /** Settings that make a commit durable and are off, joined by commas; null when none is. */
  switchedOff: string | null;
}

const TRAITS = portable<Record<never, never>, ServerTraits>(
  'database.traits',
  {
    postgres: `SELECT current_setting('server_encoding') AS charset, current_setting('server_version') AS version,
      (SELECT string_agg(name, ', ') FROM pg_settings
        WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off') AS switched_off
      FROM pg_database WHERE datname = current_database()`,
    oracle: `SELECT p.value AS charset, (SELECT MIN(v.version) FROM product_component_version v) AS version,
      NULL AS switched_off FROM nls_database_parameters p WHERE p.parameter = 'NLS_CHARACTERSET'`,
  },
  { params: {}, result: { charset: 'text', version: 'text', switchedOff: 'text' } },
);

const NEEDED = {
  postgres: { charset: 'UTF8', major: 14, name: 'PostgreSQL' },
  oracle: { charset: 'AL32UTF8', major: 19, name: 'Oracle' },
} as const;

/**
 * Refuses a database that cannot keep every letter, is too old, or may forget what it confirmed. Throws the StartErrors
 * `database.charset`, `database.version`, and `database.not_durable`. The version of a database under another name says
 * nothing; then its features are tried instead.
 */
export async function assertDatabaseFits(
  database: Database,
  options: { isVersionKnown: boolean } = { isVersionKnown: true },
): Promise<void> {
  const needed = NEEDED[database.dialect.name];
  const traits = (await database.read((db) => db.one(TRAITS, {}))) as ServerTraits;
  if (traits.charset !== needed.charset) {
    throw new StartError({
      code: 'database.charset',
      sentence: `The database keeps its text in ${traits.charset}; letters beyond it would be lost.`,
      remedy: `Create the database anew in ${needed.charset}.`,
    });
  }
  if (options.isVersionKnown && !(Number.parseInt(traits.version, 10) >= needed.major)) {
    throw new StartError({
      code: 'database.version',
      sentence: `The database is ${needed.name} ${traits.version}, which is too old.`,
      remedy: `Use ${needed.name} ${needed.major} or newer.`,
    });
  }
  if (traits.switchedOff !== null) {
    throw new StartError({
      code: 'database.not_durable',
      sentence: `The database may forget what it confirmed: ${traits.switchedOff} is off.`,
      remedy: 'Switch it on; Vaultdesk acknowledges a message only when it is on the disk.',
    });
  }
}

const ENVELOPE_CHECKS = portable<Record<never, never>, { tableName: string; definition: string }>(
  'schema.envelope_checks',
  {
    postgres: `SELECT t.relname AS table_name, pg_get_constraintdef(c.oid) AS definition
      FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
      WHERE c.contype = 'c' AND n.nspname = current_schema() AND pg_get_constraintdef(c.oid) LIKE '%get_byte%'`,
    oracle: `SELECT LOWER(table_name) AS table_name, LOWER(trigger_name) AS definition FROM user_triggers
      WHERE status = 'ENABLED'`,
  },
  { params: {}, result: { tableName: 'text', definition: 'clob' } },
);

/**
 * Refuses a database in which a column that the classification calls C2 would take plain text, because somebody took its
 * check away: the StartError `database.unsealed` names the columns. Oracle guards them by triggers, whose bodies nobody can
 * search: there the steps are what is tested.
 */
export async function assertSealedColumns(
  database: Database,
  entities: readonly Entity[] = allEntities(),
): Promise<void> {
  if (database.dialect.name === 'oracle') return;
  const checks = await database.read((db) => db.all(ENVELOPE_CHECKS, {}));
  const open = entities.flatMap(({ table, columns }) =>
    Object.entries(columns)
      .filter(([, { sealed }]) => sealed !== undefined && !table.startsWith('spec_'))
      .map(([name]) => toSnakeCase(name))
      .filter((column) => !checks.some((check) => guards(check, table, column)))
      .map((column) => `${table}.${column}`),
  );
  if (open.length === 0) return;
  throw new StartError({
    code: 'database.unsealed',
    sentence: `The database would take plain text in ${open.join(', ')}: the check for envelopes is gone.`,
    remedy:
      'Find out who removed it, put it back as the steps in migrations have it, and look for plain text.',
  });
}

function guards(check: { tableName: string; definition: string }, table: string, column: string): boolean {
  return check.tableName === table && new RegExp(`get_byte\\(\\(?"?${column}"?[,)]`).test(check.definition);
}
