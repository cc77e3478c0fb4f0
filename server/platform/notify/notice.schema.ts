import { LIMITS } from '../../kernel/index.ts';
import type { Schema } from '../http/index.ts';
import { SEVERITIES } from './notice.rules.ts';

const string: Schema = { type: 'string' };
const uuid: Schema = { type: 'string', format: 'uuid' };
const instant: Schema = { type: 'string', format: 'date-time' };
const integer: Schema = { type: 'integer' };
const flag: Schema = { type: 'boolean' };
const text = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength });
const orNull = (schema: Schema): Schema => ({ ...schema, type: [schema['type'], 'null'] });
const severity: Schema = { type: 'string', enum: SEVERITIES };
const object = (properties: Record<string, Schema>, optional: readonly string[] = []): Schema => ({
  ...{ type: 'object', additionalProperties: false, properties },
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const listOf = (items: Schema): Schema => object({ items: { type: 'array', items } });
const pageOf = (items: Schema): Schema =>
  object({ items: { type: 'array', items }, nextCursor: string }, ['nextCursor']);

const notice = object({
  ...{ id: uuid, kind: string, severity, title: string, body: string, link: orNull(string) },
  ...{ occurrences: integer, createdAt: instant, updatedAt: instant, isRead: flag, isUndelivered: flag },
});
/** Notices of whoever asks. */
export const noticePage = pageOf(notice);
/** What the bell and the banner show. */
export const noticeSummary = object({
  unread: integer,
  /** Unread alarms that no channel could carry. */
  undelivered: { type: 'array', items: notice },
});
const pageOptions = {
  cursor: { type: 'string', maxLength: 512 },
  limit: { type: 'integer', minimum: 1, maximum: LIMITS.pageItemsMax },
};
/** What the list of notices can be cut to. */
export const noticeQuery = object({ isUnread: flag, ...pageOptions }, ['isUnread', 'cursor', 'limit']);
/** Everything up to an instant has been read. */
export const readUntil = object({ until: instant });

const CA_CHARACTERS_MAX = 20_000;
const place = { host: text(253), port: { type: 'integer', minimum: 1, maximum: 65_535 } };
const ca = text(CA_CHARACTERS_MAX);
const smtp = object(
  {
    ...{ ...place, tls: { type: 'string', enum: ['none', 'starttls', 'implicit'] }, user: text(200) },
    ...{ from: text(254), recipients: { type: 'array', items: text(254), maxItems: 100 }, ca },
  },
  ['user', 'ca'],
);
const syslog = object({ ...place, ca }, ['ca']);
const webhook = object({ url: text(1_000), ca }, ['ca']);
const channelOf = (type: string, settings: Schema): Schema =>
  object(
    {
      ...{ type: { const: type }, name: text(100), isEnabled: flag, minSeverity: severity },
      ...{ lang: { type: 'string', enum: ['zh-CN', 'en'] }, settings },
      secret: orNull({ type: 'string', minLength: 1, maxLength: 500 }),
    },
    ['secret'],
  );
/** A channel as a person sets it. */
export const channelInput: Schema = {
  oneOf: [
    channelOf('smtp', smtp),
    channelOf('syslog', syslog),
    channelOf('webhook', webhook),
    channelOf('file', object({})),
  ],
};
/** A channel; its secret never leaves the server. */
export const channel = object({
  ...{ id: uuid, type: string, name: string, isEnabled: flag, minSeverity: severity, lang: string },
  ...{ settings: { type: 'object' }, hasSecret: flag, version: integer, file: orNull(string) },
  ...{ queued: integer, dead: integer },
  ...{ lastSentAt: orNull(instant), failingAt: orNull(instant), errorCode: orNull(string) },
});
/** Every channel. */
export const channelList = listOf(channel);
/** How a test went; `errorCode` null: the other side took it. */
export const testResult = object({ errorCode: orNull(string) });
/** Notices that wait for a channel, or that it gave up on. */
export const deliveryPage = pageOf(
  object({
    ...{ id: uuid, channelId: uuid, kind: string, severity, title: string, state: string },
    ...{ attempts: integer, createdAt: instant, dueAt: instant, errorCode: orNull(string) },
  }),
);
/** What the list of deliveries can be cut to. */
export const deliveryQuery = object(
  { state: { type: 'string', enum: ['queued', 'sent', 'dead'] }, ...pageOptions },
  ['cursor', 'limit'],
);
/** An answer without a body. */
export const noAnswer: Schema = {};
