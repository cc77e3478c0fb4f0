import { SYSTEM_ACTOR, createFakeClock, type AppError, type FakeClock } from '../../../kernel/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../../test/support/core.ts';
import { portable, type Tx } from '../../persistence/index.ts';
import type { JobRow } from '../job.entity.ts';
import { JOB_BY_ID } from '../job.repo.ts';
import type { AnyJobKind } from '../job.rules.ts';
import { createJobs, type Jobs } from '../jobs.ts';

const JOBS = portable<Record<never, never>, { kind: string; state: string; cause: string }>(
  'spec.jobs_all',
  'SELECT kind, state, cause FROM job ORDER BY created_at, id',
  { params: {}, result: { kind: 'text', state: 'text', cause: 'text' } },
);
const WIPE = portable<Record<never, never>>('spec.jobs_wipe', 'DELETE FROM job', { params: {} });
const WIPE_SCHEDULES = portable<Record<never, never>>('spec.job_schedules_wipe', 'DELETE FROM job_schedule', {
  params: {},
});
const WIPE_LEASE = portable<Record<never, never>>(
  'spec.job_lease_wipe',
  "DELETE FROM lease WHERE name = 'jobs'",
  {
    params: {},
  },
);

export const MINUTE_MS = 60_000;
/** A kind without a name of its own is called this. */
export const KIND = 'spec.kind-0';
const TITLE = { zh: '测试', en: 'Test' };

/** A year back, because the trail takes no entry from the future; midnight UTC is 08:00 in Shanghai. */
function startOfDay(): Date {
  const start = new Date(Date.now() - 365 * 86_400_000);
  start.setUTCHours(0, 0, 0, 0);
  return start;
}

/** Processes that share one database and one clock; none looks for work by itself. */
export interface JobBench {
  core: Core;
  clock: FakeClock;
  /** A process with these kinds. It stands still until it is told to look. */
  process(...kinds: Partial<AnyJobKind>[]): Jobs;
  inUnit<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  enqueue(jobs: Jobs, params?: object, options?: object, kind?: string): Promise<string>;
  row(id: string): Promise<JobRow>;
  all(): Promise<{ kind: string; state: string; cause: string }[]>;
  /** Forgets jobs, schedules, and the lease. */
  wipe(): Promise<void>;
  forgetJobs(): Promise<void>;
  forgetLease(): Promise<void>;
}

/** Builds it; close `core` afterwards. */
export async function buildJobBench(): Promise<JobBench> {
  const clock = createFakeClock(startOfDay());
  const core = await buildCore({ clock });
  const run = (statement: typeof WIPE) =>
    core.database.read(async (db) => void (await db.run(statement, {})));
  const inUnit = <T>(work: (tx: Tx) => Promise<T>) =>
    core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const result = await work(tx);
      tx.record({ action: 'system.view', outcome: 'ok' });
      return result;
    });
  return {
    ...{ core, clock, inUnit },
    process: (...kinds) =>
      createJobs({
        ...core,
        withDb: (work) => core.database.read(work),
        log: QUIET_LOG,
        timeZone: 'Asia/Shanghai',
        kinds: kinds.map((kind, index) => ({
          ...{ kind: `spec.kind-${index}`, title: TITLE, maxAttempts: 3, timeoutMs: 60 * MINUTE_MS },
          run: async () => undefined,
          ...kind,
        })),
      }),
    enqueue: (jobs, params = {}, options = {}, kind = KIND) =>
      inUnit((tx) => jobs.queue.enqueue(tx, kind, params as never, options)),
    async row(id) {
      const found = await core.database.read((db) => db.one(JOB_BY_ID, { id }));
      if (found === undefined) throw new Error('There is no such job.');
      return found;
    },
    all: () => core.database.read((db) => db.all(JOBS, {})),
    async wipe() {
      for (const statement of [WIPE, WIPE_SCHEDULES, WIPE_LEASE]) await run(statement);
    },
    forgetJobs: () => run(WIPE),
    forgetLease: () => run(WIPE_LEASE),
  };
}

/** The code of a refusal, or `done`. */
export function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: AppError) => error.code,
  );
}
