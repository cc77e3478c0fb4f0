import {
  AppError,
  beforeKey,
  beforeOf,
  LIMITS,
  toPage,
  type Clock,
  type TimeZone,
} from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../http/index.ts';
import type { Db, Tx } from '../persistence/index.ts';
import { nextFiring, parseCron } from './cron.ts';
import type { JobScheduleRow } from './job.entity.ts';
import { addJob, createJobQueue, type QueueDeps } from './job.queue.ts';
import { KINDS_MAX, SCHEDULE_OF_KIND, SCHEDULE_SET, SCHEDULES } from './job.repo.ts';
import type { AnyJobKind } from './job.rules.ts';
import { cronOf, SCHEDULED_KEY } from './job.scheduler.ts';
import * as schemas from './job.schema.ts';
import { findJobItem, listJobs, presentJob, readKindStates, type JobFilter } from './job.view.ts';

/** What the routes need. */
export interface JobRouteDeps extends QueueDeps {
  clock: Clock;
  kinds: ReadonlyMap<string, AnyJobKind>;
  zone: TimeZone;
}

/** Times of an expression that the preview shows. */
const PREVIEW_TIMES = 5;

interface ScheduleChange {
  cron: string | null;
  isEnabled: boolean;
}

/** Routes of the jobs page. */
export function jobRoutes(deps: JobRouteDeps): AnyRoute[] {
  return [...readingRoutes(deps), ...scheduleRoutes(deps), ...actRoutes(deps)];
}

function readingRoutes(deps: JobRouteDeps): AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/job-kinds',
      summary: 'Kinds of background jobs: schedule, what runs, and how the last run ended.',
      permission: 'job:read',
      audit: { none: 'The page asks every few seconds; it shows counts and times of the machine.' },
      response: schemas.kindList,
      handler: async (tx) => ({ timeZone: deps.zone.name, items: await presentKinds(tx, deps) }),
    }),
    defineRoute<unknown, JobFilter & { cursor?: string; limit?: number }>({
      method: 'GET',
      path: '/api/v1/jobs',
      summary: 'Jobs, the newest first; of a kind, in a state.',
      permission: 'job:read',
      audit: 'job.list',
      query: schemas.jobQuery,
      response: schemas.jobPage,
      async handler(tx, { query }) {
        const limit = query.limit ?? LIMITS.pageItemsDefault;
        const rows = await listJobs(tx, query, { ...beforeOf(query.cursor), limit: limit + 1 });
        return toPage(rows, limit, (row) => beforeKey(row.createdAt, row.id), presentJob);
      },
    }),
    defineRoute<{ id: string }>({
      method: 'GET',
      path: '/api/v1/jobs/:id',
      summary: 'One job with its progress.',
      permission: 'job:read',
      audit: { none: 'The page follows the progress of a run every few seconds.' },
      response: schemas.job,
      async handler(tx, { params }) {
        const row = await findJobItem(tx, params.id);
        if (row === undefined) throw new AppError('request.not_found');
        return presentJob(row);
      },
    }),
  ];
}

function scheduleRoutes(deps: JobRouteDeps): AnyRoute[] {
  return [
    defineRoute<unknown, { cron: string }>({
      method: 'GET',
      path: '/api/v1/job-schedule-preview',
      summary: 'The next times at which an expression would fire.',
      permission: 'job:read',
      audit: { none: 'Arithmetic on what was typed.' },
      query: schemas.previewQuery,
      response: schemas.preview,
      errors: ['job.cron_invalid', 'job.cron_never'],
      handler: async (_tx, { query }) => ({ timeZone: deps.zone.name, next: previewOf(query.cron, deps) }),
    }),
    defineRoute<{ kind: string }, unknown, ScheduleChange>({
      method: 'PUT',
      path: '/api/v1/job-kinds/:kind/schedule',
      summary: 'Sets when a kind of job runs, or pauses it.',
      permission: 'job:run',
      audit: 'job.schedule',
      params: schemas.kindParams,
      body: schemas.scheduleChange,
      response: schemas.schedule,
      ifMatch: true,
      errors: ['job.cron_invalid', 'job.cron_never', 'job.unscheduled'],
      handler: (tx, { params, body, version }, { actor }) =>
        setSchedule(tx, { kind: kindOf(deps, params.kind), change: body, version, by: actor.id }, deps),
    }),
  ];
}

function actRoutes(deps: JobRouteDeps): AnyRoute[] {
  const queue = createJobQueue(deps);
  return [
    defineRoute<{ kind: string }>({
      method: 'POST',
      path: '/api/v1/job-kinds/:kind/runs',
      summary: 'Runs a scheduled kind now; gives the open job when one is waiting or running.',
      permission: 'job:run',
      audit: 'job.run',
      params: schemas.kindParams,
      response: schemas.made,
      status: 202,
      idempotent: true,
      errors: ['job.unscheduled', 'job.queue_full'],
      async handler(tx, { params }) {
        const kind = kindOf(deps, params.kind);
        // A kind that runs on demand only needs parameters, which only its own module can name.
        if (kind.schedule === undefined) throw new AppError('job.unscheduled');
        const job = {
          kind: kind.kind,
          params: {},
          cause: 'person' as const,
          options: { key: SCHEDULED_KEY },
        };
        const id = await addJob(tx, job, deps);
        tx.record({
          ...{ action: 'job.run', outcome: 'ok', target: { type: 'job', id } },
          details: { kind: kind.kind },
        });
        return { id };
      },
    }),
    ...(['cancel', 'retry'] as const).map((act) =>
      defineRoute<{ id: string }>({
        method: 'POST',
        path: `/api/v1/jobs/:id/${act}`,
        summary:
          act === 'cancel'
            ? 'Cancels a job: a waiting one at once, a running one at its next checkpoint.'
            : 'Runs a failed or cancelled job again, from its last checkpoint.',
        permission: 'job:run',
        audit: `job.${act}`,
        response: schemas.noAnswer,
        status: 204,
        errors: ['job.state_refused', 'job.already_open'],
        handler: (tx, { params }) => queue[act](tx, params.id),
      }),
    ),
  ];
}

function kindOf(deps: JobRouteDeps, name: string): AnyJobKind {
  const kind = deps.kinds.get(name);
  if (kind === undefined) throw new AppError('request.not_found');
  return kind;
}

function previewOf(text: string, { clock, zone }: JobRouteDeps): string[] {
  const cron = parseCron(text);
  let at = clock.now();
  return Array.from({ length: PREVIEW_TIMES }, () => {
    at = nextFiring(cron, zone, at);
    return at.toISOString();
  });
}

async function setSchedule(
  tx: Tx,
  { kind, change, version, by }: { kind: AnyJobKind; change: ScheduleChange; version: number; by: string },
  deps: JobRouteDeps,
): Promise<Record<string, unknown>> {
  if (kind.schedule === undefined) throw new AppError('job.unscheduled');
  const now = deps.clock.now();
  const cron = change.cron === null ? null : parseCron(change.cron).text;
  const row = {
    ...{ kind: kind.kind, cron, isEnabled: change.isEnabled, changedBy: by, changedAt: now },
    nextAt: nextFiring(cronOf(kind, { cron }), deps.zone, now),
    version: version + 1,
  };
  const known = await tx.one(SCHEDULE_OF_KIND, { kind: kind.kind });
  if (known === undefined) throw new AppError('request.not_found');
  if ((await tx.run(SCHEDULE_SET, { ...row, whereKind: kind.kind, whereVersion: version })) === 0) {
    throw new AppError('request.version_stale');
  }
  tx.record({
    ...{ action: 'job.schedule', outcome: 'ok', target: { type: 'job-kind', id: kind.kind } },
    fields: ['cron', 'isEnabled'],
    details: { cron: cron ?? kind.schedule, isEnabled: change.isEnabled },
  });
  tx.afterCommit(deps.nudge);
  return presentSchedule(kind, row);
}

function presentSchedule(kind: AnyJobKind, row: JobScheduleRow): Record<string, unknown> {
  return {
    cron: row.cron ?? kind.schedule,
    defaultCron: kind.schedule,
    isEnabled: row.isEnabled,
    nextAt: row.isEnabled ? row.nextAt.toISOString() : null,
    version: row.version,
  };
}

async function presentKinds(db: Db, { kinds }: JobRouteDeps): Promise<Record<string, unknown>[]> {
  const schedules = new Map((await db.all(SCHEDULES, { limit: KINDS_MAX })).map((row) => [row.kind, row]));
  const { running, waiting, last } = await readKindStates(db);
  const countOf = (kind: string, state: string) =>
    waiting.find((row) => row.kind === kind && row.state === state)?.jobs ?? 0;
  const unknown = waiting.map(({ kind }) => kind).filter((kind) => !kinds.has(kind));
  return [...new Set([...[...kinds.keys()].sort(), ...unknown])].map((name) => {
    const kind = kinds.get(name);
    const row = schedules.get(name);
    const lastRun = last.find((job) => job.kind === name);
    return {
      kind: name,
      title: kind?.title ?? { zh: name, en: name },
      isKnown: kind !== undefined,
      schedule: kind?.schedule === undefined || row === undefined ? null : presentSchedule(kind, row),
      waiting: countOf(name, 'queued'),
      parked: countOf(name, 'parked'),
      running: running.filter((job) => job.kind === name).map(presentJob),
      last: lastRun === undefined ? null : presentJob(lastRun),
    };
  });
}
