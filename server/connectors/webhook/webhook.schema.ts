import { LIMITS } from '../../kernel/index.ts';
import type { Schema } from '../../platform/http/index.ts';
import { WEBHOOK_RULES } from './webhook.rules.ts';

const text = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength });
const uuid: Schema = { type: 'string', format: 'uuid' };
const instant: Schema = { type: 'string', format: 'date-time' };
const integer: Schema = { type: 'integer' };
const orNull = (schema: Schema): Schema => ({ ...schema, type: [schema['type'], 'null'] });
const open = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});
const closed = (properties: Record<string, Schema>, required: readonly string[]): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const list = (items: Schema): Schema => ({ type: 'array', items });

const input: Record<string, Schema> = {
  name: { type: 'string', pattern: '^(?=.*\\S)[^\\p{Cc}]{1,100}$', maxLength: 100 },
  url: text(WEBHOOK_RULES.urlCharactersMax),
  eventTypes: { type: 'array', items: text(64), minItems: 1, maxItems: 100, uniqueItems: true },
  reason: text(500),
};

export const webhookCreate = closed(input, ['name', 'url', 'eventTypes']);
export const webhookUpdate = closed(input, ['name', 'eventTypes']);
export const webhook = open({
  id: uuid,
  name: { type: 'string' },
  url: { type: 'string' },
  eventTypes: list({ type: 'string' }),
  state: { type: 'string', enum: ['active', 'paused', 'stopped'] },
  stoppedCode: orNull({ type: 'string' }),
  isPlaceOpen: { type: 'boolean' },
  oldSecretUntilAt: orNull(instant),
  failureCount: integer,
  failingSinceAt: orNull(instant),
  leftAloneUntilAt: orNull(instant),
  lastErrorCode: orNull({ type: 'string' }),
  lastDeliveredAt: orNull(instant),
  pendingCount: integer,
  deadCount: integer,
  createdAt: instant,
  version: integer,
});
export const webhookList = open({ items: list(webhook) });
export const webhookWithSecret: Schema = {
  ...webhook,
  properties: { ...(webhook['properties'] as object), secret: { type: 'string' } },
};
export const testResult = open({
  isDelivered: { type: 'boolean' },
  status: orNull(integer),
  code: orNull({ type: 'string' }),
  reason: orNull({ type: 'string' }),
  ms: integer,
});
export const delivery = open({
  id: uuid,
  eventId: uuid,
  eventType: { type: 'string' },
  at: instant,
  state: { type: 'string', enum: ['pending', 'delivered', 'dead'] },
  attempts: integer,
  nextAt: orNull(instant),
  lastAt: orNull(instant),
  lastStatus: orNull(integer),
  lastErrorCode: orNull({ type: 'string' }),
  lastMs: orNull(integer),
});
export const deliveryPage: Schema = {
  type: 'object',
  properties: { items: list(delivery), nextCursor: text(1_024) },
  required: ['items'],
};
export const deliveryQuery = closed(
  {
    state: { type: 'string', enum: ['pending', 'delivered', 'dead'] },
    cursor: text(1_024),
    limit: { type: 'integer', minimum: 1, maximum: LIMITS.pageItemsMax },
  },
  [],
);
export const redriven = open({ count: integer });
export const idParams = closed({ id: uuid }, ['id']);
export const deliveryParams = closed({ id: uuid, deliveryId: uuid }, ['id', 'deliveryId']);
export const eventTypes = open({
  items: list(
    open({
      type: { type: 'string' },
      zh: { type: 'string' },
      en: { type: 'string' },
      body: { type: 'object' },
    }),
  ),
});
