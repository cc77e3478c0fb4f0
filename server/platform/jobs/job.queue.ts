import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { DatabaseConflict, type Json, type Tx } from '../persistence/index.ts';
import type { JobRow } from './job.entity.ts';
import {
  JOB_ADD,
  JOB_BY_ID,
  JOB_CANCEL_RUNNING,
  JOB_CANCEL_WAITING,
  JOB_OPEN,
  JOB_RETRY,
  WAITING_COUNT,
} from './job.repo.ts';
import { assertFits, JOB_LIMITS, type JobCause } from './job.rules.ts';

/** Options of a job on demand. */
export interface EnqueueOptions {
  /** At most one open job of the kind has this key; a second enqueue gives the id of the first. */
  key?: string;
  notBefore?: Date;
}

/** Puts work into the queue, and changes what stands in it. */
export interface JobQueue {
  /**
   * Adds a job with the unit of work: it exists if and only if the unit commits. The unit records why. Gives the job's
   * id, that of the open one when the key is taken. Throws `job.queue_full` and `job.too_large`.
   */
  enqueue(tx: Tx, kind: string, params: Json, options?: EnqueueOptions): Promise<string>;
  /** Ends a waiting job at once, a running one at its next checkpoint; records it. Throws `job.state_refused`. */
  cancel(tx: Tx, id: string): Promise<void>;
  /** Runs a failed or cancelled job again, from its last checkpoint; records it. Throws `job.state_refused`. */
  retry(tx: Tx, id: string): Promise<void>;
}

/** What the queue needs. */
export interface QueueDeps {
  clock: Clock;
  ids: Ids;
  knows(kind: string): boolean;
  /** Called after the commit: there is something to do. */
  nudge(): void;
}

/** A key that is taken is free again an instant later at the most this often. */
const KEY_TRIES = 3;
const KEY_CHARACTERS_MAX = 128;

/** Builds the queue. */
export function createJobQueue(deps: QueueDeps): JobQueue {
  return {
    enqueue: (tx, kind, params, options = {}) => addJob(tx, { kind, params, cause: 'demand', options }, deps),
    async cancel(tx, id) {
      const row = await find(tx, id);
      const now = deps.clock.now();
      const changed =
        (await tx.run(JOB_CANCEL_WAITING, { id, now })) + (await tx.run(JOB_CANCEL_RUNNING, { id }));
      if (changed === 0) throw new AppError('job.state_refused');
      tx.record(entryOf('job.cancel', row));
      tx.afterCommit(deps.nudge);
    },
    async retry(tx, id) {
      const row = await find(tx, id);
      const openKey = openKeyOf(row.kind, row.jobKey);
      const changed = await refuseOpenKey(() => tx.run(JOB_RETRY, { id, openKey, now: deps.clock.now() }));
      if (changed === 0) throw new AppError('job.state_refused');
      tx.record(entryOf('job.retry', row));
      tx.afterCommit(deps.nudge);
    },
  };
}

/** Adds one job; what the queue, and the route "run now", do. */
export async function addJob(
  tx: Tx,
  job: { kind: string; params: Json; cause: JobCause; options: EnqueueOptions },
  deps: QueueDeps,
): Promise<string> {
  const { kind, params, options } = job;
  if (!deps.knows(kind)) throw new Error(`There is no job kind ${kind}.`);
  if ((options.key?.length ?? 0) > KEY_CHARACTERS_MAX) throw new Error(`A key of ${kind} is too long.`);
  assertFits(params, JOB_LIMITS.paramsBytesMax);
  const limit = JOB_LIMITS.waitingPerKindMax;
  const waiting = await tx.one(WAITING_COUNT, { kind, limit });
  if ((waiting?.waiting ?? 0) >= limit) throw new AppError('job.queue_full', { details: { limit } });
  const now = deps.clock.now();
  const { type, id: actorId } = tx.context.actor;
  const row = newJob({ id: deps.ids.next(), kind, params, cause: job.cause, now });
  const openKey = openKeyOf(kind, options.key ?? null);
  for (let attempt = 0; attempt < KEY_TRIES; attempt += 1) {
    const added = await tx.run(JOB_ADD, {
      ...row,
      ...{ jobKey: options.key ?? null, openKey, actorType: type, actorId },
      dueAt: options.notBefore ?? now,
    });
    if (added === 1) {
      tx.afterCommit(deps.nudge);
      return row.id;
    }
    const open = openKey === null ? undefined : await tx.one(JOB_OPEN, { openKey });
    if (open !== undefined) return open.id;
  }
  throw new AppError('server.busy');
}

/** A waiting job of the server itself, due now. */
export function newJob(job: { id: string; kind: string; params: Json; cause: JobCause; now: Date }): JobRow {
  return {
    ...{ id: job.id, kind: job.kind, state: 'queued', cause: job.cause, params: job.params },
    ...{ jobKey: null, openKey: null, dueAt: job.now, createdAt: job.now },
    ...{ actorType: 'system', actorId: 'system', attempts: 0, restarts: 0, isCancelling: false },
    ...{ claim: null, claimedUntil: null, startedAt: null, endedAt: null },
    ...{ runState: null, done: null, total: null, runResult: null, errorCode: null },
  };
}

/** The value of `open_key` while a job is open; null without a key. */
export function openKeyOf(kind: string, key: string | null): string | null {
  return key === null ? null : `${kind}/${key}`;
}

async function find(tx: Tx, id: string): Promise<JobRow> {
  const row = await tx.one(JOB_BY_ID, { id });
  if (row === undefined) throw new AppError('request.not_found');
  return row;
}

async function refuseOpenKey<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatabaseConflict) || error.kind !== 'unique') throw error;
    throw new AppError('job.already_open', { cause: error });
  }
}

function entryOf(action: 'job.cancel' | 'job.retry', row: JobRow) {
  return {
    ...{ action, outcome: 'ok' as const },
    target: { type: 'job', id: row.id },
    details: { kind: row.kind },
  };
}
