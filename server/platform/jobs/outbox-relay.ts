import { AppError, LIMITS, type Clock, type EventHandler, type Ids } from '../../kernel/index.ts';
import {
  deadLetterEntity,
  insert,
  OUTBOX_STATE,
  outboxEventEntity,
  portable,
  select,
  toDomainEvent,
  update,
  type OutboxRow,
} from '../persistence/index.ts';
import { createCrowd, type Crowd } from './crowd.ts';
import type { Lease, WithDb } from './lease.ts';

const PENDING = select(outboxEventEntity, {
  name: 'outbox_event.pending',
  where: ['state'],
  orderBy: [
    ['position', 'asc'],
    ['id', 'asc'],
  ],
  keyset: true,
  limit: true,
});
const MARK_DONE = portable<{ state: number; idList: string[] }>(
  'outbox_event.mark_done',
  'UPDATE outbox_event SET state = :state WHERE id IN (:idList...)',
  { params: { state: 'int', idList: 'uuid' } },
);
const DEFER = update(outboxEventEntity, {
  name: 'outbox_event.defer',
  set: ['state', 'attempts', 'nextAt', 'lastErrorCode'],
  where: ['id'],
});
const SWEEP = portable<{ state: number; before: Date }>(
  'outbox_event.sweep',
  'DELETE FROM outbox_event WHERE state = :state AND at < :before',
  { params: { state: 'int', before: 'instant' } },
);
const DEAD_LETTER_INSERT = insert(deadLetterEntity);
/** Each state by an index of its own, which holds nothing of the many that are done. */
const CONDITIONS = {
  postgres: (state: number) => `e.state = ${state}`,
  oracle: (state: number) => `(CASE WHEN e.state = ${state} THEN e.position END) IS NOT NULL`,
};
function countBoth(dialect: 'postgres' | 'oracle'): string {
  const first = (state: number) =>
    `(SELECT e.state FROM outbox_event e WHERE ${CONDITIONS[dialect](state)} FETCH FIRST :limit ROWS ONLY)`;
  return `SELECT state, COUNT(*) AS events FROM (SELECT a.state FROM ${first(OUTBOX_STATE.pending)} a
    UNION ALL SELECT b.state FROM ${first(OUTBOX_STATE.dead)} b) found GROUP BY state`;
}
const COUNTS = portable<{ limit: number }, { state: number; events: number }>(
  'outbox_event.counts',
  { postgres: countBoth('postgres'), oracle: countBoth('oracle') },
  { params: { limit: 'int' }, result: { state: 'int', events: 'int' } },
);

const PAGE_EVENTS = 500;
/** Conversations served beside each other; fewer while messages wait for the processor. */
const KEYS_AT_ONCE = 16;
const ATTEMPTS_MAX = 8;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 60_000;
/** An outage, or a handler that still gets ready, is no fault of the event: it waits without counting towards its end. */
const OUTAGE_WAIT_MS = 2_000;
/** Without a nudge the relay looks this often: for events of other processes, and for deferred ones. */
const POLL_MS = 1_000;
const KEPT_DONE_MS = 60 * 60 * 1_000;
const SWEEP_EVERY_MS = 60_000;

/** What the relay reports to the log; codes and ids only. */
export interface RelayLog {
  warn(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

/**
 * Hands outbox events to their handlers after the commit: at least once, in the order of each key, by one process
 * at a time. A failing event holds back its own key only; after eight attempts it becomes a dead letter.
 */
export interface OutboxRelay {
  /** Tells the relay that new events are there. */
  nudge(): void;
  start(): void;
  /** Finishes the events in hand and gives the lease back. */
  stop(): Promise<void>;
  /** Delivers everything that is due now; for tests and for draining. */
  drain(): Promise<void>;
  /** How many wait and how many were given up; one above `LIMITS.countedMax` means more. */
  counts(): Promise<{ pending: number; dead: number }>;
}

interface RelayDeps {
  withDb: WithDb;
  lease: Lease;
  clock: Clock;
  ids: Ids;
  log: RelayLog;
  handlers: readonly EventHandler[];
}

/** Builds the relay; nothing runs before `start`. */
export function createOutboxRelay(deps: RelayDeps): OutboxRelay {
  const byType = new Map<string, EventHandler[]>();
  for (const handler of deps.handlers) {
    for (const type of handler.eventTypes) byType.set(type, [...(byType.get(type) ?? []), handler]);
  }
  const crowd = createCrowd(KEYS_AT_ONCE);
  let isStopping = false;
  let isNudged = false;
  const walk: Walk = { byType, crowd, isStopping: () => isStopping, heldBack: new Set() };
  let running: Promise<void> | undefined;
  let wake: (() => void) | undefined;
  let sweptAtMs = 0;

  async function loop(): Promise<void> {
    while (!isStopping) {
      isNudged = false;
      try {
        if (await deps.lease.hold()) await pass(deps, walk);
        if (deps.clock.now().getTime() - sweptAtMs > SWEEP_EVERY_MS) {
          sweptAtMs = deps.clock.now().getTime();
          await sweep(deps);
        }
      } catch (error) {
        deps.log.warn('outbox relay pauses', {
          code: error instanceof AppError ? error.code : 'server.internal',
        });
      }
      if (!isNudged && !isStopping) await pause();
    }
    await deps.lease.drop().catch(() => undefined);
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    nudge() {
      isNudged = true;
      wake?.();
    },
    start() {
      running ??= loop();
    },
    async stop() {
      isStopping = true;
      wake?.();
      await running;
    },
    async drain() {
      const whole = { ...walk, isStopping: () => false, heldBack: new Set<string>() };
      if (await deps.lease.hold()) await pass(deps, whole);
    },
    async counts() {
      const rows = await deps.withDb((db) => db.all(COUNTS, { limit: LIMITS.countedMax + 1 }));
      const of = (state: number) => rows.find((row) => row.state === state)?.events ?? 0;
      return { pending: of(OUTBOX_STATE.pending), dead: of(OUTBOX_STATE.dead) };
    },
  };
}

/** What a walk over the events goes by. */
interface Walk {
  byType: ReadonlyMap<string, EventHandler[]>;
  crowd: Crowd;
  isStopping(): boolean;
  /** Keys of which an event has to come again; forgotten at the next walk. */
  heldBack: Set<string>;
}

/** One walk over all pending events, page by page, in order of position; ends with the events in hand when it is to stop. */
async function pass(deps: RelayDeps, walk: Walk): Promise<void> {
  walk.heldBack.clear();
  let after: readonly unknown[] | undefined;
  for (;;) {
    const rows = await deps.withDb((db) =>
      db.all(PENDING, { state: OUTBOX_STATE.pending, limit: PAGE_EVENTS, after }),
    );
    if (rows.length > 0) await deliverPage(deps, walk, rows);
    if (rows.length < PAGE_EVENTS || walk.isStopping()) return;
    if (!(await deps.lease.hold())) return;
    const last = rows.at(-1) as OutboxRow;
    after = [last.position, last.id];
  }
}

async function deliverPage(deps: RelayDeps, walk: Walk, rows: OutboxRow[]): Promise<void> {
  const { byType, crowd, heldBack } = walk;
  const byKey = new Map<string, OutboxRow[]>();
  for (const row of rows) byKey.set(row.eventKey, [...(byKey.get(row.eventKey) ?? []), row]);
  const keys = [...byKey.keys()];
  const done: string[] = [];
  const serve = async (_: unknown, walker: number) => {
    for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
      for (const row of byKey.get(key) ?? []) {
        await crowd.admit(walker);
        if (heldBack.has(key) || walk.isStopping()) break;
        if (row.nextAt > deps.clock.now() || !(await deliver(deps, byType, row))) heldBack.add(key);
        else done.push(row.id);
      }
    }
  };
  await Promise.all(Array.from({ length: KEYS_AT_ONCE }, serve));
  if (done.length > 0) {
    await deps.withDb((db) => db.run(MARK_DONE, { state: OUTBOX_STATE.done, idList: done }));
  }
}

/** Gives the event to each of its handlers; false when it must come again. A dead event no longer holds its key. */
async function deliver(deps: RelayDeps, byType: Walk['byType'], row: OutboxRow): Promise<boolean> {
  for (const handler of byType.get(row.type) ?? []) {
    try {
      await handler.handle(toDomainEvent(row));
    } catch (error) {
      return defer(deps, row, handler, error);
    }
  }
  return true;
}

async function defer(
  deps: RelayDeps,
  row: OutboxRow,
  handler: EventHandler,
  error: unknown,
): Promise<boolean> {
  const code = error instanceof AppError ? error.code : 'server.internal';
  const isOutage = /^(storage\.|server\.(busy|draining)$|[a-z]+\.not_ready$)/.test(code);
  const attempts = row.attempts + (isOutage ? 0 : 1);
  const isDead = attempts >= ATTEMPTS_MAX;
  const now = deps.clock.now();
  const waitMs = isOutage ? OUTAGE_WAIT_MS : Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** row.attempts);
  const fields = { handler: handler.name, eventId: row.id, eventType: row.type, attempts, code, error };
  await deps.withDb(async (db) => {
    await db.run(DEFER, {
      whereId: row.id,
      state: isDead ? OUTBOX_STATE.dead : OUTBOX_STATE.pending,
      attempts,
      nextAt: new Date(now.getTime() + waitMs),
      lastErrorCode: code,
    });
    if (!isDead) return;
    const id = deps.ids.next();
    await db.run(DEAD_LETTER_INSERT, {
      id,
      eventId: row.id,
      handler: handler.name,
      at: now,
      errorCode: code,
      attempts,
    });
  });
  if (isDead) deps.log.error('event became a dead letter', fields);
  else deps.log.warn('event handler failed, will try again', fields);
  return false;
}

async function sweep(deps: RelayDeps): Promise<void> {
  const before = new Date(deps.clock.now().getTime() - KEPT_DONE_MS);
  await deps.withDb((db) => db.run(SWEEP, { state: OUTBOX_STATE.done, before }));
}
