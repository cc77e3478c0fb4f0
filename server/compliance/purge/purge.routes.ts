import { LIMITS } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import { newestJob, type JobItem } from '../../platform/jobs/index.ts';
import type { AuditPurgeRow, Db } from '../../platform/persistence/index.ts';
import { peopleIn } from '../lifecycle/lifecycle.present.ts';
import type { AccountNames } from '../ports.ts';
import { currentPeriods, type CurrentPeriod } from './period.repo.ts';
import type { PeriodService } from './period.service.ts';
import type { PurgeRequests, PurgeWish } from './purge.approvals.ts';
import { archiveState } from './purge.archive.ts';
import { PURGE_JOB, PURGE_PLAN_JOB } from './purge.job.ts';
import { listPurges } from './purge.repo.ts';
import { PURGE_RULES, type KeepDays } from './purge.rules.ts';
import * as schemas from './purge.schema.ts';

/** What the routes of purging need. */
export interface PurgeRouteDeps {
  requests: PurgeRequests;
  periods: PeriodService;
  keepDays: KeepDays;
  accountNames: AccountNames;
  /** Folder of the archives of what was purged. */
  archiveRoot: string;
}

const ASK_ERRORS = ['approval.reason_invalid', 'approval.exists', 'approval.limit'] as const;

/** Routes about what of the trail was purged, and asking for more. */
export function purgeRoutes(deps: PurgeRouteDeps): AnyRoute[] {
  return [listRoute(deps), askRoute(deps), planRoute(deps), periodRoute(deps)];
}

function listRoute(deps: PurgeRouteDeps): AnyRoute {
  return defineRoute<unknown, { cursor?: string; limit?: number }>({
    method: 'GET',
    path: '/api/v1/audit/purges',
    summary:
      'How long each class of entries is kept, how far a purge is, and what was purged, the newest first.',
    permission: 'record:read',
    audit: 'audit.read',
    query: schemas.purgeQuery,
    response: schemas.purgePage,
    async handler(tx, { query }) {
      const limit = query.limit ?? LIMITS.pageItemsDefault;
      const before = query.cursor === undefined ? undefined : Number(query.cursor);
      const rows = await listPurges(tx, before, limit + 1);
      const items = rows.slice(0, limit);
      const person = await peopleIn(
        deps.accountNames,
        items.flatMap(({ requestedBy, approvedBy }) => [requestedBy, approvedBy]),
      );
      const periods = await currentPeriods(tx, deps.keepDays);
      return {
        floorDays: PURGE_RULES.floorDays,
        keepDays: Object.fromEntries(periods.map(({ entryClass, keepDays }) => [entryClass, keepDays])),
        periods: periods.map(presentPeriod),
        plan: await presentJob(tx, PURGE_PLAN_JOB),
        run: await presentJob(tx, PURGE_JOB),
        items: await Promise.all(
          items.map(async (row) => ({
            ...present(row, person),
            archive: await archiveState(deps.archiveRoot, row),
          })),
        ),
        ...(rows.length > limit ? { nextCursor: String(items.at(-1)!.purgeNo) } : {}),
      };
    },
  });
}

function presentPeriod({ entryClass, keepDays, version, changedAt }: CurrentPeriod) {
  return { entryClass, keepDays, version, changedAt: changedAt?.toISOString() ?? null };
}

async function presentJob(db: Db, kind: string) {
  const job: JobItem | undefined = await newestJob(db, kind);
  if (job === undefined) return null;
  const { id, state, createdAt, endedAt, done, total, runResult, errorCode } = job;
  return {
    ...{ id, state, done, total, errorCode, result: runResult ?? {} },
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

function present(row: AuditPurgeRow, person: (id: string) => { id: string; name: string }) {
  const { purgeNo, fromSeal, toSeal, fromSize, toSize, archiveName } = row;
  return {
    ...{ purgeNo, fromSeal, toSeal, entries: toSize - fromSize, archiveName },
    root: row.root.toString('hex'),
    archiveSha256: row.archiveDigest.toString('hex'),
    requestedBy: person(row.requestedBy),
    approvedBy: person(row.approvedBy),
    untilAt: row.untilAt.toISOString(),
    decidedAt: row.decidedAt.toISOString(),
  };
}

function askRoute({ requests }: PurgeRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, { before: string; reason: string }>({
    method: 'POST',
    path: '/api/v1/audit/purges',
    summary: 'Asks for a purge of entries before an instant; it happens once another person approved it.',
    permission: 'record:manage',
    audit: 'audit.purge',
    body: schemas.purgeBody,
    response: schemas.purgeAsked,
    errors: ['audit.purge_period', ...ASK_ERRORS],
    async handler(tx, { body }) {
      const { id: approvalId } = await requests.ask(tx, { before: body.before }, body.reason);
      return { state: 'asked' as const, approvalId };
    },
  });
}

function planRoute({ requests }: PurgeRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, PurgeWish>({
    method: 'POST',
    path: '/api/v1/audit/purges/dry-run',
    summary: 'Looks in the background what a purge of entries before an instant would take; changes nothing.',
    permission: 'record:manage',
    audit: 'audit.purge-plan',
    body: schemas.planBody,
    response: schemas.planAsked,
    errors: ['audit.purge_period', 'job.queue_full'],
    async handler(tx, { body }) {
      return { jobId: (await requests.dryRun(tx, body)).id };
    },
  });
}

function periodRoute({ periods }: PurgeRouteDeps): AnyRoute {
  return defineRoute<{ entryClass: string }, unknown, { keepDays: number; reason: string }>({
    method: 'PUT',
    path: '/api/v1/audit/periods/:entryClass',
    summary: 'Changes how long a class of entries is kept: longer at once, shorter after an approval.',
    permission: 'record:manage',
    audit: 'audit.period',
    params: schemas.periodParams,
    body: schemas.periodBody,
    response: schemas.periodOutcome,
    ifMatch: true,
    errors: ['audit.period_refused', ...ASK_ERRORS],
    handler: (tx, { params: { entryClass }, body, version }) =>
      periods.change(tx, { entryClass, keepDays: body.keepDays, version }, body.reason),
  });
}
