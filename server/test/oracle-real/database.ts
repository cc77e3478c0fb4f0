import process from 'node:process';
import oracledb from 'oracledb';
import { createOraclePort, migrateUp } from '../../../migrations/index.ts';
import { pinTimeZone } from '../../platform/config/index.ts';
import { oracleCredentials } from '../../platform/persistence/index.ts';
import type { OpenSchemaPort } from '../../schema-port.ts';
import type { TestDatabase } from '../support/database.ts';

/** The driver itself. */
export const oracleDriver = oracledb;

/** Its presence says that everything in the schema may be dropped; made only in an empty one. */
const MARK = 'VAULTDESK_TEST_SCHEMA';

/** A session of the migration runner, through the driver of this run. */
export async function openSchema(url: string): Promise<OpenSchemaPort> {
  const connection = await oracledb.getConnection(oracleCredentials(url));
  return { port: createOraclePort(connection as never), close: () => connection.close() };
}

/** Schemas that a spec has open. */
const held = new Set<string>();

/**
 * The schema of ORACLE_URL, emptied and migrated anew. A few specs have two databases at once; the second is the one of
 * ORACLE_SECOND_URL.
 */
export async function buildDatabase(): Promise<TestDatabase> {
  const urls = [process.env.ORACLE_URL, process.env.ORACLE_SECOND_URL].filter((url) => url !== undefined);
  const url = urls.find((each) => !held.has(each));
  if (url === undefined) throw new Error('This spec needs another empty schema: set ORACLE_SECOND_URL.');
  pinTimeZone();
  const connection = await oracledb.getConnection(oracleCredentials(url));
  try {
    await claimSchema(connection);
    await emptySchema(connection);
    await migrateUp({ port: createOraclePort(connection as never), now: () => new Date() });
  } finally {
    await connection.close();
  }
  held.add(url);
  return { url, ownerUrl: url, name: 'oracle', drop: async () => void held.delete(url) };
}

/** Refuses a schema that holds anything and was not made for tests. */
async function claimSchema(connection: oracledb.Connection): Promise<void> {
  const tables = await namesOf(connection, 'TABLE');
  if (tables.includes(MARK)) return;
  if (tables.length > 0) {
    throw new Error(
      `The schema of ORACLE_URL holds ${tables.length} tables that are not ours: use an account with an empty schema.`,
    );
  }
  await connection.execute(`CREATE TABLE ${MARK} (made_at TIMESTAMP(3))`);
}

async function emptySchema(connection: oracledb.Connection): Promise<void> {
  for (const name of await namesOf(connection, 'TRIGGER')) await connection.execute(`DROP TRIGGER "${name}"`);
  for (const name of await namesOf(connection, 'TABLE')) {
    if (name !== MARK) await connection.execute(`DROP TABLE "${name}" CASCADE CONSTRAINTS PURGE`);
  }
}

async function namesOf(connection: oracledb.Connection, type: 'TABLE' | 'TRIGGER'): Promise<string[]> {
  const { rows } = await connection.execute<[string]>(
    `SELECT object_name FROM user_objects WHERE object_type = :1 AND object_name NOT LIKE 'BIN$%'`,
    [type],
  );
  return (rows ?? []).map(([name]) => name);
}
