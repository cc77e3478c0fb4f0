import { col, defineEntity, type Json, type RowOf } from '../persistence/index.ts';

/** When each scheduled kind runs next. */
export const jobScheduleEntity = defineEntity(
  'job_schedule',
  {
    kind: col.text(64),
    cron: col.text(200).optional(),
    isEnabled: col.flag(),
    nextAt: col.instant(),
    changedBy: col.text(64).optional(),
    changedAt: col.instant(),
    version: col.int(),
  },
  { primaryKey: ['kind'] },
);

/** Row of `job_schedule`. `cron` is null while the program's default holds. */
export type JobScheduleRow = RowOf<typeof jobScheduleEntity>;

/** Waiting, running, and ended jobs. */
export const jobEntity = defineEntity(
  'job',
  {
    id: col.uuid(),
    kind: col.text(64),
    state: col.text(16),
    cause: col.text(16),
    jobKey: col.text(128).optional(),
    openKey: col.text(200).optional(),
    params: col.json(),
    dueAt: col.instant(),
    createdAt: col.instant(),
    actorType: col.text(16),
    actorId: col.text(64),
    attempts: col.int(),
    restarts: col.int(),
    claim: col.uuid().optional(),
    claimedUntil: col.instant().optional(),
    isCancelling: col.flag(),
    startedAt: col.instant().optional(),
    endedAt: col.instant().optional(),
    runState: col.json<Json>().optional(),
    done: col.int().optional(),
    total: col.int().optional(),
    runResult: col.json<Json>().optional(),
    errorCode: col.text(60).optional(),
  },
  { primaryKey: ['id'] },
);

/** Row of `job`. */
export type JobRow = RowOf<typeof jobEntity>;
