import type { Clock, DomainEvent, EventHandler, Ids } from '../../kernel/index.ts';
import { countDeliveries, enqueueDelivery } from './delivery.repo.ts';
import { EVENT_TYPES } from './event-catalogue.ts';
import type { WebhookPorts } from './ports.ts';
import { DELIVERY_STATE } from './webhook.entity.ts';
import { listWebhooks } from './webhook.repo.ts';
import { wants, WEBHOOK_RULES } from './webhook.rules.ts';

/** A webhook made or changed by another process gets its first event after this. */
const CACHE_MS = 5_000;

/** Which webhooks want what, at most five seconds old. */
export interface Subscriptions {
  /** Ids of the webhooks that want events of a type. */
  of(type: string): Promise<string[]>;
  /** After a change in this process. */
  forget(): void;
}

/** Reads them; stops a webhook whose queue nobody empties any more. */
export function createSubscriptions(deps: {
  ports: WebhookPorts;
  clock: Clock;
  stopWebhook(webhookId: string, reason: string): Promise<void>;
}): Subscriptions {
  let known: { rows: { id: string; eventTypes: string[] }[]; readAtMs: number } | undefined;
  async function read() {
    const nowMs = deps.clock.now().getTime();
    if (known !== undefined && Math.abs(nowMs - known.readAtMs) < CACHE_MS) return known.rows;
    const [rows, counts] = await deps.ports.withDb(async (db) => [
      // A paused one goes on later and misses nothing; a stopped one is told of nothing until somebody starts it.
      (await listWebhooks(db)).filter(({ state }) => state !== 'stopped'),
      await countDeliveries(db),
    ]);
    const isFull = (id: string) => (counts.get(id)?.pending ?? 0) >= WEBHOOK_RULES.queueMax;
    for (const { id } of rows) if (isFull(id)) await deps.stopWebhook(id, 'webhook.queue_full');
    known = { rows: rows.filter(({ id }) => !isFull(id)), readAtMs: nowMs };
    return known.rows;
  }
  return {
    of: async (type) =>
      (await read()).filter(({ eventTypes }) => wants(eventTypes, type)).map(({ id }) => id),
    forget() {
      known = undefined;
    },
  };
}

/** Puts each event into the queue of every webhook that wants it; an event that comes again changes nothing. */
export function webhookHandlers(deps: {
  ports: WebhookPorts;
  clock: Clock;
  ids: Ids;
  subscriptions: Subscriptions;
  nudge(): void;
}): EventHandler[] {
  async function handle(event: DomainEvent): Promise<void> {
    const webhookIds = await deps.subscriptions.of(event.type);
    if (webhookIds.length === 0) return;
    const now = deps.clock.now();
    const { id: eventId, type: eventType, key: eventKey, at: eventAt, payload } = event;
    await deps.ports.withDb(async (db) => {
      for (const webhookId of webhookIds) {
        await enqueueDelivery(db, {
          ...{ id: deps.ids.next(), webhookId, eventId, eventType, eventKey, eventAt, payload },
          ...{ state: DELIVERY_STATE.pending, attempts: 0, nextAt: now, createdAt: now },
          ...{ lastAt: null, lastStatus: null, lastErrorCode: null, lastMs: null },
        });
      }
    });
    deps.nudge();
  }
  return [{ name: 'webhook.enqueue', eventTypes: Object.keys(EVENT_TYPES), handle }];
}
