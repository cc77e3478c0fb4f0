import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import pg from 'pg';
import { createPostgresPort, migrateUp } from '../../../migrations/index.ts';
import { startDatabase, type EmbeddedDatabase } from '../../platform/database/index.ts';

/** A migrated database of its own; made for one spec file. */
export interface TestDatabase {
  /** Connection as the server's role, which owns the tables. */
  url: string;
  /** Connection as superuser, for tests that tamper or kill. */
  ownerUrl: string;
  name: string;
  /** Ends its sessions and removes it. */
  drop(): Promise<void>;
}

const TEMPLATE = 'vaultdesk_template';
/** Losing the scratch database in a power cut harms nobody; without fsync the suite is twice as fast. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };
const QUIET = { info: () => undefined, warn: () => undefined };

let running: Promise<{ database: EmbeddedDatabase; home: string }> | undefined;
let databaseCount = 0;

/**
 * Clones the migrated template (about 45 ms: file_copy; the default strategy takes 230). The first call of a run starts one PostgreSQL for all spec files; it is
 * stopped and removed when mocha ends. Call it in a `before` hook and `drop()` in the `after` hook.
 */
export async function buildDatabase(): Promise<TestDatabase> {
  running ??= startTemplate();
  const { database } = await running;
  databaseCount += 1;
  const name = `spec_${databaseCount}`;
  await administer(
    database,
    `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER vaultdesk STRATEGY file_copy`,
  );
  return {
    url: urlOf(database.url, name),
    ownerUrl: urlOf(database.ownerUrl, name),
    name,
    drop: () => administer(database, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** A temporary folder that PostgreSQL's account may pass through; below TMPDIR, which `npm test` empties. */
export function buildHome(): string {
  const parent = mkdtempSync(join(tmpdir(), 'vd-'));
  chmodSync(parent, 0o711);
  return join(parent, 'home');
}

/** Removes a home made by `buildHome` and whatever its database keeps outside. */
export function removeHome(home: string, dataDir?: string): void {
  if (dataDir !== undefined && !dataDir.startsWith(home))
    rmSync(dirname(dataDir), { recursive: true, force: true });
  if (existsSync(dirname(home))) rmSync(dirname(home), { recursive: true, force: true });
}

/** A migrated PostgreSQL of its own, for specs that fill its disk or kill it. `drop` stops it. */
export async function startOwnDatabase(
  home: string,
  settings: Record<string, string>,
): Promise<{ database: EmbeddedDatabase; place: Pick<TestDatabase, 'url' | 'drop'> }> {
  const database = await startDatabase({ home, log: QUIET, settings });
  process.once('exit', () => {
    if (database.isRunning()) process.kill(database.pid, 'SIGQUIT');
  });
  await migrate(database.url);
  return { database, place: { url: database.url, drop: () => database.stop() } };
}

async function startTemplate(): Promise<{ database: EmbeddedDatabase; home: string }> {
  const home = buildHome();
  const database = await startDatabase({ home, log: QUIET, settings: SETTINGS });
  // A run ended by a signal skips the hook below; the postmaster has a session of its own and would stay.
  process.once('exit', () => {
    if (database.isRunning()) process.kill(database.pid, 'SIGQUIT');
    removeHome(home, database.dataDir);
  });
  await administer(database, `CREATE DATABASE ${TEMPLATE} OWNER vaultdesk`);
  await migrate(urlOf(database.url, TEMPLATE));
  return { database, home };
}

async function migrate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await migrateUp({ port: createPostgresPort(client), now: () => new Date() });
  } finally {
    await client.end();
  }
}

async function administer(database: EmbeddedDatabase, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(database.ownerUrl, 'postgres') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function urlOf(url: string, name: string): string {
  return url.replace(/[^/]*$/, name);
}

// The benchmarks use the homes without mocha, and never start this database.
globalThis.after?.('stop the test database', async () => {
  if (running === undefined) return;
  const { database, home } = await running;
  await database.stop();
  removeHome(home, database.dataDir);
});
