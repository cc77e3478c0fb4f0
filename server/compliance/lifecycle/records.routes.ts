import { AppError, beforeKey, beforeOf, LIMITS, toPage, type RecordClass } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import type { JobQueue } from '../../platform/jobs/index.ts';
import { readGuard, setScheduled } from './guard.repo.ts';
import { countActiveHolds, countDueHolds } from './hold.repo.ts';
import { APPROVAL_KINDS } from './lifecycle.approvals.ts';
import { LIFECYCLE_JOBS } from './lifecycle.jobs.ts';
import { peopleIn, presentChunk, presentRule, presentRun, presentVersion } from './lifecycle.present.ts';
import * as schemas from './lifecycle.schema.ts';
import type { LifecycleDeps } from './lifecycle.deps.ts';
import type { RecordAction } from './period.rules.ts';
import { listRuleHistory } from './rule.repo.ts';
import type { RuleService } from './rule.service.ts';
import { findNewestRun, findRun, listChunks, listRuns } from './sweep.repo.ts';

/** What the routes of records need. */
export interface RecordRouteDeps extends Pick<LifecycleDeps, 'approvals' | 'accountNames' | 'clock'> {
  rules: RuleService;
  queue: JobQueue;
}

/** Chunks that one answer shows; the manifest in the archive folder names all. */
const CHUNKS_SHOWN_MAX = 500;
const ASK_ERRORS = ['approval.reason_invalid', 'approval.exists', 'approval.limit'] as const;

/** Routes of periods, sweeps, and their reports. */
export function recordRoutes(deps: RecordRouteDeps): AnyRoute[] {
  return [
    overviewRoute(deps),
    historyRoute(deps),
    ruleRoute(deps),
    scheduleRoute(deps),
    clockRoute(deps),
    jobRoute(deps, 'dry-run', LIFECYCLE_JOBS.dryRun),
    jobRoute(deps, 'sweep', LIFECYCLE_JOBS.sweep),
    runsRoute(),
    runRoute(),
  ];
}

function overviewRoute({ rules, clock }: RecordRouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/records',
    summary: 'How long each class of records is kept, and how the sweeps stand.',
    permission: 'record:read',
    audit: 'record.view',
    response: schemas.recordsOverview,
    async handler(tx) {
      const current = await rules.list(tx);
      const guard = await readGuard(tx);
      const newest = async (kind: 'dry' | 'real', state: 'done' | 'running') => {
        const row = await findNewestRun(tx, kind, state);
        return row === undefined ? null : presentRun(row);
      };
      return {
        classes: Object.values(current).map(presentRule),
        sweeps: {
          isScheduled: guard.isScheduled,
          version: guard.version,
          highWaterAt: guard.highWaterAt?.toISOString() ?? null,
          clockSeenAt: guard.clockSeenAt?.toISOString() ?? null,
        },
        holdCount: await countActiveHolds(tx),
        holdsDue: await countDueHolds(tx, clock.now()),
        lastDryRun: await newest('dry', 'done'),
        lastSweep: await newest('real', 'done'),
        running: await newest('real', 'running'),
      };
    },
  });
}

function historyRoute({ accountNames }: RecordRouteDeps): AnyRoute {
  return defineRoute<{ recordClass: RecordClass }>({
    method: 'GET',
    path: '/api/v1/records/rules/:recordClass',
    summary: 'Versions of the rule of a class, the newest first; none while the default holds.',
    permission: 'record:read',
    audit: 'record.view',
    params: schemas.classParams,
    response: schemas.ruleHistory,
    async handler(tx, { params }) {
      const rows = await listRuleHistory(tx, params.recordClass);
      const person = await peopleIn(
        accountNames,
        rows.flatMap(({ changedBy, approvedBy }) => [changedBy, approvedBy]),
      );
      return rows.map((row) => presentVersion(row, person));
    },
  });
}

function ruleRoute({ rules, approvals }: RecordRouteDeps): AnyRoute {
  return defineRoute<
    { recordClass: RecordClass },
    unknown,
    { months: number; action: RecordAction; reason: string }
  >({
    method: 'PUT',
    path: '/api/v1/records/rules/:recordClass',
    summary:
      'Changes how long a class is kept: longer at once, shorter or without archive after an approval.',
    permission: 'record:manage',
    audit: 'record.rule-change',
    params: schemas.classParams,
    body: schemas.ruleBody,
    response: schemas.outcome,
    ifMatch: true,
    errors: ['retention.period_refused', ...ASK_ERRORS],
    async handler(tx, { params, body, version }) {
      const { recordClass } = params;
      const { months, action, reason } = body;
      const change = { recordClass, months, action, version };
      const { isShortening } = await rules.assertPossible(tx, change);
      if (isShortening) {
        const why = { reason, key: recordClass };
        const { id: approvalId } = await approvals.ask(tx, APPROVAL_KINDS.shorten, change, why);
        return { state: 'asked' as const, approvalId };
      }
      const who = { changedBy: tx.context.actor.id, approvedBy: null };
      const rule = await rules.apply(tx, change, who);
      return { state: 'done' as const, version: rule.version };
    },
  });
}

function scheduleRoute({ approvals }: RecordRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, { isOn: boolean; reason: string }>({
    method: 'PUT',
    path: '/api/v1/records/schedule',
    summary: 'Switches sweeps off at once, or on after an approval.',
    permission: 'record:manage',
    audit: 'record.schedule',
    body: schemas.scheduleBody,
    response: schemas.outcome,
    ifMatch: true,
    errors: ASK_ERRORS,
    async handler(tx, { body, version }) {
      const { isOn, reason } = body;
      if (isOn) {
        const why = { reason, key: 'schedule' };
        const { id: approvalId } = await approvals.ask(tx, APPROVAL_KINDS.schedule, { version }, why);
        return { state: 'asked' as const, approvalId };
      }
      if (!(await setScheduled(tx, false, version))) throw new AppError('request.version_stale');
      tx.record({ action: 'record.schedule', outcome: 'ok', details: { isOn: false } });
      return { state: 'done' as const, version: version + 1 };
    },
  });
}

function clockRoute({ approvals, clock }: RecordRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, { reason: string }>({
    method: 'POST',
    path: '/api/v1/records/clock/confirm',
    summary: 'Asks for the confirmation that the clock, which has jumped, is right.',
    permission: 'record:manage',
    audit: 'record.clock-confirm',
    body: schemas.reasonBody,
    response: schemas.outcome,
    errors: ASK_ERRORS,
    async handler(tx, { body }) {
      const params = { seenAt: clock.now().toISOString() };
      const why = { reason: body.reason, key: 'clock' };
      const { id: approvalId } = await approvals.ask(tx, APPROVAL_KINDS.clock, params, why);
      return { state: 'asked' as const, approvalId };
    },
  });
}

function jobRoute({ queue }: RecordRouteDeps, name: 'dry-run' | 'sweep', kind: string): AnyRoute {
  const isSweep = name === 'sweep';
  return defineRoute({
    method: 'POST',
    path: `/api/v1/records/${name}`,
    summary: isSweep ? 'Starts a sweep now, where sweeps are switched on.' : 'Starts a dry run.',
    permission: 'record:manage',
    audit: isSweep ? 'record.sweep-start' : 'record.dry-run',
    response: schemas.queued,
    errors: isSweep ? ['sweep.not_scheduled', 'job.queue_full'] : ['job.queue_full'],
    async handler(tx) {
      if (isSweep && !(await readGuard(tx)).isScheduled) throw new AppError('sweep.not_scheduled');
      const jobId = await queue.enqueue(tx, kind, {}, { key: name });
      const action = isSweep ? ('record.sweep-start' as const) : ('record.dry-run' as const);
      tx.record({ action, outcome: 'ok', target: { type: 'job', id: jobId } });
      return { jobId };
    },
  });
}

function runsRoute(): AnyRoute {
  return defineRoute<unknown, { cursor?: string; limit?: number }>({
    method: 'GET',
    path: '/api/v1/records/runs',
    summary: 'Sweeps and dry runs, the newest first.',
    permission: 'record:read',
    audit: 'record.view',
    query: schemas.runQuery,
    response: schemas.runPage,
    async handler(tx, { query }) {
      const limit = query.limit ?? LIMITS.pageItemsDefault;
      const rows = await listRuns(tx, { before: beforeOf(query.cursor), limit: limit + 1 });
      return toPage(rows, limit, (row) => beforeKey(row.startedAt, row.id), presentRun);
    },
  });
}

function runRoute(): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'GET',
    path: '/api/v1/records/runs/:id',
    summary: 'One run with its first 500 chunks: what went, from when, and the hash of the ids.',
    permission: 'record:read',
    audit: 'record.view',
    response: schemas.runDetail,
    async handler(tx, { params }) {
      const run = await findRun(tx, params.id);
      if (run === undefined) throw new AppError('request.not_found');
      const chunks = await listChunks(tx, run.id, 0, CHUNKS_SHOWN_MAX);
      return { run: presentRun(run), chunks: chunks.map(presentChunk) };
    },
  });
}
