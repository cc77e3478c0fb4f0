import {
  auditPurgeChunkEntity,
  auditPurgeEntity,
  insert,
  select,
  type AuditPurgeChunkRow,
  type AuditPurgeRow,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';

const PURGE_INSERT = insert(auditPurgeEntity);
const CHUNK_INSERT = insert(auditPurgeChunkEntity);
const PURGE_BY_KEY = select(auditPurgeEntity, { name: 'audit_purge.by_key', where: ['approvalKey'] });
const PURGE_PAGE = select(auditPurgeEntity, {
  name: 'audit_purge.page',
  orderBy: [['purgeNo', 'desc']],
  keyset: true,
  limit: true,
});

/** Keeps a decision; from the commit on the trail begins behind its seal. */
export async function insertPurge(tx: Tx, row: AuditPurgeRow): Promise<void> {
  await tx.run(PURGE_INSERT, row);
}

/** Has the database remove a range of entries, or seals. Refused by it below the floor of 200 days. */
export async function removeRange(
  tx: Tx,
  what: Pick<AuditPurgeChunkRow, 'id' | 'purgeNo'> & Partial<AuditPurgeChunkRow>,
): Promise<void> {
  await tx.run(CHUNK_INSERT, {
    ...{ node: null, epoch: null, lane: null, fromN: null, toN: null, untilAt: null, sealsBelow: null },
    ...what,
  });
}

/** The purge that an approval gave. */
export function findPurge(db: Db, approvalKey: string): Promise<AuditPurgeRow | undefined> {
  return db.one(PURGE_BY_KEY, { approvalKey });
}

/** Purges, the newest first, behind `before`. */
export function listPurges(db: Db, before: number | undefined, limit: number): Promise<AuditPurgeRow[]> {
  return db.all(PURGE_PAGE, { after: before === undefined ? undefined : [before], limit });
}
