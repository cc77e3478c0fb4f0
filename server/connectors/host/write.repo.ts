import {
  insert,
  portable,
  select,
  update,
  type Db,
  type Statement,
  type Tx,
} from '../../platform/persistence/index.ts';
import { connectorWriteEntity, WRITE_STATE, type ConnectorWriteRow } from './connector.entity.ts';

/** A connection that may write the queue. */
export interface QueueDb extends Db {
  run<P>(statement: Statement<P, never>, params: P): Promise<number>;
}

const WRITE_INSERT = insert(connectorWriteEntity);
const WRITE_BY_ID = select(connectorWriteEntity, { name: 'connector_write.by_id', where: ['id'] });
const WRITES_OF_TICKET = select(connectorWriteEntity, {
  name: 'connector_write.of_ticket',
  where: ['ticketId'],
  orderBy: [['id', 'desc']],
  limit: true,
});
const WRITE_SENT = update(connectorWriteEntity, {
  name: 'connector_write.set_sent',
  set: ['isSent', 'attempts'],
  where: ['id', 'state'],
});
const WRITE_RESULT = update(connectorWriteEntity, {
  name: 'connector_write.result',
  set: ['state', 'nextAt', 'lastCode', 'reference', 'inputEnc', 'doneAt'],
  where: ['id', 'state'],
});
/** One a connector, the oldest first; what was refused lately waits and holds up nobody. */
const WRITES_DUE = portable<{ now: Date; limit: number }, { id: string }>(
  'connector_write.due',
  `SELECT w.id FROM connector_write w WHERE w.state = 0 AND w.next_at <= :now
    ORDER BY w.next_at, w.id FETCH FIRST :limit ROWS ONLY`,
  { params: { now: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
const WRITES_WAITING = portable<{ connectorId: string }, { writes: number }>(
  'connector_write.waiting',
  `SELECT COUNT(*) AS writes FROM connector_write w WHERE w.connector_id = :connectorId AND w.state = 0`,
  { params: { connectorId: 'uuid' }, result: { writes: 'int' } },
);
const WRITES_REMOVE = portable<{ connectorId: string }>(
  'connector_write.remove_all',
  'DELETE FROM connector_write WHERE connector_id = :connectorId',
  { params: { connectorId: 'uuid' } },
);

/** Writes of one ticket that are shown. */
const OF_TICKET_MAX = 50;

export async function insertWrite(tx: Tx, row: ConnectorWriteRow): Promise<void> {
  await tx.run(WRITE_INSERT, row);
}

export function findWrite(db: Db, id: string): Promise<ConnectorWriteRow | undefined> {
  return db.one(WRITE_BY_ID, { id });
}

/** The latest writes of a ticket, the newest first. */
export function listWritesOfTicket(db: Db, ticketId: string): Promise<ConnectorWriteRow[]> {
  return db.all(WRITES_OF_TICKET, { ticketId, limit: OF_TICKET_MAX });
}

/** Ids of what is due now. */
export async function listDueWrites(db: Db, now: Date, limit: number): Promise<string[]> {
  return (await db.all(WRITES_DUE, { now, limit })).map(({ id }) => id);
}

/** Notes that the write is about to leave, before it does: what may have arrived is known after a crash. */
export function markSent(db: QueueDb, { id: whereId, attempts }: ConnectorWriteRow): Promise<number> {
  return db.run(WRITE_SENT, { isSent: true, attempts, whereId, whereState: WRITE_STATE.waiting });
}

/** Takes the note back: nothing left this server. */
export function markUnsent(db: QueueDb, { id: whereId, attempts }: ConnectorWriteRow): Promise<number> {
  return db.run(WRITE_SENT, { isSent: false, attempts, whereId, whereState: WRITE_STATE.waiting });
}

/** Keeps what came of a try; an ended write forgets its content. */
export function saveWriteResult(db: QueueDb, row: ConnectorWriteRow): Promise<number> {
  const { id: whereId, state, nextAt, lastCode, reference, inputEnc, doneAt } = row;
  const set = { state, nextAt, lastCode, reference, inputEnc, doneAt };
  return db.run(WRITE_RESULT, { ...set, whereId, whereState: WRITE_STATE.waiting });
}

export async function countWaitingWrites(db: Db, connectorId: string): Promise<number> {
  return (await db.one(WRITES_WAITING, { connectorId }))?.writes ?? 0;
}

export async function removeWrites(tx: Tx, connectorId: string): Promise<void> {
  await tx.run(WRITES_REMOVE, { connectorId });
}
