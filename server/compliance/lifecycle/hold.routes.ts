import { beforeKey, beforeOf, LIMITS, toPage, type RecordClass } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import { listHolds } from './hold.repo.ts';
import type { HoldService } from './hold.service.ts';
import { APPROVAL_KINDS } from './lifecycle.approvals.ts';
import { peopleIn, presentHold } from './lifecycle.present.ts';
import * as schemas from './lifecycle.schema.ts';
import type { LifecycleDeps } from './lifecycle.deps.ts';

/** What the routes of holds need. */
export interface HoldRouteDeps extends Pick<LifecycleDeps, 'approvals' | 'accountNames'> {
  holds: HoldService;
}

/** Body of a new hold; times as text. */
interface HoldBody {
  requesterId?: string | null;
  accountId?: string | null;
  ticketId?: string | null;
  recordClass?: RecordClass | null;
  fromAt?: string | null;
  toAt?: string | null;
  reason: string;
  authority: string;
}

/** Routes of legal holds. */
export function holdRoutes(deps: HoldRouteDeps): AnyRoute[] {
  return [listRoute(deps), placeRoute(deps), viewRoute(deps), releaseRoute(deps)];
}

function listRoute({ accountNames }: HoldRouteDeps): AnyRoute {
  return defineRoute<unknown, { state?: 'active' | 'released'; cursor?: string; limit?: number }>({
    method: 'GET',
    path: '/api/v1/holds',
    summary: 'Legal holds in force, or released ones, the newest first; without their reasons.',
    permission: 'record:read',
    audit: 'hold.list',
    query: schemas.holdQuery,
    response: schemas.holdPage,
    async handler(tx, { query }) {
      const limit = query.limit ?? LIMITS.pageItemsDefault;
      const isActive = query.state !== 'released';
      const rows = await listHolds(tx, { isActive, before: beforeOf(query.cursor), limit: limit + 1 });
      const page = toPage(
        rows,
        limit,
        (row) => beforeKey(row.placedAt, row.id),
        (row) => row,
      );
      const people = page.items.flatMap(({ placedBy, releasedBy, approvedBy }) => [
        placedBy,
        releasedBy,
        approvedBy,
      ]);
      const person = await peopleIn(accountNames, people);
      return { ...page, items: page.items.map((row) => presentHold(row, person)) };
    },
  });
}

function placeRoute({ holds, accountNames }: HoldRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, HoldBody>({
    method: 'POST',
    path: '/api/v1/holds',
    summary: 'Places a legal hold; what it covers is removed by nobody until two people release it.',
    permission: 'record:manage',
    audit: 'hold.place',
    body: schemas.holdBody,
    response: schemas.holdDetail,
    status: 201,
    idempotent: true,
    errors: ['hold.scope_empty', 'hold.period_invalid', 'hold.subject_unknown', 'hold.limit'],
    async handler(tx, { body }) {
      const { requesterId, accountId, ticketId, recordClass, fromAt, toAt, reason, authority } = body;
      const row = await holds.place(tx, {
        ...{ requesterId: requesterId ?? null, accountId: accountId ?? null, ticketId: ticketId ?? null },
        recordClass: recordClass ?? null,
        fromAt: fromAt ? new Date(fromAt) : null,
        toAt: toAt ? new Date(toAt) : null,
        ...{ reason, authority },
      });
      return { ...presentHold(row, await peopleIn(accountNames, [row.placedBy])), reason, authority };
    },
  });
}

function viewRoute({ holds, accountNames }: HoldRouteDeps): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'GET',
    path: '/api/v1/holds/:id',
    summary: 'One hold with its reason and the authority that asked for it.',
    permission: 'record:read',
    audit: 'hold.view',
    response: schemas.holdDetail,
    async handler(tx, { params }) {
      const row = await holds.get(tx, params.id);
      const person = await peopleIn(accountNames, [row.placedBy, row.releasedBy, row.approvedBy]);
      tx.record({ action: 'hold.view', outcome: 'ok', target: { type: 'hold', id: row.id } });
      return { ...presentHold(row, person), ...(await holds.open(row)) };
    },
  });
}

function releaseRoute({ holds, approvals }: HoldRouteDeps): AnyRoute {
  return defineRoute<{ id: string }, unknown, { reason: string }>({
    method: 'POST',
    path: '/api/v1/holds/:id/release',
    summary: 'Asks for the release of a hold; another person, not the one who placed it, approves.',
    permission: 'record:manage',
    audit: 'hold.release',
    body: schemas.reasonBody,
    response: schemas.outcome,
    ifMatch: true,
    errors: ['hold.state_refused', 'approval.reason_invalid', 'approval.exists', 'approval.limit'],
    async handler(tx, { params, body, version }) {
      const target = { id: params.id, version };
      await holds.assertReleasable(tx, target);
      const why = { reason: body.reason, key: params.id };
      const { id: approvalId } = await approvals.ask(tx, APPROVAL_KINDS.release, target, why);
      return { state: 'asked' as const, approvalId };
    },
  });
}
