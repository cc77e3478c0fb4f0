import { AppError } from '../../kernel/index.ts';
import type { AnyJobKind, JobContext, JobKind } from '../../platform/jobs/index.ts';
import type { Json } from '../../platform/persistence/index.ts';
import type { SweepControl, SweepService } from './sweep.service.ts';

/** Kinds of background work of the life cycle. */
export const LIFECYCLE_JOBS = {
  sweep: 'compliance.retention-sweep',
  dryRun: 'compliance.records-dry-run',
  clock: 'compliance.clock-watch',
  holds: 'compliance.holds-due',
} as const;

/** A sweep of some hundred million rows takes a night and a day at half the machine; the next run goes on with it. */
const SWEEP_TIMEOUT_MS = 6 * 60 * 60 * 1_000;
const CLOCK_TIMEOUT_MS = 60_000;
/** What a job that must not run now gives instead of a result; it has not failed, and people have been told. */
const QUIET = new Set(['sweep.not_scheduled', 'sweep.clock_jumped']);

type RunState = { runId: string };

/** The jobs: the nightly sweep, the dry run on demand, the hourly look at the clock, the daily one at holds. */
export function lifecycleJobs(sweeps: SweepService, tellDue: () => Promise<number>): AnyJobKind[] {
  const sweep: JobKind<Record<string, never>, RunState> = {
    kind: LIFECYCLE_JOBS.sweep,
    title: { zh: '到期记录清理', en: 'Retention sweep' },
    schedule: '30 2 * * *',
    maxAttempts: 5,
    timeoutMs: SWEEP_TIMEOUT_MS,
    async run(context): Promise<Json> {
      try {
        const run = await sweeps.sweep(controlOf(context), context.actor);
        return { runId: run.id, rows: run.rowsRemoved };
      } catch (error) {
        if (error instanceof AppError && QUIET.has(error.code)) return { stopped: error.code };
        throw error;
      }
    },
  };
  const dryRun: JobKind<Record<string, never>, RunState> = {
    kind: LIFECYCLE_JOBS.dryRun,
    title: { zh: '到期记录试算', en: 'Dry run of the retention sweep' },
    maxAttempts: 3,
    timeoutMs: SWEEP_TIMEOUT_MS,
    run: async (context) => ({ runId: (await sweeps.dryRun(controlOf(context), context.actor)).id }),
  };
  const clock: JobKind<Record<string, never>> = {
    kind: LIFECYCLE_JOBS.clock,
    title: { zh: '核对系统时钟', en: 'Look at the clock' },
    schedule: '7 * * * *',
    maxAttempts: 3,
    timeoutMs: CLOCK_TIMEOUT_MS,
    run: async () => ({ state: (await sweeps.watchClock()).state }),
  };
  const holds: JobKind<Record<string, never>> = {
    kind: LIFECYCLE_JOBS.holds,
    title: { zh: '检查待复核的法律保全', en: 'Look for holds that are due for review' },
    schedule: '20 7 * * *',
    maxAttempts: 3,
    timeoutMs: CLOCK_TIMEOUT_MS,
    run: async () => ({ told: await tellDue() }),
  };
  return [sweep, dryRun, clock, holds];
}

function controlOf(context: JobContext<RunState>): SweepControl {
  return {
    checkpoint: (runId, progress) => context.checkpoint({ runId }, progress),
    rest: (ms) => rest(ms, context.signal),
  };
}

/** Waits, or stops waiting when the work is to end; the next checkpoint then throws. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
