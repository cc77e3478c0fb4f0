import type { DekRow, DekStore } from '../crypto/index.ts';
import { col } from './columns.ts';
import type { Database } from './data-source.ts';
import { DatabaseConflict, LIST_ITEMS_MAX } from './dialect/dialect.ts';
import { defineEntity, type RowOf } from './entity.ts';
import { insert, portable, select } from './statements.ts';

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
const DEKS_BY_ID = select(cryptoDekEntity, { name: 'crypto_dek.by_ids', whereIn: 'id' });
const DEK_OF_SCOPE = select(cryptoDekEntity, {
  name: 'crypto_dek.by_scope',
  where: ['scope', 'state'],
  limit: true,
});

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
    const taken = await database.read(async (session) => {
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

/** Data keys in the database, as platform/crypto asks for them. */
export function createDekStore(database: Database): DekStore {
  return {
    async find(ids) {
      const rows: CryptoDekRow[] = [];
      for (let start = 0; start < ids.length; start += LIST_ITEMS_MAX) {
        const idList = ids.slice(start, start + LIST_ITEMS_MAX);
        rows.push(...(await database.read((session) => session.all(DEKS_BY_ID, { idList }))));
      }
      return rows as DekRow[];
    },
    findInstallation: async () =>
      (await database.read((session) =>
        session.one(DEK_OF_SCOPE, { scope: 'installation', state: 'active', limit: 1 }),
      )) as DekRow | undefined,
    insertInstallation: async (row) =>
      void (await database.read((session) => session.run(DEK_INSERT, { ...row, writes: 0 }))),
    nextIds: (count) => takeNumbers(database, 'dek', count),
  };
}
