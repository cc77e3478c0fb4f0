import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** Receivers outside that are told of events. */
export const webhookEntity = defineEntity(
  'webhook',
  {
    id: col.uuid(),
    name: col.text(100),
    urlEnc: col.sealed({ class: 'C2', scope: 'installation' }),
    protocol: col.text(10),
    host: col.text(253),
    port: col.int(),
    eventTypes: col.json<string[]>(),
    state: col.text(10),
    stoppedCode: col.text(64).optional(),
    secretEnc: col.sealed({ class: 'C2', scope: 'installation' }),
    oldSecretEnc: col.sealed({ class: 'C2', scope: 'installation' }).optional(),
    oldUntilAt: col.instant().optional(),
    failureCount: col.int(),
    failingSinceAt: col.instant().optional(),
    openUntilAt: col.instant().optional(),
    lastErrorCode: col.text(64).optional(),
    lastDeliveredAt: col.instant().optional(),
    createdById: col.text(64),
    createdAt: col.instant(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `webhook`. `state`: active, paused by a person, stopped by itself. */
export type WebhookRow = RowOf<typeof webhookEntity>;

/** Where a delivery stands. */
export const DELIVERY_STATE = { pending: 0, delivered: 1, dead: 2 } as const;

/** One event for one receiver. */
export const webhookDeliveryEntity = defineEntity(
  'webhook_delivery',
  {
    id: col.uuid(),
    webhookId: col.uuid(),
    eventId: col.uuid(),
    eventType: col.text(64),
    eventKey: col.text(64),
    eventAt: col.instant(),
    payload: col.json<Record<string, string | number | boolean | null>>(),
    state: col.int(),
    attempts: col.int(),
    nextAt: col.instant(),
    createdAt: col.instant(),
    lastAt: col.instant().optional(),
    lastStatus: col.int().optional(),
    lastErrorCode: col.text(64).optional(),
    lastMs: col.int().optional(),
  },
  { primaryKey: ['id'] },
);

/** Row of `webhook_delivery`. */
export type DeliveryRow = RowOf<typeof webhookDeliveryEntity>;
