import type { Clock } from '../../kernel/index.ts';
import { ENDED_BEFORE, ENDED_KINDS, ENDED_NEWEST, JOBS_REMOVE, KINDS_MAX } from './job.repo.ts';
import { JOB_LIMITS, type JobKind } from './job.rules.ts';
import type { TechnicalDb, WithDb } from './lease.ts';

const REMOVED_AT_ONCE = 500;

/** Forgets ended jobs: after 90 days, and of each kind all but the newest 1,000. */
export function jobHistoryKind(deps: { withDb: WithDb; clock: Clock }): JobKind {
  const { withDb, clock } = deps;
  return {
    kind: 'jobs.history',
    title: { zh: '清理已结束的任务记录', en: 'Forget ended jobs' },
    schedule: '40 3 * * *',
    maxAttempts: 3,
    timeoutMs: 600_000,
    async run({ checkpoint }) {
      let removed = 0;
      const kinds = await withDb((db) => db.all(ENDED_KINDS, { limit: KINDS_MAX }));
      for (const { kind } of kinds) {
        const before = await withDb((db) => keptFrom(db, kind, clock.now()));
        for (;;) {
          const idList = await withDb((db) => endedBefore(db, kind, before));
          if (idList.length === 0) break;
          removed += await withDb((db) => db.run(JOBS_REMOVE, { idList }));
          await checkpoint(null, { done: removed });
        }
      }
      return { removed };
    },
  };
}

/** Jobs of the kind that ended before this are forgotten. */
async function keptFrom(db: TechnicalDb, kind: string, now: Date): Promise<Date> {
  const byAge = new Date(now.getTime() - JOB_LIMITS.endedKeptMs);
  const limit = JOB_LIMITS.endedPerKindMax;
  const newest = await db.all(ENDED_NEWEST, { kind, limit });
  const oldestKept = newest.length < limit ? byAge : (newest.at(-1) as { endedAt: Date }).endedAt;
  return oldestKept > byAge ? oldestKept : byAge;
}

async function endedBefore(db: TechnicalDb, kind: string, before: Date): Promise<string[]> {
  const rows = await db.all(ENDED_BEFORE, { kind, before, limit: REMOVED_AT_ONCE });
  return rows.map(({ id }) => id);
}
