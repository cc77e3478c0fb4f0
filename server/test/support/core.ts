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

import { openSchemaPort, type OpenSchemaPort } from '../../schema-port.ts';
import { NOT_IN_H2 } from '../oracle-sim/not-in-h2.ts';
import type { TestDatabase } from './database.ts';
import { WithinEachOther } from './within-each-other.ts';
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
  /** The master keys, and the folder they lie in. */
  keys: KeyProvider;
  keysFolder: string;
  installationId: string;
  /** What somebody else does at the same time, started in the middle of a read or a unit. */
  besides<T>(work: () => Promise<T>): Promise<T>;
  /** How often a unit of work left events behind. */
  nudges(): number;
  /** SQL behind the back of the product, `$1` for the first value on either database. */
  sql(text: string, values?: readonly unknown[]): Promise<RawRow[]>;
  /** A session of the migration runner. */
  openSchema(): Promise<OpenSchemaPort>;
  close(): Promise<void>;
}

/** Installation id of every spec. */
export const TEST_INSTALLATION = '01900000-0000-7000-8000-000000000001';
/** A silent log. */
export const QUIET_LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Opens a cloned database with keys, trail, and units of work. Call in `before`, and `close()` in `after`. */
export async function buildCore(
  options: {
    clock?: Clock;
    batchLanes?: number;
    /** A database that the spec has made, for those that disturb it. */
    place?: Pick<TestDatabase, 'url' | 'drop'>;
  } = {},
): Promise<Core> {
  const clock = options.clock ?? systemClock;
  const ids = createIds({ clock, randomBytes: systemRandomBytes });
  const { buildDatabase, oracleDriver, openSchema = openSchemaPort } = await databaseUnderTest();
  const clone = options.place ?? (await buildDatabase());
  const within = new WithinEachOther();
  const database = within.watchReads(await openDatabase({ url: clone.url, poolSize: 8, oracleDriver }));
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
  const uow = within.watchUnits(
    createUnitOfWork({
      database,
      trail,
      toOutboxRow: createOutboxWriter({ clock, ids }),
      onCommit: (hasEvents) => {
        if (hasEvents) nudges += 1;
      },
    }),
  );
  return {
    url: clone.url,
    database,
    clock,
    ids,
    trail,
    uow,
    crypto,
    keys,
    keysFolder: keysDir,
    installationId: TEST_INSTALLATION,
    besides: (work) => within.besides(work),
    nudges: () => nudges,
    sql: (text, values) => runRawSql(database, text, values),
    openSchema: () => openSchema(clone.url),
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

/**
 * Skips the running test on the stand-in for Oracle, when the list of what H2 cannot run names it. The run compares the
 * number of skipped tests with that list, so that none is left out in silence.
 */
export function skipOnStandIn(context: Mocha.Context): void {
  if (!IS_ORACLE_SIM) return;
  // In a hook it is about the test that the hook runs for.
  const title = (context.currentTest ?? context.test)?.titlePath().join(' › ') ?? '';
  if (!NOT_IN_H2.some(({ tests = [] }) => tests.includes(title))) {
    throw new Error(`The list of what H2 cannot run does not name: ${title}`);
  }
  context.skip();
}

/** The database this run is about: the embedded PostgreSQL, or what VAULTDESK_TEST_DATABASE names. */
async function databaseUnderTest(): Promise<{
  buildDatabase(): Promise<TestDatabase>;
  oracleDriver?: unknown;
  /** Only where the product's own way does not reach it. */
  openSchema?: (url: string) => Promise<OpenSchemaPort>;
}> {
  if (IS_ORACLE_SIM) return import('../oracle-sim/database.ts');
  if (process.env.VAULTDESK_TEST_DATABASE === 'oracle') return import('../oracle-real/database.ts');
  return import('./database.ts');
}
