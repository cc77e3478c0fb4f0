import {
  DatabaseConflict,
  insert,
  portable,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import type { TechnicalDb } from '../../platform/jobs/index.ts';
import type { Before } from '../../kernel/index.ts';
import { erasureAckEntity, erasureEntity, type ErasureAckRow, type ErasureRow } from './erasure.entity.ts';

const ERASURE_INSERT = insert(erasureEntity);
const ACK_INSERT = insert(erasureAckEntity);
const ERASURE_BY_ID = select(erasureEntity, { name: 'erasure.by_id', where: ['id'] });
const ACKS = select(erasureAckEntity, { name: 'erasure_ack.of', where: ['erasureId'], limit: true });
const ERASURE_FINISH = update(erasureEntity, {
  name: 'erasure.finish',
  set: ['state', 'finishedAt', 'report'],
  where: ['id'],
  and: `state = 'destroying'`,
});
const ERASURES = portable<Before & { limit: number }, ErasureRow>(
  'erasure.page',
  `SELECT id, requester_id, state, asked_by_id, approved_by_id, started_at, finished_at, report FROM erasure
    WHERE started_at <= :beforeAt AND (started_at < :beforeAt OR id < :beforeId)
    ORDER BY started_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { limit: 'int', beforeAt: 'instant', beforeId: 'uuid' },
    result: {
      ...{ id: 'uuid', requesterId: 'uuid', state: 'text', askedById: 'text', approvedById: 'text' },
      ...{ startedAt: 'instant', finishedAt: 'instant', report: 'json' },
    },
  },
);
/** Processes are few; more acknowledgements than this are no acknowledgements. */
const ACKS_MAX = 1_000;

/** Inserts an erasure that begins. */
export async function insertErasure(tx: Tx, row: ErasureRow): Promise<void> {
  await tx.run(ERASURE_INSERT, row);
}

/** The erasure, if there is one. */
export function findErasure(db: Db, id: string): Promise<ErasureRow | undefined> {
  return db.one(ERASURE_BY_ID, { id });
}

/** Erasures, the newest first. */
export function listErasures(db: Db, page: Before & { limit: number }): Promise<ErasureRow[]> {
  return db.all(ERASURES, page);
}

/** Ends an erasure; false when it has ended already. */
export async function finishErasure(tx: Tx, row: ErasureRow): Promise<boolean> {
  const { state, finishedAt, report } = row;
  return (await tx.run(ERASURE_FINISH, { state, finishedAt, report, whereId: row.id })) === 1;
}

/** Notes that a process let go of the keys; the same again changes nothing. */
export async function insertAck(db: Pick<TechnicalDb, 'run'>, row: ErasureAckRow): Promise<void> {
  try {
    await db.run(ACK_INSERT, row);
  } catch (error) {
    if (!(error instanceof DatabaseConflict)) throw error;
  }
}

/** Processes that let go of the keys. */
export function listAcks(db: Db, erasureId: string): Promise<ErasureAckRow[]> {
  return db.all(ACKS, { erasureId, limit: ACKS_MAX });
}
