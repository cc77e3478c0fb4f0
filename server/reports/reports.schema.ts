import type { Schema } from '../platform/http/index.ts';
import { DAYS_MAX } from './overview.rules.ts';

const integer: Schema = { type: 'integer' };
const numberOrNull: Schema = { type: ['number', 'null'] };

function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

/** Which period, in whose days: zones of the world reach from 12 hours behind UTC to 14 ahead. */
export const overviewQuery: Schema = object(
  {
    days: { type: 'integer', minimum: 1, maximum: DAYS_MAX },
    offsetMinutes: { type: 'integer', minimum: -720, maximum: 840 },
  },
  ['days', 'offsetMinutes'],
);

const day = object({
  on: { type: 'string', format: 'date' },
  conversations: integer,
  handedOff: integer,
  ticketsOpened: integer,
});

/** Figures of a period. */
export const overview: Schema = object({
  conversations: integer,
  containmentRatio: numberOrNull,
  answered: integer,
  clarified: integer,
  handedOff: integer,
  ticketsOpened: integer,
  ticketsSolved: integer,
  avgScore: numberOrNull,
  csatAverage: numberOrNull,
  firstResponseSecondsMedian: numberOrNull,
  perDay: { type: 'array', items: day },
});

/** How the running system is doing; the parts say what they know of themselves. */
export const systemStatus: Schema = object({
  version: { type: 'string' },
  uptimeSeconds: integer,
  database: { type: 'object' },
  robot: { type: 'object' },
  audit: { type: 'object' },
  outbox: object({ pending: integer, dead: integer }),
  files: { type: 'object' },
  sockets: integer,
});
