import { insertIfFree, portable, select, update, type Db, type Json } from '../persistence/index.ts';
import { jobEntity, jobScheduleEntity } from './job.entity.ts';

/** A new job; nothing when its id exists or its key is open. */
export const JOB_ADD = insertIfFree(jobEntity, 'job.add', ['id', 'openKey']);
export const JOB_BY_ID = select(jobEntity, { name: 'job.by_id', where: ['id'] });
export const JOB_OPEN = select(jobEntity, { name: 'job.open_of_key', where: ['openKey'] });
/** Waiting jobs of a kind, counted no further than `limit`. */
export const WAITING_COUNT = portable<{ kind: string; limit: number }, { waiting: number }>(
  'job.waiting_count',
  `SELECT COUNT(*) AS waiting FROM (
     SELECT id FROM job WHERE state = 'queued' AND kind = :kind FETCH FIRST :limit ROWS ONLY) first_ones`,
  { params: { kind: 'text', limit: 'int' }, result: { waiting: 'int' } },
);
/** Kinds that have something to do. */
export const DUE_KINDS = portable<{ now: Date }, { kind: string }>(
  'job.due_kinds',
  `SELECT DISTINCT kind FROM job WHERE state = 'queued' AND due_at <= :now`,
  { params: { now: 'instant' }, result: { kind: 'text' } },
);
export const DUE_OF_KIND = portable<{ kind: string; now: Date; limit: number }, { id: string }>(
  'job.due_of_kind',
  `SELECT id FROM job WHERE state = 'queued' AND kind = :kind AND due_at <= :now
   ORDER BY due_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { kind: 'text', now: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
export const JOB_CLAIM = portable<{ id: string; claim: string; claimedUntil: Date; now: Date }>(
  'job.claim',
  `UPDATE job SET state = 'running', claim = :claim, claimed_until = :claimedUntil, started_at = :now
   WHERE id = :id AND state = 'queued'`,
  { params: { id: 'uuid', claim: 'uuid', claimedUntil: 'instant', now: 'instant' } },
);
/** Runs whose process fell silent; a claim far ahead was made by a clock that has been set back since. */
export const JOBS_LOST = portable<{ now: Date; ahead: Date; limit: number }, { id: string }>(
  'job.lost',
  `SELECT id FROM job WHERE state = 'running' AND (claimed_until < :now OR claimed_until > :ahead)
   ORDER BY due_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { now: 'instant', ahead: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
export const JOB_RENEW = update(jobEntity, {
  name: 'job.renew',
  set: ['claimedUntil'],
  where: ['id', 'claim'],
});
export const JOBS_CLAIMED = select(jobEntity, {
  name: 'job.claimed',
  whereIn: 'id',
  and: "state = 'running'",
});
export const JOB_CHECKPOINT = update(jobEntity, {
  name: 'job.checkpoint',
  set: ['runState', 'done', 'total', 'claimedUntil'],
  where: ['id', 'claim'],
  and: 'is_cancelling = 0',
});
export const JOB_END = portable<{
  id: string;
  claim: string;
  state: string;
  attempts: number;
  runResult: Json | null;
  errorCode: string | null;
  now: Date;
}>(
  'job.end',
  `UPDATE job SET state = :state, attempts = :attempts, run_result = :runResult, error_code = :errorCode,
     ended_at = :now, open_key = NULL, claim = NULL, claimed_until = NULL, is_cancelling = 0
   WHERE id = :id AND claim = :claim`,
  {
    params: {
      id: 'uuid',
      claim: 'uuid',
      state: 'text',
      attempts: 'int',
      runResult: 'json',
      errorCode: 'text',
      now: 'instant',
    },
  },
);
export const JOB_REQUEUE = portable<{
  id: string;
  claim: string;
  attempts: number;
  restarts: number;
  errorCode: string | null;
  dueAt: Date;
}>(
  'job.requeue',
  `UPDATE job SET state = 'queued', attempts = :attempts, restarts = :restarts, error_code = :errorCode,
     due_at = :dueAt, claim = NULL, claimed_until = NULL WHERE id = :id AND claim = :claim`,
  {
    params: {
      id: 'uuid',
      claim: 'uuid',
      attempts: 'int',
      restarts: 'int',
      errorCode: 'text',
      dueAt: 'instant',
    },
  },
);
export const JOB_CANCEL_WAITING = portable<{ id: string; now: Date }>(
  'job.cancel_waiting',
  `UPDATE job SET state = 'cancelled', ended_at = :now, open_key = NULL
   WHERE id = :id AND state IN ('queued', 'parked')`,
  { params: { id: 'uuid', now: 'instant' } },
);
export const JOB_CANCEL_RUNNING = portable<{ id: string }>(
  'job.cancel_running',
  "UPDATE job SET is_cancelling = 1 WHERE id = :id AND state = 'running'",
  { params: { id: 'uuid' } },
);
export const JOB_RETRY = portable<{ id: string; openKey: string | null; now: Date }>(
  'job.retry',
  `UPDATE job SET state = 'queued', attempts = 0, restarts = 0, due_at = :now, ended_at = NULL,
     error_code = NULL, open_key = :openKey WHERE id = :id AND state IN ('failed', 'cancelled')`,
  { params: { id: 'uuid', openKey: 'text', now: 'instant' } },
);
export const JOBS_PARK = portable<{ kind: string }>(
  'job.park',
  "UPDATE job SET state = 'parked' WHERE state = 'queued' AND kind = :kind",
  { params: { kind: 'text' } },
);
export const JOBS_UNPARK = portable<{ kindList: string[] }>(
  'job.unpark',
  "UPDATE job SET state = 'queued' WHERE state = 'parked' AND kind IN (:kindList...)",
  { params: { kindList: 'text' } },
);

/** A schedule of its own for a kind, at its first start. */
export const SCHEDULE_ADD = insertIfFree(jobScheduleEntity, 'job_schedule.add', ['kind']);
/** More kinds than these are a fault of the program. */
export const KINDS_MAX = 500;
export const SCHEDULES = select(jobScheduleEntity, {
  name: 'job_schedule.all',
  orderBy: [['kind', 'asc']],
  limit: true,
});
const SCHEDULES_OF = portable<{ kindList: readonly string[] }, { kind: string; nextAt: Date }>(
  'job_schedule.next_of',
  'SELECT kind, next_at FROM job_schedule WHERE is_enabled = 1 AND kind IN (:kindList...) ORDER BY kind',
  { params: { kindList: 'text' }, result: { kind: 'text', nextAt: 'instant' } },
);
/** When each of these kinds runs next by its schedule; absent where none is switched on. */
export async function nextRuns(db: Db, kinds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  const rows = await db.all(SCHEDULES_OF, { kindList: kinds });
  return new Map(rows.map(({ kind, nextAt }) => [kind, nextAt]));
}
export const SCHEDULE_OF_KIND = select(jobScheduleEntity, { name: 'job_schedule.of_kind', where: ['kind'] });
/** Moves a schedule on, once: a second process finds `nextAt` changed. */
export const SCHEDULE_ADVANCE = update(jobScheduleEntity, {
  name: 'job_schedule.advance',
  set: ['nextAt'],
  where: ['kind', 'nextAt'],
});
export const SCHEDULE_SET = update(jobScheduleEntity, {
  name: 'job_schedule.set',
  set: ['cron', 'isEnabled', 'nextAt', 'changedBy', 'changedAt', 'version'],
  where: ['kind', 'version'],
});

/** Ended jobs of a kind from the oldest on. */
export const ENDED_BEFORE = portable<{ kind: string; before: Date; limit: number }, { id: string }>(
  'job.ended_before',
  `SELECT id FROM job WHERE kind = :kind AND ended_at < :before
   ORDER BY ended_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { kind: 'text', before: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
/** When the newest ended jobs of a kind ended. */
export const ENDED_NEWEST = portable<{ kind: string; limit: number }, { endedAt: Date }>(
  'job.ended_newest',
  `SELECT ended_at FROM job WHERE kind = :kind AND ended_at IS NOT NULL
   ORDER BY ended_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
  { params: { kind: 'text', limit: 'int' }, result: { endedAt: 'instant' } },
);
export const ENDED_KINDS = portable<{ limit: number }, { kind: string }>(
  'job.ended_kinds',
  `SELECT DISTINCT kind FROM job WHERE ended_at IS NOT NULL ORDER BY kind FETCH FIRST :limit ROWS ONLY`,
  { params: { limit: 'int' }, result: { kind: 'text' } },
);
export const JOBS_REMOVE = portable<{ idList: string[] }>(
  'job.remove',
  'DELETE FROM job WHERE ended_at IS NOT NULL AND id IN (:idList...)',
  { params: { idList: 'uuid' } },
);
