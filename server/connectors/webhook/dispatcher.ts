import type { Clock } from '../../kernel/index.ts';
import { giveUp, listHeads, listOfKey, listReady, saveResult, sweepDeliveries } from './delivery.repo.ts';
import type { WebhookPorts } from './ports.ts';
import { sendOnce, type Attempt } from './sender.ts';
import { DELIVERY_STATE, type DeliveryRow, type WebhookRow } from './webhook.entity.ts';
import { findWebhook, setWebhookHealth } from './webhook.repo.ts';
import { breakPauseMs, retryPauseMs, WEBHOOK_RULES } from './webhook.rules.ts';

/** Keys of one receiver at once; of each key one delivery at a time. */
const KEYS_AT_ONCE = 4;
/** Keys and deliveries taken into memory at once, for one receiver. */
const HEADS_AT_ONCE = 16;
const KEY_RUN = 50;
const POLL_MS = 1_000;
const SWEEP_EVERY_MS = 10 * 60_000;

/** The right to deliver alone, in all processes. */
export interface DispatchLease {
  hold(): Promise<boolean>;
  drop(): Promise<void>;
}

/** Sends what waits: each receiver on a way of its own, so that a dead one holds up nobody else. */
export interface Dispatcher {
  start(): void;
  /** Ends running calls; what they carried is sent again. */
  stop(): Promise<void>;
  nudge(): void;
  /** Sends everything that is due now; for tests. */
  drain(): Promise<void>;
}

interface DispatcherDeps {
  ports: WebhookPorts;
  clock: Clock;
  lease: DispatchLease;
  /** The receiver failed for too long; stops the webhook. */
  stopWebhook(webhookId: string, reason: string): Promise<void>;
}

/** Builds the dispatcher; nothing runs before `start`. */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  return new LaneDispatcher(deps);
}

class LaneDispatcher implements Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #lanes = new Map<string, Promise<boolean>>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #isNudged = false;
  #sweptAtMs = 0;

  constructor(deps: DispatcherDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running ??= this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  nudge(): void {
    this.#isNudged = true;
    this.#wake();
  }

  async drain(): Promise<void> {
    let hasMore = true;
    while (hasMore) {
      await this.#launch();
      hasMore = (await Promise.all(this.#lanes.values())).includes(true);
    }
  }

  /** One lane a receiver; a receiver whose lane still runs gets no second one. */
  async #launch(): Promise<void> {
    const { lease, ports, clock } = this.#deps;
    const { signal } = this.#stopping;
    if (!(await lease.hold())) return;
    for (const webhookId of await ports.withDb((db) => listReady(db, clock.now()))) {
      if (this.#lanes.has(webhookId) || signal.aborted) continue;
      const lane = runLane(this.#deps, webhookId, signal)
        .catch((error: unknown) => {
          ports.log.warn('webhook lane pauses', { error });
          return false;
        })
        .finally(() => this.#lanes.delete(webhookId));
      this.#lanes.set(webhookId, lane);
      // A lane that sent something may find more at once; one that sent nothing waits for the next look.
      void lane.then((hasSent) => hasSent && this.nudge());
    }
  }

  async #loop(): Promise<void> {
    const { lease, ports, clock } = this.#deps;
    while (!this.#stopping.signal.aborted) {
      this.#isNudged = false;
      try {
        await this.#launch();
        if (clock.now().getTime() - this.#sweptAtMs > SWEEP_EVERY_MS) {
          this.#sweptAtMs = clock.now().getTime();
          await sweep(this.#deps);
        }
      } catch (error) {
        ports.log.warn('webhook dispatcher pauses', { error });
      }
      if (!this.#isNudged && !this.#stopping.signal.aborted) await this.#pause();
    }
    await Promise.all(this.#lanes.values());
    await lease.drop().catch(() => undefined);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** What is left of a lane's work: the receiver as it fares now, and whether to go on. */
interface Lane {
  row: WebhookRow;
  isBroken: boolean;
  hasSent: boolean;
  /** Writes of its state, one behind the other: calls end at once, and an older state must not be the last. */
  saving: Promise<void>;
}

/** Sends what is due for one receiver; gives whether anything was sent. */
async function runLane(deps: DispatcherDeps, webhookId: string, signal: AbortSignal): Promise<boolean> {
  const row = await deps.ports.withDb((db) => findWebhook(db, webhookId));
  if (row === undefined || row.state !== 'active') return false;
  const place = { protocol: row.protocol as 'https' | 'http', host: row.host, port: row.port };
  // A receiver whose rule waits is left alone: nothing is called, nothing refused, everything kept.
  if (!(await deps.ports.places.isOpen(webhookId, place))) return false;
  const lane: Lane = { row, isBroken: false, hasSent: false, saving: Promise.resolve() };
  await endHopeless(deps, row);
  const isProbe = row.failureCount >= WEBHOOK_RULES.breakAfterFailures;
  const limit = isProbe ? 1 : HEADS_AT_ONCE;
  const keys = await deps.ports.withDb((db) => listHeads(db, webhookId, { now: deps.clock.now(), limit }));
  const work = async () => {
    for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
      if (lane.isBroken || signal.aborted || !(await deps.lease.hold())) return;
      await runKey(deps, lane, { key, limit: isProbe ? 1 : KEY_RUN, signal });
    }
  };
  await Promise.all(Array.from({ length: KEYS_AT_ONCE }, work));
  return lane.hasSent && !lane.isBroken;
}

/** A receiver without a single success for days: what waited that long becomes dead letters, then it is stopped. */
async function endHopeless(deps: DispatcherDeps, row: WebhookRow): Promise<void> {
  const nowMs = deps.clock.now().getTime();
  const failingMs = row.failingSinceAt === null ? 0 : nowMs - row.failingSinceAt.getTime();
  if (failingMs < WEBHOOK_RULES.giveUpMs) return;
  await deps.ports.withDb((db) => giveUp(db, row.id, new Date(nowMs - WEBHOOK_RULES.giveUpMs)));
}

/** The deliveries of one key, in their order, until one fails. */
async function runKey(
  deps: DispatcherDeps,
  lane: Lane,
  { key, limit, signal }: { key: string; limit: number; signal: AbortSignal },
): Promise<void> {
  const rows = await deps.ports.withDb((db) => listOfKey(db, lane.row.id, key, limit));
  for (const delivery of rows) {
    if (lane.isBroken || signal.aborted || delivery.nextAt > deps.clock.now()) return;
    lane.hasSent = true;
    const attempt = await sendOnce(deps, lane.row, delivery, signal);
    // A call ended by our own stop says nothing about the receiver.
    if (attempt.code !== null && signal.aborted) return;
    await deps.ports.withDb((db) => saveResult(db, resultOf(deps, delivery, attempt)));
    await noteHealth(deps, lane, attempt);
    if (attempt.code !== null) return;
  }
}

function resultOf(deps: DispatcherDeps, delivery: DeliveryRow, attempt: Attempt): DeliveryRow {
  const now = deps.clock.now();
  const attempts = delivery.attempts + 1;
  const { status: lastStatus, code: lastErrorCode, ms: lastMs } = attempt;
  const tried = { ...delivery, attempts, lastAt: now, lastStatus, lastErrorCode, lastMs };
  if (attempt.code === null) return { ...tried, state: DELIVERY_STATE.delivered };
  if (now.getTime() - delivery.createdAt.getTime() >= WEBHOOK_RULES.giveUpMs) {
    return { ...tried, state: DELIVERY_STATE.dead };
  }
  const pauseMs = retryPauseMs(attempts, deps.ports.random(), attempt.askedMs);
  return { ...tried, nextAt: new Date(now.getTime() + pauseMs) };
}

/** Counts failures in a row; enough of them leave the receiver alone for a while, days of them stop it. */
async function noteHealth(deps: DispatcherDeps, lane: Lane, attempt: Attempt): Promise<void> {
  const now = deps.clock.now();
  const { row } = lane;
  if (attempt.code === null) {
    const wasWell = row.failureCount === 0 && row.failingSinceAt === null;
    const health = { failureCount: 0, failingSinceAt: null, openUntilAt: null, lastErrorCode: null };
    lane.row = { ...row, ...health, lastDeliveredAt: now };
    // Well before and well after: one write a minute is enough to show when the last one arrived.
    if (wasWell && row.lastDeliveredAt !== null && now.getTime() - row.lastDeliveredAt.getTime() < 60_000) {
      lane.row = row;
      return;
    }
  } else {
    const failureCount = row.failureCount + 1;
    const pauseMs = breakPauseMs(failureCount, deps.ports.random());
    const openUntilAt = pauseMs === 0 ? null : new Date(now.getTime() + pauseMs);
    const failingSinceAt = row.failingSinceAt ?? now;
    lane.row = { ...row, failureCount, failingSinceAt, openUntilAt, lastErrorCode: attempt.code };
    lane.isBroken = pauseMs > 0;
  }
  const after = lane.row;
  const save = () => deps.ports.withDb((db) => setWebhookHealth(db, lane.row));
  lane.saving = lane.saving.then(save, save).then(() => undefined);
  await lane.saving;
  const failingMs = after.failingSinceAt === null ? 0 : now.getTime() - after.failingSinceAt.getTime();
  if (failingMs >= WEBHOOK_RULES.stopAfterMs) {
    lane.isBroken = true;
    await deps.stopWebhook(row.id, 'webhook.failing');
  }
}

async function sweep({ ports, clock }: DispatcherDeps): Promise<void> {
  const nowMs = clock.now().getTime();
  const { deliveredKeptMs, deadKeptMs } = WEBHOOK_RULES;
  await ports.withDb((db) =>
    sweepDeliveries(db, DELIVERY_STATE.delivered, new Date(nowMs - deliveredKeptMs)),
  );
  await ports.withDb((db) => sweepDeliveries(db, DELIVERY_STATE.dead, new Date(nowMs - deadKeptMs)));
}
