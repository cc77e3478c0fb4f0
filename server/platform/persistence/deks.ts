import type { DekRow, DekStore } from '../crypto/index.ts';
import { col } from './columns.ts';
import type { Database } from './data-source.ts';
import { DatabaseConflict, LIST_ITEMS_MAX } from './dialect/dialect.ts';
import { defineEntity, type RowOf } from './entity.ts';
import { insert, portable, select } from './statements.ts';
import type { Db, Tx } from './unit.ts';

/** Data keys, wrapped by the key-encrypting key. The plain key is never stored. */
export const cryptoDekEntity = defineEntity(
  'crypto_dek',
  {
    id: col.int(),
    scope: col.text(16),
    ownerId: col.text(64),
    kekId: col.text(64),
    alg: col.int(),
    state: col.text(16),
    wrapped: col.bytes(2000),
    createdAt: col.instant(),
    writes: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `crypto_dek`. */
export type CryptoDekRow = RowOf<typeof cryptoDekEntity>;

/** Inserts a data key; the unit of work that makes a requester runs it with the requester's own row. */
export const DEK_INSERT = insert(cryptoDekEntity);
const DEK_COLUMNS = 'id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes';
const ONE_DEK = `INSERT INTO crypto_dek (${DEK_COLUMNS})
  VALUES (:id, :scope, :ownerId, :kekId, :alg, :state, :wrapped, :createdAt, :writes)`;
const DEKS_INSERT = portable<CryptoDekRow>(
  'crypto_dek.insert_many',
  {
    postgres: ONE_DEK,
    postgresMany: `INSERT INTO crypto_dek (${DEK_COLUMNS}) SELECT * FROM unnest(CAST(:id AS bigint[]),
      CAST(:scope AS varchar[]), CAST(:ownerId AS varchar[]), CAST(:kekId AS varchar[]), CAST(:alg AS bigint[]),
      CAST(:state AS varchar[]), CAST(:wrapped AS bytea[]), CAST(:createdAt AS timestamp[]),
      CAST(:writes AS bigint[]))`,
    oracle: ONE_DEK,
  },
  {
    params: {
      ...{ id: 'int', scope: 'text', ownerId: 'text', kekId: 'text', alg: 'int', state: 'text' },
      ...{ wrapped: 'bytes', createdAt: 'instant', writes: 'int' },
    },
  },
);
const DEKS_BY_ID = select(cryptoDekEntity, { name: 'crypto_dek.by_ids', whereIn: 'id' });
const DEK_OF_SCOPE = select(cryptoDekEntity, {
  name: 'crypto_dek.by_scope',
  where: ['scope', 'state'],
  limit: true,
});

const INDEX_DEKS = select(cryptoDekEntity, {
  name: 'crypto_dek.index_keys',
  where: ['scope'],
  orderBy: [['id', 'asc']],
});

const DEK_SUCCESSORS = portable<{ ids: readonly number[] }, { id: number; activeId: number }>(
  'crypto_dek.successors',
  `SELECT d.id, a.id AS active_id FROM crypto_dek d
    JOIN crypto_dek a ON a.owner_id = d.owner_id AND a.scope = d.scope AND a.state = 'active'
    WHERE d.id IN (:ids...) AND d.state = 'decrypt_only'`,
  { params: { ids: 'int' }, result: { id: 'int', activeId: 'int' } },
);

/** Keys whose envelopes an archive holds: they stay readable when their owner goes. */
export const archivedDekEntity = defineEntity(
  'archived_dek',
  { dekId: col.int(), runId: col.uuid() },
  { primaryKey: ['dekId'] },
);
const ARCHIVED_MARK = portable<{ ownerIds: readonly string[]; runId: string }>(
  'archived_dek.mark',
  `INSERT INTO archived_dek (dek_id, run_id)
    SELECT d.id, :runId FROM crypto_dek d WHERE d.owner_id IN (:ownerIds...) AND d.scope = 'requester'
      AND NOT EXISTS (SELECT a.dek_id FROM archived_dek a WHERE a.dek_id = d.id)`,
  { params: { ownerIds: 'text', runId: 'uuid' } },
);
const DEKS_OF_OWNERS = portable<{ ownerIds: readonly string[] }, { id: number; isArchived: number }>(
  'crypto_dek.of_owners',
  `SELECT d.id, CASE WHEN a.dek_id IS NULL THEN 0 ELSE 1 END AS is_archived FROM crypto_dek d
    LEFT JOIN archived_dek a ON a.dek_id = d.id
    WHERE d.owner_id IN (:ownerIds...) AND d.scope = 'requester' AND d.state <> 'destroyed'`,
  { params: { ownerIds: 'text' }, result: { id: 'int', isArchived: 'int' } },
);
const DEKS_RETIRE = portable<{ ids: readonly number[] }>(
  'crypto_dek.retire',
  `UPDATE crypto_dek SET state = 'decrypt_only' WHERE id IN (:ids...) AND state = 'active'`,
  { params: { ids: 'int' } },
);
const DEKS_DESTROY = portable<{ ids: readonly number[]; wrapped: Buffer }>(
  'crypto_dek.destroy',
  `UPDATE crypto_dek SET state = 'destroyed', wrapped = :wrapped WHERE id IN (:ids...)`,
  { params: { ids: 'int', wrapped: 'bytes' } },
);

/** Inserts many data keys that have sealed nothing yet. */
export async function insertDeks(tx: Tx, rows: readonly DekRow[]): Promise<void> {
  await tx.runMany(
    DEKS_INSERT,
    rows.map((row) => ({ ...row, writes: 0 })),
  );
}

/** What stands where a wrapped key stood: the column is never empty, and no key is one byte long. */
const NO_KEY = Buffer.alloc(1);

/** Notes that an archive holds values of these requesters, at most 500. */
export async function markArchivedDeks(tx: Tx, ownerIds: readonly string[], runId: string): Promise<void> {
  await tx.run(ARCHIVED_MARK, { ownerIds, runId });
}

/**
 * The requesters are gone, at most 500: their keys are overwritten, except those an archive still needs, which seal
 * nothing new from now on. Gives the ids of the overwritten ones; `crypto.forget` them after the commit.
 */
export async function endDeks(
  tx: Tx,
  ownerIds: readonly string[],
): Promise<{ destroyed: number[]; retired: number[] }> {
  const rows = await tx.all(DEKS_OF_OWNERS, { ownerIds });
  const retired = rows.filter(({ isArchived }) => isArchived === 1).map(({ id }) => id);
  const destroyed = rows.filter(({ isArchived }) => isArchived === 0).map(({ id }) => id);
  // A requester has one key in use and, after rotations, few older ones; the lists stay bounded all the same.
  for (const ids of cut(retired)) await tx.run(DEKS_RETIRE, { ids });
  for (const ids of cut(destroyed)) await tx.run(DEKS_DESTROY, { ids, wrapped: NO_KEY });
  return { destroyed, retired };
}

/** Overwrites keys that nothing needs any more, at most 500; `crypto.forget` them after the commit. */
export async function destroyDeks(tx: Tx, ids: readonly number[]): Promise<void> {
  await tx.run(DEKS_DESTROY, { ids, wrapped: NO_KEY });
}

function cut(ids: readonly number[]): number[][] {
  const lists: number[][] = [];
  for (let start = 0; start < ids.length; start += LIST_ITEMS_MAX) {
    lists.push(ids.slice(start, start + LIST_ITEMS_MAX));
  }
  return lists;
}

const idBlockEntity = defineEntity(
  'id_block',
  { name: col.text(64), nextValue: col.int() },
  { primaryKey: ['name'] },
);
const BLOCK_INSERT = insert(idBlockEntity);
const BLOCK_READ = select(idBlockEntity, { name: 'id_block.read', where: ['name'] });
const BLOCK_TAKE = portable<{ name: string; nextValue: number; expected: number }>(
  'id_block.take',
  'UPDATE id_block SET next_value = :nextValue WHERE name = :name AND next_value = :expected',
  { params: { name: 'text', nextValue: 'int', expected: 'int' } },
);

const TAKE_ATTEMPTS_MAX = 100;

/** Reserves `count` numbers of a named series and gives the first; numbers are never given twice, gaps happen. */
export async function takeNumbers(database: Database, name: string, count: number): Promise<number> {
  for (let attempt = 0; attempt < TAKE_ATTEMPTS_MAX; attempt += 1) {
    const taken = await database.readKeys(async (session) => {
      const block = await session.one(BLOCK_READ, { name });
      if (block === undefined) {
        try {
          await session.run(BLOCK_INSERT, { name, nextValue: 1 + count });
          return 1;
        } catch (error) {
          if (error instanceof DatabaseConflict) return undefined;
          throw error;
        }
      }
      const expected = block.nextValue;
      const changed = await session.run(BLOCK_TAKE, { name, nextValue: expected + count, expected });
      return changed === 1 ? expected : undefined;
    });
    if (taken !== undefined) return taken;
  }
  throw new Error(`The number series ${name} is contended without end.`);
}

/** The next number of a series: how many were given, about; 1 before the first. */
export async function nextNumber(db: Db, name: string): Promise<number> {
  return (await db.one(BLOCK_READ, { name }))?.nextValue ?? 1;
}

/** Data keys in the database, as platform/crypto asks for them. */
export function createDekStore(database: Database): DekStore {
  return {
    async find(ids) {
      const rows: CryptoDekRow[] = [];
      for (let start = 0; start < ids.length; start += LIST_ITEMS_MAX) {
        const idList = ids.slice(start, start + LIST_ITEMS_MAX);
        rows.push(...(await database.readKeys((session) => session.all(DEKS_BY_ID, { idList }))));
      }
      return rows as DekRow[];
    },
    findInstallation: async (state) =>
      (await database.readKeys((session) =>
        session.one(DEK_OF_SCOPE, { scope: 'installation', state, limit: 1 }),
      )) as DekRow | undefined,
    findIndexKeys: async () =>
      (await database.readKeys((session) => session.all(INDEX_DEKS, { scope: 'index' }))) as DekRow[],
    insertOnly: async (row) =>
      void (await database.readKeys((session) => session.run(DEK_INSERT, { ...row, writes: 0 }))),
    async successors(ids) {
      const found: { id: number; activeId: number }[] = [];
      for (const list of cut(ids)) {
        found.push(...(await database.readKeys((session) => session.all(DEK_SUCCESSORS, { ids: list }))));
      }
      return found;
    },
    nextIds: (count) => takeNumbers(database, 'dek', count),
  };
}
