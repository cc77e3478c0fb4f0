import { LIMITS } from '../../kernel/index.ts';
import type { Schema } from '../http/index.ts';
import { CRON_CHARACTERS_MAX } from './cron.ts';

const string: Schema = { type: 'string' };
const uuid: Schema = { type: 'string', format: 'uuid' };
const instant: Schema = { type: 'string', format: 'date-time' };
const integer: Schema = { type: 'integer' };
const flag: Schema = { type: 'boolean' };
const orNull = (schema: Schema): Schema => ({ ...schema, type: [schema['type'], 'null'] });
const states: Schema = { enum: ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'parked'] };
const kindName: Schema = { type: 'string', pattern: '^[a-z0-9][a-z0-9.-]{0,63}$', maxLength: 64 };
const object = (properties: Record<string, Schema>, required = Object.keys(properties)): Schema => ({
  ...{ type: 'object', additionalProperties: false, properties, required },
});

const JOB: Schema = object({
  ...{ id: uuid, kind: string, state: states, cause: { enum: ['schedule', 'demand', 'person'] } },
  ...{ attempts: integer, restarts: integer, isCancelling: flag },
  ...{ done: orNull(integer), total: orNull(integer), result: {}, errorCode: orNull(string) },
  ...{ createdAt: instant, dueAt: instant, startedAt: orNull(instant), endedAt: orNull(instant) },
});

const KIND: Schema = object({
  kind: string,
  title: object({ zh: string, en: string }),
  /** False for a kind that an older or newer version of the program made; its jobs are parked. */
  isKnown: flag,
  schedule: {
    ...object({
      ...{ cron: string, defaultCron: string, isEnabled: flag, nextAt: orNull(instant), version: integer },
    }),
    type: ['object', 'null'],
  },
  ...{ waiting: integer, parked: integer },
  running: { type: 'array', items: JOB },
  last: { ...JOB, type: ['object', 'null'] },
});

/** Kinds of jobs and how they stand. */
export const kindList = object({ timeZone: string, items: { type: 'array', items: KIND } });
/** One job. */
export const job = JOB;
/** A page of jobs. */
export const jobPage = object({ items: { type: 'array', items: JOB }, nextCursor: string }, ['items']);
/** What the list of jobs can be narrowed by. */
export const jobQuery = object(
  {
    kind: kindName,
    state: states,
    cursor: { type: 'string', maxLength: 512 },
    limit: { type: 'integer', minimum: 1, maximum: LIMITS.pageItemsMax },
  },
  [],
);
/** The name of a kind in an address. */
export const kindParams = object({ kind: kindName });
/** A new schedule; `cron` null takes the program's own again. */
export const scheduleChange = object({
  cron: { type: ['string', 'null'], minLength: 1, maxLength: CRON_CHARACTERS_MAX },
  isEnabled: flag,
});
/** A kind's schedule. */
export const schedule = object({
  ...{ cron: string, defaultCron: string, isEnabled: flag, nextAt: orNull(instant), version: integer },
});
/** A job that was made. */
export const made = object({ id: uuid });
/** The next times of an expression. */
export const preview = object({ timeZone: string, next: { type: 'array', items: instant } });
/** An expression to look at. */
export const previewQuery = object({
  cron: { type: 'string', minLength: 1, maxLength: CRON_CHARACTERS_MAX },
});
/** An answer without a body. */
export const noAnswer: Schema = {};
