import { scopeOf, type Clock } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import { ASPECTS } from './aspects.ts';
import { readOpinions, type OpinionWindow } from './opinion.view.ts';

/** What the routes of opinions need. */
export interface OpinionRouteDeps {
  clock: Clock;
  /** The last `days` days up to now, of a clock so far ahead of UTC. */
  windowOf(now: Date, days: number, offsetMinutes: number): OpinionWindow;
}

const DAYS_DEFAULT = 30;
/** Most days of one report. */
const DAYS_MAX = 366;

function closed(properties: Record<string, Schema>): Schema {
  return { type: 'object', additionalProperties: false, required: Object.keys(properties), properties };
}

const count: Schema = { type: 'integer', minimum: 0 };
const mean: Schema = { type: ['number', 'null'] };
const query: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    days: { type: 'integer', minimum: 1, maximum: DAYS_MAX },
    offsetMinutes: { type: 'integer', minimum: -720, maximum: 840 },
  },
};
const response = closed({
  aspects: { type: 'array', items: closed({ aspect: { enum: [...ASPECTS] }, praise: count, blame: count }) },
  perDay: { type: 'array', items: closed({ on: { type: 'string' }, praise: count, blame: count }) },
  moods: closed({ conversations: count, firstMean: mean, lastMean: mean }),
  calming: {
    type: 'array',
    items: closed({ isCalmed: { type: 'boolean' }, conversations: count, meanRise: mean }),
  },
});

/** The report of opinions. */
export function opinionRoutes({ clock, windowOf }: OpinionRouteDeps): AnyRoute[] {
  return [
    defineRoute<unknown, { days?: number; offsetMinutes?: number }>({
      method: 'GET',
      path: '/api/v1/reports/opinions',
      summary: 'What customers praised and blamed in the last days, by aspect, and how their moods went.',
      permission: 'report:read',
      audit: 'report.view',
      query,
      response,
      async handler(tx, { query: { days = DAYS_DEFAULT, offsetMinutes = 0 } }, { actor }) {
        tx.record({ action: 'report.view', outcome: 'ok', details: { report: 'opinions', days } });
        const window = windowOf(clock.now(), days, offsetMinutes);
        return readOpinions(tx, window, { offsetMinutes, scope: scopeOf(actor) });
      },
    }),
  ];
}
