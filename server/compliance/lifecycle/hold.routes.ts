import { beforeKey, beforeOf, LIMITS, toPage, type RecordClass } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import { listHolds } from './hold.repo.ts';
import type { HoldService } from './hold.service.ts';
import { askConfirmation, HOLD_APPROVALS, placeAsked } from './hold.approvals.ts';
import { peopleIn, presentHold } from './lifecycle.present.ts';
import * as schemas from './lifecycle.schema.ts';
import type { LegalHoldRow } from './lifecycle.entity.ts';
import type { LifecycleDeps } from './lifecycle.deps.ts';

/** What the routes of holds need. */
export interface HoldRouteDeps extends Pick<LifecycleDeps, 'approvals' | 'accountNames' | 'clock'> {
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
  endsAt: string;
}

const ASK_ERRORS = ['approval.reason_invalid', 'approval.exists', 'approval.limit'] as const;

/** Routes of legal holds. */
export function holdRoutes(deps: HoldRouteDeps): AnyRoute[] {
  return [
    listRoute(deps),
    placeRoute(deps),
    viewRoute(deps),
    confirmRoute(deps),
    extendRoute(deps),
    releaseRoute(deps),
  ];
}

function listRoute({ accountNames, clock }: HoldRouteDeps): AnyRoute {
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
      const person = await peopleIn(accountNames, page.items.flatMap(peopleOf));
      const now = clock.now();
      return { ...page, items: page.items.map((row) => presentHold(row, person, now)) };
    },
  });
}

function placeRoute(deps: HoldRouteDeps): AnyRoute {
  const { accountNames, clock } = deps;
  return defineRoute<unknown, unknown, HoldBody>({
    method: 'POST',
    path: '/api/v1/holds',
    summary:
      'Places a legal hold, in force at once, and asks a second person to confirm it; only two people end it.',
    permission: 'record:manage',
    audit: 'hold.place',
    body: schemas.holdBody,
    response: schemas.holdDetail,
    status: 201,
    idempotent: true,
    errors: [
      ...(['hold.scope_empty', 'hold.period_invalid', 'hold.end_invalid', 'hold.subject_unknown'] as const),
      ...(['hold.limit', 'approval.limit'] as const),
    ],
    async handler(tx, { body }) {
      const { requesterId, accountId, ticketId, recordClass, fromAt, toAt, reason, authority } = body;
      const row = await placeAsked(tx, deps, {
        ...{ requesterId: requesterId ?? null, accountId: accountId ?? null, ticketId: ticketId ?? null },
        recordClass: recordClass ?? null,
        fromAt: fromAt ? new Date(fromAt) : null,
        toAt: toAt ? new Date(toAt) : null,
        ...{ reason, authority, endsAt: new Date(body.endsAt) },
      });
      const person = await peopleIn(accountNames, [row.placedBy]);
      return { ...presentHold(row, person, clock.now()), reason, authority };
    },
  });
}

function viewRoute({ holds, accountNames, clock }: HoldRouteDeps): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'GET',
    path: '/api/v1/holds/:id',
    summary: 'One hold with its reason and the authority that asked for it.',
    permission: 'record:read',
    audit: 'hold.view',
    response: schemas.holdDetail,
    async handler(tx, { params }) {
      const row = await holds.get(tx, params.id);
      const person = await peopleIn(accountNames, peopleOf(row));
      tx.record({ action: 'hold.view', outcome: 'ok', target: { type: 'hold', id: row.id } });
      return { ...presentHold(row, person, clock.now()), ...(await holds.open(row)) };
    },
  });
}

function peopleOf({ placedBy, confirmedBy, releasedBy, approvedBy }: LegalHoldRow): (string | null)[] {
  return [placedBy, confirmedBy, releasedBy, approvedBy];
}

function confirmRoute({ holds, approvals }: HoldRouteDeps): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'POST',
    path: '/api/v1/holds/:id/confirm',
    summary: 'Asks once more for the second person of a hold that nobody has confirmed.',
    permission: 'record:manage',
    audit: 'hold.confirm',
    response: schemas.outcome,
    errors: ['hold.state_refused', 'approval.exists', 'approval.limit'],
    async handler(tx, { params }) {
      const row = await holds.assertConfirmable(tx, params.id);
      const { id: approvalId } = await askConfirmation(tx, { approvals }, row);
      return { state: 'asked' as const, approvalId };
    },
  });
}

function extendRoute({ holds, approvals }: HoldRouteDeps): AnyRoute {
  return defineRoute<{ id: string }, unknown, { endsAt: string; reason: string }>({
    method: 'POST',
    path: '/api/v1/holds/:id/extend',
    summary: 'Asks for a later planned end of a hold; another person approves.',
    permission: 'record:manage',
    audit: 'hold.extend',
    body: schemas.holdExtension,
    response: schemas.outcome,
    ifMatch: true,
    errors: ['hold.state_refused', 'hold.end_invalid', ...ASK_ERRORS],
    async handler(tx, { params: { id }, body, version }) {
      await holds.assertExtendable(tx, { id, version, endsAt: new Date(body.endsAt) });
      const wish = { id, version, endsAt: body.endsAt };
      const why = { reason: body.reason, key: id };
      const { id: approvalId } = await approvals.ask(tx, HOLD_APPROVALS.extend, wish, why);
      return { state: 'asked' as const, approvalId };
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
    errors: ['hold.state_refused', ...ASK_ERRORS],
    async handler(tx, { params, body, version }) {
      const target = { id: params.id, version };
      await holds.assertReleasable(tx, target);
      const why = { reason: body.reason, key: params.id };
      const { id: approvalId } = await approvals.ask(tx, HOLD_APPROVALS.release, target, why);
      return { state: 'asked' as const, approvalId };
    },
  });
}
