import { AppError, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import type { Json, Tx, UnitOfWork } from '../persistence/index.ts';
import type { JobRow } from './job.entity.ts';
import { JOB_END, JOB_REQUEUE } from './job.repo.ts';
import type { AnyJobKind } from './job.rules.ts';
import type { WithDb } from './lease.ts';

/** What the engine reports to the log; codes and ids only. */
export interface JobLog {
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>, error?: unknown): void;
  error(event: string, fields?: Record<string, unknown>, error?: unknown): void;
}

/** What runs jobs. */
export interface RunnerDeps {
  withDb: WithDb;
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  log: JobLog;
  kinds: ReadonlyMap<string, AnyJobKind>;
  /** Called when a run ended: its place is free. */
  onFree(): void;
  /** Joins the unit of work in which a job fails for good. */
  onFailed(tx: Tx, job: { id: string; kind: string; code: string }): Promise<void>;
}

/** Whose row it is, and with which claim it may be written. */
export interface ClaimedRow {
  row: JobRow;
  claim: string;
  restarts: number;
}

function endingParams(
  deps: RunnerDeps,
  { row, claim }: ClaimedRow,
  end: { state: string; runResult?: Json; code?: string; attempts?: number },
) {
  const { state, runResult = null, code = null, attempts = row.attempts } = end;
  return { id: row.id, claim, state, attempts, runResult, errorCode: code, now: deps.clock.now() };
}

/** Ends a job that went well, or that a person cancelled. Writes nothing when the claim is lost. */
export async function close(
  deps: RunnerDeps,
  claimed: ClaimedRow,
  end: { state: 'succeeded' | 'cancelled'; runResult?: Json; code?: string },
): Promise<void> {
  await deps.withDb((db) => db.run(JOB_END, endingParams(deps, claimed, end)));
}

/** Lets a job wait for its next run. Writes nothing when the claim is lost. */
export async function requeue(
  deps: RunnerDeps,
  { row, claim, restarts }: ClaimedRow,
  end: { code: string; waitMs: number; attempts: number },
): Promise<void> {
  const { code: errorCode, attempts } = end;
  const dueAt = new Date(deps.clock.now().getTime() + end.waitMs);
  const params = { id: row.id, claim, attempts, restarts, errorCode, dueAt };
  await deps.withDb((db) => db.run(JOB_REQUEUE, params));
}

/** A job that will not run again by itself: an entry in the trail, and whoever listens in the same unit of work. */
export async function failFinally(
  deps: RunnerDeps,
  claimed: ClaimedRow & { attempts?: number },
  code: string,
): Promise<void> {
  const { id, kind } = claimed.row;
  const attempts = claimed.attempts ?? claimed.row.attempts;
  await deps.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    const params = endingParams(deps, claimed, { state: 'failed', code, attempts });
    if ((await tx.run(JOB_END, params)) === 0) throw new AppError('job.claim_lost');
    tx.record({
      ...{ action: 'job.fail', outcome: 'failed', reason: code },
      target: { type: 'job', id },
      details: { kind },
    });
    await deps.onFailed(tx, { id, kind, code });
  });
  deps.log.error('a job has failed', { job: kind, jobId: id, code });
}
