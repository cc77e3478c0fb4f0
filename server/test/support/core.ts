import { randomBytes as systemRandomBytes } from 'node:crypto';
import process from 'node:process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIds, systemClock, type Clock, type Ids } from '../../kernel/index.ts';
import {
  createCrypto,
  createFileKeyProvider,
  type Crypto,
  type KeyProvider,
} from '../../platform/crypto/index.ts';
import {
  createDekStore,
  createOutboxWriter,
  createUnitOfWork,
  openDatabase,
  openTrail,
  type Database,
  type Trail,
  type UnitOfWork,
} from '../../platform/persistence/index.ts';

import type { TestDatabase } from './database.ts';
import { runRawSql, type RawRow } from './raw-sql.ts';

/** Everything below the modules, on a database of its own: what a service spec needs. */
export interface Core {
  url: string;
  database: Database;
  clock: Clock;
  ids: Ids;
  trail: Trail;
  uow: UnitOfWork;
  crypto: Crypto;
  /** The master keys. */
  keys: KeyProvider;
  installationId: string;
  /** How often a unit of work left events behind. */
  nudges(): number;
  /** SQL behind the back of the product, `$1` for the first value on either database. */
  sql(text: string, values?: readonly unknown[]): Promise<RawRow[]>;
  close(): Promise<void>;
}

/** Installation id of every spec. */
export const TEST_INSTALLATION = '01900000-0000-7000-8000-000000000001';
/** A silent log. */
export const QUIET_LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Opens a cloned database with keys, trail, and units of work. Call in `before`, and `close()` in `after`. */
export async function buildCore(options: { clock?: Clock; batchLanes?: number } = {}): Promise<Core> {
  const clock = options.clock ?? systemClock;
  const ids = createIds({ clock, randomBytes: systemRandomBytes });
  const { buildDatabase, oracleDriver } = await databaseUnderTest();
  const clone = await buildDatabase();
  const database = await openDatabase({ url: clone.url, poolSize: 8, oracleDriver });
  const keysDir = mkdtempSync(join(tmpdir(), 'vd-keys-'));
  const keys = await createFileKeyProvider({ folder: keysDir });
  const crypto = await createCrypto({
    suite: 'intl',
    installationId: TEST_INSTALLATION,
    provider: keys,
    store: createDekStore(database),
    clock,
  });
  const trail = await openTrail({
    database,
    clock,
    ids,
    node: 'test',
    installationId: TEST_INSTALLATION,
    batchLanes: options.batchLanes ?? 2,
  });
  let nudges = 0;
  const uow = createUnitOfWork({
    database,
    trail,
    toOutboxRow: createOutboxWriter({ clock, ids }),
    onCommit: (hasEvents) => {
      if (hasEvents) nudges += 1;
    },
  });
  return {
    url: clone.url,
    database,
    clock,
    ids,
    trail,
    uow,
    crypto,
    keys,
    installationId: TEST_INSTALLATION,
    nudges: () => nudges,
    sql: (text, values) => runRawSql(database, text, values),
    async close() {
      crypto.close();
      await database.close();
      await clone.drop();
      rmSync(keysDir, { recursive: true, force: true });
    },
  };
}

/** Whether this run is about the stand-in for Oracle, which knows no triggers. */
export const IS_ORACLE_SIM = process.env.VAULTDESK_TEST_DATABASE === 'oracle-sim';

/** The database this run is about: the embedded PostgreSQL, or what VAULTDESK_TEST_DATABASE names. */
async function databaseUnderTest(): Promise<{
  buildDatabase(): Promise<TestDatabase>;
  oracleDriver?: unknown;
}> {
  if (IS_ORACLE_SIM) return import('../oracle-sim/database.ts');
  if (process.env.VAULTDESK_TEST_DATABASE === 'oracle') return import('../oracle-real/database.ts');
  return import('./database.ts');
}
