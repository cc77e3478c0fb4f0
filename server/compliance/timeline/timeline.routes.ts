import { isAuditAction } from '../../../audit/index.ts';
import { isUuid } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import { scopeOf } from '../access.ts';
import { FILTERS } from '../compliance.schema.ts';
import { readTimeline, TIMELINE_BY, type TimelineDeps, type TimelineQuery } from './timeline.service.ts';

const instant: Schema = { type: 'string', format: 'date-time' };
const text: Schema = { type: 'string' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const { actor, customer, target, action, outcome, class: entryClass, from, to } = FILTERS;
const QUERY = { actor, customer, target, action, outcome, class: entryClass, from, to };

const query: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['by'],
  properties: { by: { enum: [...TIMELINE_BY] }, ...QUERY },
};
const series: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['key', 'counts'],
  properties: { key: text, name: text, counts: { type: 'array', items: { type: 'integer' } } },
};
const ANSWER: Record<string, Schema> = {
  by: { enum: [...TIMELINE_BY] },
  step: { enum: ['hour', 'day', 'month'] },
  buckets: {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['from', 'to'],
      properties: { from: instant, to: instant },
    },
  },
  series: { type: 'array', items: series },
  countedTo: orNull(instant),
  purgedTo: orNull(instant),
  isCut: { type: 'boolean' },
};
const answer: Schema = {
  type: 'object',
  additionalProperties: false,
  required: Object.keys(ANSWER),
  properties: ANSWER,
};

/** The chart of the trail. Two permissions open the trail, so `scopeOf` decides instead of the table. */
export function timelineRoutes(deps: TimelineDeps): AnyRoute[] {
  return [
    defineRoute<unknown, TimelineQuery>({
      method: 'GET',
      path: '/api/v1/audit/timeline',
      summary:
        'Entries of the trail over time by class, outcome, or account, in whole hours, days, or months of the zone.',
      permission: 'signed-in',
      audit: 'audit.search',
      query,
      response: answer,
      async handler(tx, { query: asked }, { permissions }) {
        const timeline = await readTimeline(deps, tx, asked, scopeOf(permissions));
        const { by, actor: actorId, target: targetId, action: act, customer: customerId } = asked;
        tx.record({
          ...{ action: 'audit.search', outcome: 'ok' },
          ...(customerId === undefined ? {} : { customer: customerId }),
          details: {
            ...{ by: Object.keys(asked).filter((name) => name !== 'by'), chart: by },
            ...(isUuid(actorId) ? { actor: actorId } : {}),
            ...(isUuid(targetId) ? { target: targetId } : {}),
            ...(act !== undefined && isAuditAction(act) ? { action: act } : {}),
          },
        });
        const { buckets, countedTo, purgedTo } = timeline;
        return {
          ...timeline,
          buckets: buckets.map((bucket) => ({
            from: bucket.from.toISOString(),
            to: bucket.to.toISOString(),
          })),
          countedTo: countedTo?.toISOString() ?? null,
          purgedTo: purgedTo?.toISOString() ?? null,
        };
      },
    }),
  ];
}
