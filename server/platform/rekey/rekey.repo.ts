import type { DekRow } from '../crypto/index.ts';
import { DEK_INSERT, portable, type Db, type Tx } from '../persistence/index.ts';

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
  `UPDATE crypto_dek SET wrapped = :wrapped, kek_id = :kekId
    WHERE id = :id AND kek_id = :oldKekId AND state <> 'destroyed'`,
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
const STEP_BACK = portable<{ id: number }>(
  'crypto_dek.step_back',
  `UPDATE crypto_dek SET state = 'decrypt_only' WHERE id = :id AND state = 'active'`,
  { params: { id: 'int' } },
);

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

/** Puts a new key in the place of one: the old one only opens from now on. False when it was not in use any more. */
export async function succeedKey(tx: Tx, oldId: number, next: DekRow): Promise<boolean> {
  if ((await tx.run(STEP_BACK, { id: oldId })) === 0) return false;
  await tx.run(DEK_INSERT, { ...next, writes: 0 });
  return true;
}
