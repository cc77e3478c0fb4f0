import { beforeOf, type Before } from '../../kernel/index.ts';
import { portable, type Db, type Json, type Statement } from '../persistence/index.ts';
import type { JobRow } from './job.entity.ts';
import { KINDS_MAX } from './job.repo.ts';

/** A job as lists show it: without parameters and checkpoint. */
export type JobItem = Omit<
  JobRow,
  'params' | 'runState' | 'openKey' | 'jobKey' | 'claim' | 'claimedUntil' | 'actorType' | 'actorId'
>;

const ITEM_COLUMNS = `id, kind, state, cause, due_at, created_at, attempts, restarts, is_cancelling,
  started_at, ended_at, done, total, run_result, error_code`;
const ITEM = {
  id: 'uuid',
  kind: 'text',
  state: 'text',
  cause: 'text',
  dueAt: 'instant',
  createdAt: 'instant',
  attempts: 'int',
  restarts: 'int',
  isCancelling: 'flag',
  startedAt: 'instant',
  endedAt: 'instant',
  done: 'int',
  total: 'int',
  runResult: 'json',
  errorCode: 'text',
} as const;

/** What a list of jobs may be cut to. */
export interface JobFilter {
  kind?: string | undefined;
  state?: string | undefined;
}

type ListParams = JobFilter & Before & { limit: number };

function list(suffix: string, condition: string): Statement<ListParams, JobItem> {
  return portable<ListParams, JobItem>(
    `job.list${suffix}`,
    `SELECT ${ITEM_COLUMNS} FROM job
     WHERE ${condition}created_at <= :beforeAt AND (created_at < :beforeAt OR id < :beforeId)
     ORDER BY created_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
    {
      params: { kind: 'text', state: 'text', beforeAt: 'instant', beforeId: 'uuid', limit: 'int' },
      result: ITEM,
    },
  );
}

const LIST = list('', '');
const LIST_OF_KIND = list('_of_kind', 'kind = :kind AND ');
const LIST_IN_STATE = list('_in_state', 'state = :state AND ');
const LIST_OF_KIND_IN_STATE = list('_kind_state', 'kind = :kind AND state = :state AND ');
const FIND = portable<{ id: string }, JobItem>('job.item', `SELECT ${ITEM_COLUMNS} FROM job WHERE id = :id`, {
  params: { id: 'uuid' },
  result: ITEM,
});
const RUNNING = portable<{ limit: number }, JobItem>(
  'job.running',
  `SELECT ${ITEM_COLUMNS} FROM job WHERE state = 'running' ORDER BY due_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { limit: 'int' }, result: ITEM },
);
const WAITING = portable<Record<never, never>, { kind: string; state: string; jobs: number }>(
  'job.waiting_by_kind',
  `SELECT kind, state, COUNT(*) AS jobs FROM job WHERE state IN ('queued', 'parked') GROUP BY kind, state`,
  { params: {}, result: { kind: 'text', state: 'text', jobs: 'int' } },
);
/** Jobs of a kind that ended in the same millisecond are all here; the reader takes one. */
const LAST = portable<{ limit: number }, JobItem>(
  'job.last_by_kind',
  `SELECT ${ITEM_COLUMNS.replaceAll(/\b(?=\w)/g, 'job.')} FROM job JOIN (
       SELECT kind, MAX(ended_at) AS last_at FROM job WHERE ended_at IS NOT NULL GROUP BY kind) newest
     ON job.kind = newest.kind AND job.ended_at = newest.last_at
   ORDER BY job.kind, job.id FETCH FIRST :limit ROWS ONLY`,
  { params: { limit: 'int' }, result: ITEM },
);

/** Jobs from the newest on. */
export function listJobs(db: Db, filter: JobFilter, page: Before & { limit: number }): Promise<JobItem[]> {
  const { kind, state } = filter;
  if (kind !== undefined && state !== undefined) {
    return db.all(LIST_OF_KIND_IN_STATE, { kind, state, ...page });
  }
  if (kind !== undefined) return db.all(LIST_OF_KIND, { kind, ...page });
  if (state !== undefined) return db.all(LIST_IN_STATE, { state, ...page });
  return db.all(LIST, page);
}

/** The newest job of a kind, if there is one. */
export async function newestJob(db: Db, kind: string): Promise<JobItem | undefined> {
  return (await db.all(LIST_OF_KIND, { kind, ...beforeOf(undefined), limit: 1 }))[0];
}

/** The job of an id, if any. */
export function findJobItem(db: Db, id: string): Promise<JobItem | undefined> {
  return db.one(FIND, { id });
}

/** What the list of kinds shows of each: how many wait, which run, and how the last one ended. */
export async function readKindStates(db: Db): Promise<{
  running: JobItem[];
  waiting: { kind: string; state: string; jobs: number }[];
  last: JobItem[];
}> {
  return {
    running: await db.all(RUNNING, { limit: KINDS_MAX }),
    waiting: await db.all(WAITING, {}),
    last: await db.all(LAST, { limit: KINDS_MAX }),
  };
}

/** A job as the API shows it. */
export function presentJob(row: JobItem): Record<string, Json> {
  const { id, kind, state, cause, attempts, restarts, isCancelling, done, total, runResult, errorCode } = row;
  return {
    ...{
      id,
      kind,
      state,
      cause,
      attempts,
      restarts,
      isCancelling,
      done,
      total,
      result: runResult,
      errorCode,
    },
    createdAt: row.createdAt.toISOString(),
    dueAt: row.dueAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
