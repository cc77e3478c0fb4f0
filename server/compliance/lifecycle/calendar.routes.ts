import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import { readCalendar } from './calendar.ts';
import { readGuard } from './guard.repo.ts';
import type { LifecycleDeps } from './lifecycle.deps.ts';
import { peopleIn } from './lifecycle.present.ts';

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const instant: Schema = { type: 'string', format: 'date-time' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const list = (items: Schema): Schema => ({ type: 'array', items });
function object(properties: Record<string, Schema>): Schema {
  return { type: 'object', additionalProperties: false, required: Object.keys(properties), properties };
}
const cell = object({ count: orNull(integer), holds: integer });
const lines = list(object({ name: text, due: cell, months: list(cell) }));
const calendar = object({
  months: list(text),
  ...{ records: lines, countedAt: orNull(instant), trail: lines },
  isScheduled: { type: 'boolean' },
  runs: list(object({ kind: text, nextAt: instant })),
  waiting: list(
    object({
      ...{ id: text, kind: text, title: object({ zh: text, en: text }) },
      requestedBy: object({ id: text, name: text }),
      ...{ requestedAt: instant, expiresAt: instant },
    }),
  ),
});

/** The calendar of what ends when. */
export function calendarRoutes(
  deps: Pick<LifecycleDeps, 'approvals' | 'keepDays' | 'clock' | 'accountNames'>,
): AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/records/calendar',
      summary:
        'What of records and trail ends in the next months, holds over it, the next runs, and what waits.',
      permission: 'record:read',
      audit: 'record.view',
      response: calendar,
      async handler(tx) {
        const { isScheduled } = await readGuard(tx);
        const found = await readCalendar(deps, tx, { now: deps.clock.now(), isScheduled });
        const person = await peopleIn(
          deps.accountNames,
          found.waiting.map(({ requestedById }) => requestedById),
        );
        return {
          ...found,
          countedAt: found.countedAt?.toISOString() ?? null,
          runs: found.runs.map(({ kind, nextAt }) => ({ kind, nextAt: nextAt.toISOString() })),
          waiting: found.waiting.map(({ requestedById, requestedAt, expiresAt, ...act }) => ({
            ...act,
            requestedBy: person(requestedById),
            requestedAt: requestedAt.toISOString(),
            expiresAt: expiresAt.toISOString(),
          })),
        };
      },
    }),
  ];
}
