import {
  DatabaseConflict,
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import type { QueueDb } from './ports.ts';
import { DELIVERY_STATE, webhookDeliveryEntity, type DeliveryRow } from './webhook.entity.ts';

const DELIVERY_INSERT = insert(webhookDeliveryEntity);
const OF_KEY = select(webhookDeliveryEntity, {
  name: 'webhook_delivery.of_key',
  where: ['webhookId', 'eventKey', 'state'],
  orderBy: [['id', 'asc']],
  limit: true,
});
const RESULT = update(webhookDeliveryEntity, {
  name: 'webhook_delivery.result',
  set: ['state', 'attempts', 'nextAt', 'lastAt', 'lastStatus', 'lastErrorCode', 'lastMs'],
  where: ['id', 'state'],
});
const PAGE = select(webhookDeliveryEntity, {
  name: 'webhook_delivery.page',
  where: ['webhookId'],
  orderBy: [['id', 'desc']],
  keyset: true,
  limit: true,
});
const PAGE_OF_STATE = select(webhookDeliveryEntity, {
  name: 'webhook_delivery.page_state',
  where: ['webhookId', 'state'],
  orderBy: [['id', 'desc']],
  keyset: true,
  limit: true,
});
const REMOVE_ALL = remove(webhookDeliveryEntity, {
  name: 'webhook_delivery.remove_all',
  where: ['webhookId'],
});
const READY = portable<{ now: Date }, { id: string }>(
  'webhook.ready',
  `SELECT w.id FROM webhook w WHERE w.state = 'active' AND (w.open_until_at IS NULL OR w.open_until_at <= :now)
     AND EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 0 AND d.next_at <= :now)
   ORDER BY w.id`,
  { params: { now: 'instant' }, result: { id: 'uuid' } },
);
const HEADS = portable<{ webhookId: string; now: Date; limit: number }, { eventKey: string }>(
  'webhook_delivery.heads',
  `SELECT d.event_key FROM webhook_delivery d
    WHERE d.webhook_id = :webhookId AND d.state = 0 AND d.next_at <= :now
      AND NOT EXISTS (SELECT 1 FROM webhook_delivery e WHERE e.webhook_id = d.webhook_id
        AND e.event_key = d.event_key AND e.state = 0 AND e.id < d.id)
    ORDER BY d.next_at, d.id FETCH FIRST :limit ROWS ONLY`,
  { params: { webhookId: 'uuid', now: 'instant', limit: 'int' }, result: { eventKey: 'text' } },
);
const GIVE_UP = portable<{ webhookId: string; before: Date; code: string }>(
  'webhook_delivery.give_up',
  `UPDATE webhook_delivery SET state = 2, last_error_code = COALESCE(last_error_code, :code)
    WHERE webhook_id = :webhookId AND state = 0 AND created_at < :before`,
  { params: { webhookId: 'uuid', before: 'instant', code: 'text' } },
);
const REDRIVE = portable<{ webhookId: string; now: Date }>(
  'webhook_delivery.redrive',
  `UPDATE webhook_delivery SET state = 0, attempts = 0, next_at = :now, created_at = :now
    WHERE webhook_id = :webhookId AND state = 2`,
  { params: { webhookId: 'uuid', now: 'instant' } },
);
const REDRIVE_ONE = portable<{ id: string; webhookId: string; now: Date }>(
  'webhook_delivery.redrive_one',
  `UPDATE webhook_delivery SET state = 0, attempts = 0, next_at = :now, created_at = :now
    WHERE id = :id AND webhook_id = :webhookId AND state <> 0`,
  { params: { id: 'uuid', webhookId: 'uuid', now: 'instant' } },
);
const SWEEP = portable<{ state: number; before: Date }>(
  'webhook_delivery.sweep',
  'DELETE FROM webhook_delivery WHERE state = :state AND created_at < :before',
  { params: { state: 'int', before: 'instant' } },
);
const COUNTS = portable<Record<never, never>, { webhookId: string; state: number; deliveries: number }>(
  'webhook_delivery.counts',
  'SELECT webhook_id, state, COUNT(*) AS deliveries FROM webhook_delivery WHERE state <> 1 GROUP BY webhook_id, state',
  { params: {}, result: { webhookId: 'uuid', state: 'int', deliveries: 'int' } },
);

/** Waiting and dead deliveries of one webhook. */
export interface DeliveryCounts {
  pending: number;
  dead: number;
}

/** Puts a delivery into the queue; does nothing when the webhook has the event already. */
export async function enqueueDelivery(db: QueueDb, row: DeliveryRow): Promise<void> {
  try {
    await db.run(DELIVERY_INSERT, row);
  } catch (error) {
    if (!(error instanceof DatabaseConflict)) throw error;
  }
}

/** Active webhooks that have something due and are not left alone. */
export async function listReady(db: Db, now: Date): Promise<string[]> {
  return (await db.all(READY, { now })).map(({ id }) => id);
}

/** Keys whose first waiting delivery is due; what stands behind it waits for it. */
export async function listHeads(
  db: Db,
  webhookId: string,
  due: { now: Date; limit: number },
): Promise<string[]> {
  return (await db.all(HEADS, { webhookId, ...due })).map(({ eventKey }) => eventKey);
}

/** The waiting deliveries of a key, the oldest first. */
export function listOfKey(
  db: Db,
  webhookId: string,
  eventKey: string,
  limit: number,
): Promise<DeliveryRow[]> {
  return db.all(OF_KEY, { webhookId, eventKey, state: DELIVERY_STATE.pending, limit });
}

/** Keeps what came of a try, unless it was ended meanwhile. */
export async function saveResult(db: QueueDb, row: DeliveryRow): Promise<void> {
  const { id: whereId, state, attempts, nextAt, lastAt, lastStatus, lastErrorCode, lastMs } = row;
  const set = { state, attempts, nextAt, lastAt, lastStatus, lastErrorCode, lastMs };
  await db.run(RESULT, { ...set, whereId, whereState: DELIVERY_STATE.pending });
}

/** Makes dead letters of what waits since before; gives their number. */
export function giveUp(db: QueueDb, webhookId: string, before: Date): Promise<number> {
  return db.run(GIVE_UP, { webhookId, before, code: 'egress.unreachable' });
}

/** Puts one delivery that ended, or all dead letters, back into the queue; gives their number. */
export function redrive(tx: Tx, webhookId: string, now: Date, id?: string): Promise<number> {
  return id === undefined ? tx.run(REDRIVE, { webhookId, now }) : tx.run(REDRIVE_ONE, { id, webhookId, now });
}

/** One page of a webhook's deliveries, the newest first. */
export function listDeliveries(
  db: Db,
  webhookId: string,
  page: { state: number | undefined; limit: number; after?: readonly unknown[] | undefined },
): Promise<DeliveryRow[]> {
  const { state, limit, after } = page;
  return state === undefined
    ? db.all(PAGE, { webhookId, limit, after })
    : db.all(PAGE_OF_STATE, { webhookId, state, limit, after });
}

/** Forgets what ended long ago; gives the number. */
export function sweepDeliveries(db: QueueDb, state: number, before: Date): Promise<number> {
  return db.run(SWEEP, { state, before });
}

export async function removeDeliveries(tx: Tx, webhookId: string): Promise<void> {
  await tx.run(REMOVE_ALL, { webhookId });
}

/** Waiting and dead deliveries by webhook; absent: none. */
export async function countDeliveries(db: Db): Promise<Map<string, DeliveryCounts>> {
  const counts = new Map<string, DeliveryCounts>();
  for (const { webhookId, state, deliveries } of await db.all(COUNTS, {})) {
    const known = counts.get(webhookId) ?? { pending: 0, dead: 0 };
    if (state === DELIVERY_STATE.pending) known.pending = deliveries;
    else known.dead = deliveries;
    counts.set(webhookId, known);
  }
  return counts;
}
