import type { DekRow } from '../crypto/index.ts';
import type { TechnicalDb } from '../jobs/index.ts';
import { insertDeks, portable, type Db, type Tx } from '../persistence/index.ts';

const COUNTS = portable<Record<never, never>, { kekId: string; scope: string; state: string; keys: number }>(
  'crypto_dek.counts',
  `SELECT d.kek_id, d.scope, d.state, COUNT(*) AS keys FROM crypto_dek d
    GROUP BY d.kek_id, d.scope, d.state ORDER BY d.kek_id, d.scope, d.state`,
  { params: {}, result: { kekId: 'text', scope: 'text', state: 'text', keys: 'int' } },
);
const COLUMNS = 'd.id, d.scope, d.owner_id, d.kek_id, d.alg, d.state, d.wrapped, d.created_at';
const RESULT = {
  id: 'int',
  scope: 'text',
  ownerId: 'text',
  kekId: 'text',
  alg: 'int',
  state: 'text',
  wrapped: 'bytes',
  createdAt: 'instant',
} as const;
const UNDER_OTHERS = portable<{ kekId: string; lastId: number; limit: number }, DekRow>(
  'crypto_dek.under_others',
  `SELECT ${COLUMNS} FROM crypto_dek d
    WHERE d.id > :lastId AND d.kek_id <> :kekId AND d.state <> 'destroyed'
    ORDER BY d.id FETCH FIRST :limit ROWS ONLY`,
  { params: { kekId: 'text', lastId: 'int', limit: 'int' }, result: RESULT },
);
const REWRAP = portable<{ id: number; oldKekId: string; kekId: string; wrapped: Buffer }>(
  'crypto_dek.rewrap',
  {
    postgres: `UPDATE crypto_dek SET wrapped = :wrapped, kek_id = :kekId
      WHERE id = :id AND kek_id = :oldKekId AND state <> 'destroyed'`,
    postgresMany: `UPDATE crypto_dek SET wrapped = f.wrapped, kek_id = f.kek_id
      FROM unnest(CAST(:id AS bigint[]), CAST(:oldKekId AS varchar[]), CAST(:kekId AS varchar[]),
        CAST(:wrapped AS bytea[])) AS f (id, old_kek_id, kek_id, wrapped)
      WHERE crypto_dek.id = f.id AND crypto_dek.kek_id = f.old_kek_id AND crypto_dek.state <> 'destroyed'`,
    oracle: `UPDATE crypto_dek SET wrapped = :wrapped, kek_id = :kekId
      WHERE id = :id AND kek_id = :oldKekId AND state <> 'destroyed'`,
  },
  { params: { id: 'int', oldKekId: 'text', kekId: 'text', wrapped: 'bytes' } },
);
const NEED_KEK = portable<{ kekId: string }, { keys: number }>(
  'crypto_dek.need_kek',
  `SELECT COUNT(*) AS keys FROM crypto_dek WHERE kek_id = :kekId AND state <> 'destroyed'`,
  { params: { kekId: 'text' }, result: { keys: 'int' } },
);
const ACTIVE_BEFORE = portable<{ before: Date; lastId: number; limit: number }, DekRow>(
  'crypto_dek.active_before',
  `SELECT ${COLUMNS} FROM crypto_dek d
    WHERE d.id > :lastId AND d.scope = 'requester' AND d.state = 'active' AND d.created_at < :before
    ORDER BY d.id FETCH FIRST :limit ROWS ONLY`,
  { params: { before: 'instant', lastId: 'int', limit: 'int' }, result: RESULT },
);
const ACTIVE_LOCK = portable<{ ids: readonly number[] }, { id: number }>(
  'crypto_dek.active_lock',
  `SELECT id FROM crypto_dek WHERE id IN (:ids...) AND state = 'active' ORDER BY id FOR UPDATE`,
  { params: { ids: 'int' }, result: { id: 'int' } },
);
const STEP_BACK = portable<{ ids: readonly number[] }>(
  'crypto_dek.step_back',
  `UPDATE crypto_dek SET state = 'decrypt_only' WHERE id IN (:ids...) AND state = 'active'`,
  { params: { ids: 'int' } },
);

const INDEX_KEYS = portable<Record<never, never>, DekRow>(
  'crypto_dek.all_index_keys',
  `SELECT ${COLUMNS} FROM crypto_dek d WHERE d.scope = 'index' ORDER BY d.id`,
  { params: {}, result: RESULT },
);
const INSTALLATION_KEY = portable<{ state: string }, DekRow>(
  'crypto_dek.installation_key',
  `SELECT ${COLUMNS} FROM crypto_dek d WHERE d.scope = 'installation' AND d.state = :state
    ORDER BY d.id FETCH FIRST 1 ROWS ONLY`,
  { params: { state: 'text' }, result: RESULT },
);
const OWN_STEP_BACK = portable<{ scope: string }>(
  'crypto_dek.own_step_back',
  `UPDATE crypto_dek SET state = 'decrypt_only' WHERE scope = :scope AND state = 'active'`,
  { params: { scope: 'text' } },
);
const OWN_ACTIVATE = portable<{ scope: string; id: number }>(
  'crypto_dek.own_activate',
  `UPDATE crypto_dek SET state = 'active' WHERE id = :id AND scope = :scope AND state = 'pre_active'`,
  { params: { scope: 'text', id: 'int' } },
);
const WRITES_ADD = portable<{ id: number; count: number }>(
  'crypto_dek.add_writes',
  {
    postgres: 'UPDATE crypto_dek SET writes = writes + :count WHERE id = :id',
    postgresMany: `UPDATE crypto_dek SET writes = crypto_dek.writes + f.n
      FROM unnest(CAST(:id AS bigint[]), CAST(:count AS bigint[])) AS f (id, n) WHERE crypto_dek.id = f.id`,
    oracle: 'UPDATE crypto_dek SET writes = writes + :count WHERE id = :id',
  },
  { params: { id: 'int', count: 'int' } },
);
const WORN = portable<{ ids: readonly number[]; writesMax: number }, DekRow>(
  'crypto_dek.worn',
  `SELECT ${COLUMNS} FROM crypto_dek d
    WHERE d.id IN (:ids...) AND d.writes >= :writesMax AND d.state = 'active' AND d.scope <> 'index' ORDER BY d.id`,
  { params: { ids: 'int', writesMax: 'int' }, result: RESULT },
);
const KEY_BY_ID = portable<{ id: number }, DekRow>(
  'crypto_dek.one',
  `SELECT ${COLUMNS} FROM crypto_dek d WHERE d.id = :id`,
  { params: { id: 'int' }, result: RESULT },
);
const ARCHIVED = portable<{ id: number }, { archives: number }>(
  'archived_dek.count',
  'SELECT COUNT(*) AS archives FROM archived_dek WHERE dek_id = :id',
  { params: { id: 'int' }, result: { archives: 'int' } },
);

/** The key in use for what belongs to nobody in particular, or the one that comes in its place. */
export function findInstallationKey(db: Db, state: 'active' | 'pre_active'): Promise<DekRow | undefined> {
  return db.one(INSTALLATION_KEY, { state });
}

/** Every key of the search indexes, in the order they were made. */
export function listIndexKeys(db: Db): Promise<DekRow[]> {
  return db.all(INDEX_KEYS, {});
}

/** A key that every process knows is used from now on; the one before only opens, or is only searched by. */
export async function activateOwnKey(tx: Tx, scope: 'installation' | 'index', id: number): Promise<number> {
  await tx.run(OWN_STEP_BACK, { scope });
  return tx.run(OWN_ACTIVATE, { scope, id });
}

/** Adds to what keys have sealed, at most 500; gives those in use that have sealed as much as one may. */
export async function addWrites(
  db: TechnicalDb,
  counts: ReadonlyMap<number, number>,
  writesMax: number,
): Promise<DekRow[]> {
  const rows = [...counts].map(([id, count]) => ({ id, count }));
  await db.runMany(WRITES_ADD, rows);
  return db.all(WORN, { ids: rows.map(({ id }) => id), writesMax });
}

/** One key of the table. */
export function findKey(db: Db, id: number): Promise<DekRow | undefined> {
  return db.one(KEY_BY_ID, { id });
}

/** How many archives hold values under a key. */
export async function countArchives(db: Db, id: number): Promise<number> {
  return (await db.one(ARCHIVED, { id }))?.archives ?? 0;
}

/** Data keys by master key, scope, and state. */
export function countKeys(db: Db) {
  return db.all(COUNTS, {});
}

/** Data keys wrapped by another master key than this one, in the order of their ids. */
export function listUnderOthers(db: Db, query: { kekId: string; lastId: number; limit: number }) {
  return db.all(UNDER_OTHERS, query);
}

/** Writes newly wrapped keys where nobody else did since; gives the number. */
export function rewrapKeys(
  tx: Tx,
  rows: readonly { id: number; oldKekId: string; kekId: string; wrapped: Buffer }[],
): Promise<number> {
  return tx.runMany(REWRAP, rows);
}

/** How many data keys still need a master key. */
export async function countNeeding(db: Db, kekId: string): Promise<number> {
  return (await db.one(NEED_KEK, { kekId }))?.keys ?? 0;
}

/** Requesters' keys in use that were made before an instant, in the order of their ids. */
export function listActiveBefore(db: Db, query: { before: Date; lastId: number; limit: number }) {
  return db.all(ACTIVE_BEFORE, query);
}

/**
 * Puts new keys in the place of others by their ids, at most 500: the old ones only open from now on. Those that are not
 * in use any more are left; gives the number.
 */
export async function succeedKeys(tx: Tx, nextOf: ReadonlyMap<number, DekRow>): Promise<number> {
  const locked = await tx.all(ACTIVE_LOCK, { ids: [...nextOf.keys()] });
  const ids = locked.map(({ id }) => id);
  if (ids.length === 0) return 0;
  await tx.run(STEP_BACK, { ids });
  await insertDeks(
    tx,
    ids.map((id) => nextOf.get(id) as DekRow),
  );
  return ids.length;
}
