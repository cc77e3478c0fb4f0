import {
  col,
  defineEntity,
  insert,
  portable,
  select,
  type Db,
  type RowOf,
  type Tx,
} from '../persistence/index.ts';

/** What was answered to an Idempotency-Key, written with the effect in one commit. */
export const idempotencyRecordEntity = defineEntity(
  'idempotency_record',
  {
    actorId: col.text(64),
    keyHash: col.bytes(32),
    bodyHash: col.bytes(32),
    /** 1: answered. Rows are written together with the effect, so none is ever seen running. */
    state: col.int(),
    status: col.int().optional(),
    answerEnc: col.sealed({ class: 'C2', scope: 'installation' }).optional(),
    createdAt: col.instant(),
  },
  { primaryKey: ['actorId', 'keyHash'] },
);

/** Row of `idempotency_record`. */
export type IdempotencyRecord = RowOf<typeof idempotencyRecordEntity>;

const RECORD_INSERT = insert(idempotencyRecordEntity);
const RECORD_BY_KEY = select(idempotencyRecordEntity, {
  name: 'idempotency_record.by_key',
  where: ['actorId', 'keyHash'],
});
const RECORD_EXPIRE = portable<{ actorId: string; keyHash: Buffer; before: Date }>(
  'idempotency_record.expire',
  'DELETE FROM idempotency_record WHERE actor_id = :actorId AND key_hash = :keyHash AND created_at < :before',
  { params: { actorId: 'text', keyHash: 'bytes', before: 'instant' } },
);
const RECORDS_PURGE = portable<{ before: Date }>(
  'idempotency_record.purge',
  'DELETE FROM idempotency_record WHERE created_at < :before',
  { params: { before: 'instant' } },
);

/** The stored answer of an actor's key, if any, expired or not. */
export function findIdempotencyRecord(
  db: Db,
  key: { actorId: string; keyHash: Buffer },
): Promise<IdempotencyRecord | undefined> {
  return db.one(RECORD_BY_KEY, key);
}

/**
 * Keeps an answer in place of one made before `expiredBefore`. A second one for the same key is refused by the primary
 * key, and with it the second effect.
 */
export async function insertIdempotencyRecord(
  tx: Tx,
  record: IdempotencyRecord,
  expiredBefore: Date,
): Promise<void> {
  const { actorId, keyHash } = record;
  await tx.run(RECORD_EXPIRE, { actorId, keyHash, before: expiredBefore });
  await tx.run(RECORD_INSERT, record);
}

/** Forgets answers made before an instant; gives their number. A job's clean-up, outside any unit of work. */
export function purgeIdempotencyRecords(writer: Pick<Tx, 'run'>, before: Date): Promise<number> {
  return writer.run(RECORDS_PURGE, { before });
}
