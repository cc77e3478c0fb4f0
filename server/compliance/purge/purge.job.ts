import type { JobKind } from '../../platform/jobs/index.ts';
import type { PurgeOrder, PurgeService } from './purge.service.ts';

/** Kind of the work. */
export const PURGE_JOB = 'compliance.audit-purge';
/** Kind of the look at what it would take. */
export const PURGE_PLAN_JOB = 'compliance.audit-purge-plan';
const TIMEOUT_MS = 6 * 60 * 60 * 1_000;

/** Looks what a purge would take, and changes nothing; the result says what ends the range. */
export function purgePlanJob(purges: PurgeService): JobKind<{ before: string }> {
  return {
    kind: PURGE_PLAN_JOB,
    title: { zh: '审计清理试算', en: 'Dry run of a purge of the trail' },
    ...{ maxAttempts: 3, timeoutMs: TIMEOUT_MS },
    async run(_context, { before }) {
      const plan = await purges.plan(new Date(before));
      const stop = { before, stop: plan.stop.by, ...(plan.stop.by === 'hold' ? { hold: plan.stop.id } : {}) };
      if (!('to' in plan)) return { ...stop, entries: 0 };
      const { fromSeal, fromSize, to, untilAt } = plan;
      const entries = to.size - fromSize;
      return { ...stop, entries, fromSeal, toSeal: to.no, untilAt: untilAt.toISOString() };
    },
  };
}

/** Carries an approved purge out; a killed run goes on where the trail stands. */
export function purgeJob(purges: PurgeService): JobKind<PurgeOrder> {
  return {
    kind: PURGE_JOB,
    title: { zh: '清理到期审计', en: 'Purge of the trail' },
    ...{ maxAttempts: 5, timeoutMs: TIMEOUT_MS },
    async run(context, order) {
      const { purge, stop } = await purges.run(order, {
        checkpoint: (progress) => context.checkpoint({}, progress),
      });
      return {
        ...(purge === undefined ? {} : { toSeal: purge.toSeal, entries: purge.toSize - purge.fromSize }),
        ...(stop === undefined ? {} : { stop: stop.by, ...(stop.by === 'hold' ? { hold: stop.id } : {}) }),
      };
    },
  };
}
