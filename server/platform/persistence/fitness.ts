import { StartError } from '../../kernel/index.ts';
import type { Database } from './data-source.ts';
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
