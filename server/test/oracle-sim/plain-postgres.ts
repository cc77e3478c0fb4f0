import pg from 'pg';
import { startDatabase } from '../../platform/database/index.ts';
import { buildHome, removeHome } from '../support/database.ts';

const QUIET = { info: () => undefined, warn: () => undefined };

/**
 * An empty database of a PostgreSQL that orders texts by their codes, as Oracle does; the one of a home folder orders them by
 * pinyin. Gives its address, and a way to stop it.
 */
export async function startPlainPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const home = buildHome();
  const database = await startDatabase({ home, log: QUIET });
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  try {
    await client.query(
      `CREATE DATABASE plain OWNER vaultdesk TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'`,
    );
  } finally {
    await client.end();
  }
  return {
    url: database.url.replace(/[^/]*$/, 'plain'),
    async stop() {
      await database.stop();
      removeHome(home, database.dataDir);
    },
  };
}
