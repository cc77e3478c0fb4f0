import oracledb from 'oracledb';
import pg from 'pg';
import { createOraclePort, createPostgresPort, probeFeatures, type SchemaPort } from '../migrations/index.ts';
import { StartError } from './kernel/index.ts';
import { dialectOf, ORACLE_SESSION, oracleCredentials } from './platform/persistence/index.ts';

const CONNECT_SECONDS = 5;

/** One session of the schema's own: what the migration runner works through. */
export interface OpenSchemaPort {
  port: SchemaPort;
  close(): Promise<void>;
}

/** Connects for the migration runner; throws the StartError `database.unreachable`. */
export async function openSchemaPort(url: string): Promise<OpenSchemaPort> {
  try {
    return dialectOf(url).name === 'oracle' ? await openOracle(url) : await openPostgres(url);
  } catch (cause) {
    throw new StartError({
      code: 'database.unreachable',
      sentence: 'The database does not answer.',
      remedy: 'Check database.url, and that the server runs and lets this machine in.',
      cause,
    });
  }
}

async function openPostgres(url: string): Promise<OpenSchemaPort> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return { port: createPostgresPort(client), close: () => client.end() };
}

async function openOracle(url: string): Promise<OpenSchemaPort> {
  const connection = await oracledb.getConnection({
    ...oracleCredentials(url),
    transportConnectTimeout: CONNECT_SECONDS,
    connectTimeout: CONNECT_SECONDS,
  });
  await connection.execute(ORACLE_SESSION);
  return { port: createOraclePort(connection as never), close: () => connection.close() };
}

/** Refuses a database of the PostgreSQL family that lacks something. Throws the StartError `database.feature_missing`. */
export async function assertFeatures(port: SchemaPort): Promise<void> {
  const missing = (await probeFeatures(port)).filter(({ isThere }) => !isThere);
  if (missing.length === 0) return;
  throw new StartError({
    code: 'database.feature_missing',
    sentence: `The database lacks ${missing.map(({ id, neededFor }) => `${id} (${neededFor})`).join(', ')}.`,
    remedy: 'Run vaultdesk db compat for what the server said; use a mode or version of it that has them.',
  });
}
