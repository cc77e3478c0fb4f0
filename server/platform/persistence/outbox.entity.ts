import type { Clock, DomainEvent, EventDraft, Ids } from '../../kernel/index.ts';
import { col, type Json } from './columns.ts';
import { defineEntity, type RowOf } from './entity.ts';

/** States of an outbox row. */
export const OUTBOX_STATE = { pending: 0, done: 1, dead: 2 } as const;

/** Events waiting for their handlers; written with the change they tell of. */
export const outboxEventEntity = defineEntity(
  'outbox_event',
  {
    id: col.uuid(),
    position: col.int(),
    type: col.text(64),
    eventKey: col.text(64),
    at: col.instant(),
    payload: col.json<Record<string, Json>>(),
    state: col.int(),
    attempts: col.int(),
    nextAt: col.instant(),
    lastErrorCode: col.text(64).optional(),
  },
  { primaryKey: ['id'] },
);

/** Row of `outbox_event`. */
export type OutboxRow = RowOf<typeof outboxEventEntity>;

/** Events an event handler could not take, for people to look at. */
export const deadLetterEntity = defineEntity(
  'dead_letter',
  {
    id: col.uuid(),
    eventId: col.uuid(),
    handler: col.text(64),
    at: col.instant(),
    errorCode: col.text(64),
    attempts: col.int(),
  },
  { primaryKey: ['id'] },
);

const POSITIONS_PER_MS = 4096;

/** Numbers outbox rows in the order they are made by this process: milliseconds, then a counter. Below 2^53. */
export function createOutboxWriter(deps: { clock: Clock; ids: Ids }): (draft: EventDraft) => OutboxRow {
  let last = 0;
  return (draft) => {
    const at = deps.clock.now();
    last = Math.max(last + 1, at.getTime() * POSITIONS_PER_MS);
    return {
      id: deps.ids.next(),
      position: last,
      type: draft.type,
      eventKey: draft.key,
      at,
      payload: draft.payload,
      state: OUTBOX_STATE.pending,
      attempts: 0,
      nextAt: at,
      lastErrorCode: null,
    };
  };
}

/** The event a row holds. */
export function toDomainEvent(row: OutboxRow): DomainEvent {
  const { id, type, eventKey, at, payload } = row;
  return { id, type, key: eventKey, at, payload: payload as DomainEvent['payload'] };
}
