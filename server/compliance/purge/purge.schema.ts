import { LIMITS } from '../../kernel/index.ts';
import { AUDIT_CLASSES } from '../access.ts';
import type { Schema } from '../../platform/http/index.ts';

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const instant: Schema = { type: 'string', format: 'date-time' };
const person: Schema = { type: 'object', required: ['id', 'name'], properties: { id: text, name: text } };
const ITEM = {
  purgeNo: integer,
  fromSeal: integer,
  toSeal: integer,
  entries: integer,
  root: text,
  archiveName: text,
  archiveSha256: text,
  requestedBy: person,
  approvedBy: person,
  untilAt: instant,
  archive: { enum: ['there', 'differs', 'moved'] },
  decidedAt: instant,
} satisfies Record<string, Schema>;

const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const PERIOD = {
  entryClass: text,
  keepDays: integer,
  version: integer,
  changedAt: orNull(instant),
} satisfies Record<string, Schema>;
const JOB = {
  id: text,
  state: text,
  done: orNull(integer),
  total: orNull(integer),
  errorCode: orNull(text),
  result: { type: 'object' },
  createdAt: instant,
  endedAt: orNull(instant),
} satisfies Record<string, Schema>;
const job = orNull({ type: 'object', required: Object.keys(JOB), properties: JOB });
/** The reason of an approval; the approvals check it again, and refuse personal data. */
const reason: Schema = { type: 'string', minLength: 2, maxLength: 500 };

/** Pages of purges. */
export const purgeQuery: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    cursor: { type: 'string', pattern: '^[1-9][0-9]{0,14}$' },
    limit: { type: 'integer', minimum: 1, maximum: LIMITS.pageItemsMax },
  },
};
/** What was purged. */
export const purgePage: Schema = {
  type: 'object',
  required: ['floorDays', 'keepDays', 'periods', 'plan', 'run', 'items'],
  properties: {
    floorDays: integer,
    keepDays: { type: 'object', additionalProperties: integer },
    periods: {
      type: 'array',
      items: { type: 'object', required: Object.keys(PERIOD), properties: PERIOD },
    },
    plan: job,
    run: job,
    items: { type: 'array', items: { type: 'object', required: Object.keys(ITEM), properties: ITEM } },
    nextCursor: text,
  },
};
/** What is asked for. */
export const purgeBody: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['before', 'reason'],
  properties: { before: instant, reason },
};
/** The approval that waits. */
export const purgeAsked: Schema = {
  type: 'object',
  required: ['state', 'approvalId'],
  properties: { state: { const: 'asked' }, approvalId: { type: 'string', format: 'uuid' } },
};
/** Up to when a purge is tried. */
export const planBody: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['before'],
  properties: { before: instant },
};
/** The job that tries it. */
export const planAsked: Schema = {
  type: 'object',
  required: ['jobId'],
  properties: { jobId: { type: 'string', format: 'uuid' } },
};
/** Class of entries in an address. */
export const periodParams: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['entryClass'],
  properties: { entryClass: { enum: [...AUDIT_CLASSES] } },
};
/** A new period; outside of what may be it is refused with a code that says so. */
export const periodBody: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['keepDays', 'reason'],
  properties: { keepDays: { type: 'integer', minimum: 1, maximum: 1_000_000 }, reason },
};
/** Done, or waiting for a second person. */
export const periodOutcome: Schema = {
  type: 'object',
  required: ['state'],
  properties: { state: { enum: ['done', 'asked'] }, approvalId: { type: 'string', format: 'uuid' } },
};
