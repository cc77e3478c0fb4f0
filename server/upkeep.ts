import { visitorSessionKind } from './channels/web-widget/index.ts';
import { LIMITS, type Clock } from './kernel/index.ts';
import { purgeIdempotencyRecords } from './platform/http/index.ts';
import type { AnyJobKind, JobKind, WithDb } from './platform/jobs/index.ts';
import {
  addMonthPartitions,
  dropEmptyMonths,
  foldFigures,
  type Database,
} from './platform/persistence/index.ts';

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

/** Keeps the monthly parts of messages and of the trail three months ahead, and drops those that sweeps have emptied. */
export function monthPartitionKind({ database }: { database: Database }): JobKind {
  return {
    ...{ kind: 'database.month-partitions', schedule: '10 1 * * *', maxAttempts: 5, timeoutMs: 600_000 },
    title: { zh: '准备数据库月分区', en: 'Prepare monthly partitions' },
    async run({ now }) {
      const round = await addMonthPartitions(database, now());
      return { ...round, dropped: await dropEmptyMonths(database, now()) };
    },
  };
}

/** Folds what changes have counted into one row an hour, so that a year's report reads few of them. */
export function figureFoldKind({ database }: { database: Database }): JobKind {
  return {
    ...{ kind: 'reports.fold', schedule: '*/10 * * * *', maxAttempts: 3, timeoutMs: 600_000 },
    title: { zh: '汇总报表计数', en: 'Fold the counters of reports' },
    async run({ checkpoint }) {
      let folded = 0;
      for (;;) {
        const count = await foldFigures(database);
        if (count === 0) return { folded };
        folded += count;
        await checkpoint(null, { done: folded });
      }
    },
  };
}
