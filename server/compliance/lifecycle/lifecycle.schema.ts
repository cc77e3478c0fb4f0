import { RECORD_CLASSES } from '../../kernel/index.ts';
import type { Schema } from '../../platform/http/index.ts';
import { MONTHS_MAX, RECORD_ACTIONS } from './period.rules.ts';

const uuid: Schema = { type: 'string', format: 'uuid' };
const instant: Schema = { type: 'string', format: 'date-time' };
const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const flag: Schema = { type: 'boolean' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const recordClass: Schema = { enum: [...RECORD_CLASSES] };
const action: Schema = { enum: [...RECORD_ACTIONS] };
/** The reason of an approval; the approvals check it again, and refuse personal data. */
const reason: Schema = { type: 'string', minLength: 2, maxLength: 500 };

function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

const person = object({ id: text, name: text });
const counts: Schema = { type: 'object', additionalProperties: integer };
const classReport = object({
  due: integer,
  gone: integer,
  rows: integer,
  heldByHold: integer,
  keptByClass: counts,
  oldestAt: orNull(instant),
  newestAt: orNull(instant),
});
const run = object({
  id: uuid,
  kind: { enum: ['dry', 'real'] },
  state: { enum: ['running', 'done', 'failed'] },
  startedAt: instant,
  asOf: instant,
  clockState: text,
  finishedAt: orNull(instant),
  chunkCount: integer,
  rowsRemoved: integer,
  errorCode: orNull(text),
  report: object(
    {
      classes: { type: 'object', additionalProperties: classReport },
      holds: counts,
      outlook: { type: 'array', items: object({ month: text, counts }) },
      manifest: object({ folder: text, sha256: text }),
    },
    ['manifest'],
  ),
});

const rule = {
  recordClass,
  months: integer,
  action,
  version: integer,
  changedAt: orNull(instant),
};

/** How records are kept, and how the sweeps stand. */
export const recordsOverview: Schema = object({
  classes: {
    type: 'array',
    items: object({ ...rule, floorMonths: integer, canArchive: flag, defaultMonths: integer }),
  },
  sweeps: object({
    isScheduled: flag,
    version: integer,
    highWaterAt: orNull(instant),
    clockSeenAt: orNull(instant),
  }),
  holdCount: integer,
  holdsDue: integer,
  lastDryRun: orNull(run),
  lastSweep: orNull(run),
  running: orNull(run),
});

/** Class of records in an address. */
export const classParams: Schema = object({ recordClass });
/** A new rule of a class. */
export const ruleBody: Schema = object({
  months: { type: 'integer', minimum: 1, maximum: MONTHS_MAX },
  action,
  reason,
});
/** Done, or waiting for a second person. */
export const outcome: Schema = object(
  { state: { enum: ['done', 'asked'] }, approvalId: uuid, version: integer },
  ['approvalId', 'version'],
);
export const reasonBody: Schema = object({ reason });
export const scheduleBody: Schema = object({ isOn: flag, reason });
export const ruleHistory: Schema = {
  type: 'array',
  items: object({ ...rule, changedBy: person, approvedBy: orNull(person) }),
};
export const queued: Schema = object({ jobId: uuid });

const pageQuery = {
  cursor: { type: 'string', minLength: 1, maxLength: 512 },
  limit: { type: 'integer', minimum: 1, maximum: 200 },
};
export const runQuery: Schema = object(pageQuery, ['cursor', 'limit']);
export const runPage: Schema = object({ items: { type: 'array', items: run }, nextCursor: text }, [
  'nextCursor',
]);
export const runDetail: Schema = object({
  run,
  chunks: {
    type: 'array',
    items: object({
      chunkNo: integer,
      recordClass: text,
      recordCount: integer,
      rowCount: integer,
      oldestAt: instant,
      newestAt: instant,
      idsSha256: text,
      archiveFile: orNull(text),
      archiveSha256: orNull(text),
    }),
  },
});

const hold = {
  id: uuid,
  requesterId: orNull(uuid),
  accountId: orNull(uuid),
  ticketId: orNull(uuid),
  recordClass: orNull(recordClass),
  fromAt: orNull(instant),
  toAt: orNull(instant),
  isActive: flag,
  placedBy: person,
  placedAt: instant,
  endsAt: orNull(instant),
  confirmedBy: orNull(person),
  confirmedAt: orNull(instant),
  due: orNull({ enum: ['ended', 'unconfirmed'] }),
  ending: orNull({ enum: ['released', 'refused'] }),
  releasedBy: orNull(person),
  approvedBy: orNull(person),
  releasedAt: orNull(instant),
  version: integer,
};
export const holdQuery: Schema = object({ state: { enum: ['active', 'released'] }, ...pageQuery }, [
  'state',
  'cursor',
  'limit',
]);
export const holdPage: Schema = object({ items: { type: 'array', items: object(hold) }, nextCursor: text }, [
  'nextCursor',
]);
/** A hold with its reason and authority in clear. */
export const holdDetail: Schema = object({ ...hold, reason: text, authority: text });
/** Another end of a hold, and why. */
export const holdExtension: Schema = object({ endsAt: instant, reason });
const words: Schema = { type: 'string', minLength: 2, maxLength: 2_000 };
export const holdBody: Schema = object(
  {
    requesterId: orNull(uuid),
    accountId: orNull(uuid),
    ticketId: orNull(uuid),
    recordClass: orNull(recordClass),
    fromAt: orNull(instant),
    toAt: orNull(instant),
    endsAt: instant,
    reason: words,
    authority: words,
  },
  ['requesterId', 'accountId', 'ticketId', 'recordClass', 'fromAt', 'toAt'],
);
