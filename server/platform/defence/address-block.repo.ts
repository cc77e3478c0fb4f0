import { insert, portable, select, type Db, type Tx } from '../persistence/index.ts';
import { addressBlockEntity, type AddressBlockRow } from './address-block.entity.ts';

/** Blocks held in memory; beyond, the ones that end last are held. */
export const BLOCKS_MAX = 10_000;

const BLOCK_INSERT = insert(addressBlockEntity);
const BLOCK_BY_ID = select(addressBlockEntity, { name: 'address_block.by_id', where: ['id'] });
const BLOCKS_ACTIVE = portable<{ now: Date; limit: number }, { address: string; endsAt: Date }>(
  'address_block.active',
  `SELECT address, ends_at FROM address_block WHERE released_at IS NULL AND ends_at > :now
    ORDER BY ends_at DESC FETCH FIRST :limit ROWS ONLY`,
  { params: { now: 'instant', limit: 'int' }, result: { address: 'text', endsAt: 'instant' } },
);
const BLOCKS_PAGE = select(addressBlockEntity, {
  name: 'address_block.page',
  orderBy: [
    ['blockedAt', 'desc'],
    ['id', 'desc'],
  ],
  keyset: true,
  limit: true,
});
const BLOCKS_COUNT = portable<{ address: string; since: Date }, { found: number }>(
  'address_block.count',
  'SELECT COUNT(*) AS found FROM address_block WHERE address = :address AND blocked_at > :since',
  { params: { address: 'text', since: 'instant' }, result: { found: 'int' } },
);
const BLOCKS_RELEASE = portable<{ address: string; now: Date; by: string }>(
  'address_block.release',
  `UPDATE address_block SET released_at = :now, released_by_id = :by
    WHERE address = :address AND released_at IS NULL AND ends_at > :now`,
  { params: { address: 'text', now: 'instant', by: 'text' } },
);
const BLOCKS_FORGET = portable<{ before: Date }>(
  'address_block.forget',
  'DELETE FROM address_block WHERE ends_at < :before',
  { params: { before: 'instant' } },
);

/** Keeps a block. */
export async function insertBlock(tx: Tx, row: AddressBlockRow): Promise<void> {
  await tx.run(BLOCK_INSERT, row);
}

/** A block by id, ended or not. */
export function findBlock(db: Db, id: string): Promise<AddressBlockRow | undefined> {
  return db.one(BLOCK_BY_ID, { id });
}

/** The blocks in force, at most `BLOCKS_MAX`. */
export function listActiveBlocks(db: Db, now: Date): Promise<{ address: string; endsAt: Date }[]> {
  return db.all(BLOCKS_ACTIVE, { now, limit: BLOCKS_MAX });
}

/** One page of blocks, the last one first. */
export function listBlocks(
  db: Db,
  page: { limit: number; after?: readonly unknown[] | undefined },
): Promise<AddressBlockRow[]> {
  return db.all(BLOCKS_PAGE, page);
}

/** How often an address was blocked since then. */
export async function countBlocks(db: Db, address: string, since: Date): Promise<number> {
  return (await db.one(BLOCKS_COUNT, { address, since }))?.found ?? 0;
}

/** Ends every block of an address. */
export async function releaseBlocks(
  tx: Tx,
  release: { address: string; now: Date; by: string },
): Promise<number> {
  return tx.run(BLOCKS_RELEASE, release);
}

/** Forgets blocks that ended before; an address is nobody's business for ever. */
export async function forgetBlocks(tx: Tx, before: Date): Promise<void> {
  await tx.run(BLOCKS_FORGET, { before });
}
