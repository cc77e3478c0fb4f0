import { visitorSessionKind } from './channels/web-widget/index.ts';
import { LIMITS, type Clock } from './kernel/index.ts';
import { purgeIdempotencyRecords } from './platform/http/index.ts';
import type { AnyJobKind, JobKind, WithDb } from './platform/jobs/index.ts';

/** What the upkeep works with. */
export interface UpkeepDeps {
  withDb: WithDb;
  clock: Clock;
}

const HOUR_MS = 3_600_000;

/** Jobs that keep small tables small: what is over its time is forgotten, in the night or every hour. */
export function createUpkeep(deps: UpkeepDeps): AnyJobKind[] {
  const { withDb, clock } = deps;
  const answers: JobKind = {
    ...{ kind: 'http.idempotency', schedule: '5 * * * *', maxAttempts: 3, timeoutMs: 600_000 },
    title: { zh: '清理已过期的幂等记录', en: 'Forget answers to repeated requests' },
    async run() {
      const before = new Date(clock.now().getTime() - LIMITS.idempotencyKeptHours * HOUR_MS);
      return { removed: await withDb((db) => purgeIdempotencyRecords(db, before)) };
    },
  };
  return [answers, visitorSessionKind({ withDb })];
}
