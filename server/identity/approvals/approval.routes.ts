import { beforeKey, beforeOf, LIMITS, toPage, type Clock } from '../../kernel/index.ts';
import { defineRoute, Refusal, type AnyRoute, type RequestContext } from '../../platform/http/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { namesOfActors } from '../account.repo.ts';
import type { ApprovalRow } from './approval.entity.ts';
import { stateAt, withdrawRefusal } from './approval.rules.ts';
import * as schemas from './approval.schema.ts';
import type { ApprovalService, Viewer } from './approval.service.ts';
import { countWaiting, listApprovals, type ApprovalList } from './approval.view.ts';

/** What the routes of approvals need. */
export interface ApprovalRouteDeps {
  clock: Clock;
  approvals: ApprovalService;
}

interface ById {
  id: string;
}

/**
 * Approvals. Every signed-in account may ask for the lists: they hold what the account may approve, what it asked for
 * itself, and for the audit administrator everything.
 */
export function approvalRoutes(deps: ApprovalRouteDeps): AnyRoute[] {
  return [
    listRoute(deps),
    waitingRoute(deps),
    readRoute(deps),
    approveRoute(deps),
    rejectRoute(deps),
    withdrawRoute(deps),
  ];
}

const viewerOf = ({ actor, permissions }: RequestContext): Viewer => ({ id: actor.id, permissions });

/** Rows with the names of their people; one query for all of them. */
async function present(
  deps: ApprovalRouteDeps,
  db: Db,
  rows: readonly ApprovalRow[],
  viewer: Viewer,
): Promise<Record<string, unknown>[]> {
  const now = deps.clock.now();
  const ids = rows.flatMap(({ requestedById, decidedById }) => [requestedById, decidedById ?? '']);
  const names = await namesOfActors(db, ids);
  const person = (id: string) => ({ id, name: names.get(id) ?? id });
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    title: deps.approvals.titleOf(row.kind),
    state: stateAt(row, now),
    reason: row.reason,
    requestedBy: person(row.requestedById),
    requestedAt: row.requestedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    decidedBy: row.decidedById === null ? null : person(row.decidedById),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    note: row.note,
    canDecide: deps.approvals.refusalOf(row, viewer) === undefined,
    canWithdraw: withdrawRefusal(row, viewer.id, now) === undefined,
    version: row.version,
  }));
}

async function presentOne(
  deps: ApprovalRouteDeps,
  tx: Tx,
  row: ApprovalRow,
  viewer: Viewer,
): Promise<Record<string, unknown>> {
  const [item] = await present(deps, tx, [row], viewer);
  return { ...item, ...(await deps.approvals.describe(tx, row)) };
}

function listRoute(deps: ApprovalRouteDeps): AnyRoute {
  return defineRoute<unknown, { list: ApprovalList; cursor?: string; limit?: number }>({
    method: 'GET',
    path: '/api/v1/approvals',
    summary: 'Acts that wait for a second person, the newest first: those one may see, or asked for oneself.',
    permission: 'signed-in',
    audit: 'approval.list',
    query: schemas.approvalQuery,
    response: schemas.approvalPage,
    async handler(tx, { query }, context) {
      const viewer = viewerOf(context);
      const limit = query.limit ?? LIMITS.pageItemsDefault;
      const rows = await listApprovals(tx, {
        list: query.list,
        kinds: deps.approvals.kindsSeenBy(viewer),
        viewerId: viewer.id,
        now: deps.clock.now(),
        page: { ...beforeOf(query.cursor), limit: limit + 1 },
      });
      const page = toPage(
        rows,
        limit,
        (row) => beforeKey(row.requestedAt, row.id),
        (row) => row,
      );
      return { ...page, items: await present(deps, tx, page.items, viewer) };
    },
  });
}

function waitingRoute(deps: ApprovalRouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/approvals/waiting',
    summary: 'How many acts wait for a decision of this account.',
    permission: 'signed-in',
    audit: { none: 'A number beside the navigation, asked for every minute.' },
    response: schemas.waiting,
    async handler(tx, _input, context) {
      const viewer = viewerOf(context);
      const kinds = deps.approvals.kindsDecidedBy(viewer);
      return { count: await countWaiting(tx, { kinds, viewerId: viewer.id, now: deps.clock.now() }) };
    },
  });
}

function readRoute(deps: ApprovalRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'GET',
    path: '/api/v1/approvals/:id',
    summary: 'One approval with what would change, from what to what.',
    permission: 'signed-in',
    audit: 'approval.view',
    response: schemas.approval,
    async handler(tx, { params }, context) {
      const viewer = viewerOf(context);
      const row = await deps.approvals.get(tx, params.id, viewer);
      return presentOne(deps, tx, row, viewer);
    },
  });
}

const DECIDE_ERRORS = [
  'approval.second_person',
  'approval.expired',
  'approval.state_refused',
  'approval.reason_invalid',
] as const;

function approveRoute(deps: ApprovalRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { note?: string }>({
    method: 'POST',
    path: '/api/v1/approvals/:id/approve',
    summary: 'Approves what another person asked for, and does it.',
    needsProof: true,
    permission: 'signed-in',
    audit: 'approval.approve',
    body: schemas.approveBody,
    response: schemas.approval,
    ifMatch: true,
    errors: [...DECIDE_ERRORS, 'approval.not_applicable'],
    async handler(tx, { params, body, version }, context) {
      const viewer = viewerOf(context);
      const row = await deps.approvals.get(tx, params.id, viewer);
      const ended = await deps.approvals.approve(tx, row, { viewer, version, note: body.note });
      return ended instanceof Refusal ? ended : presentOne(deps, tx, ended, viewer);
    },
  });
}

function rejectRoute(deps: ApprovalRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { note: string }>({
    method: 'POST',
    path: '/api/v1/approvals/:id/reject',
    summary: 'Turns down what another person asked for, with a reason.',
    permission: 'signed-in',
    audit: 'approval.reject',
    body: schemas.rejectBody,
    response: schemas.approval,
    ifMatch: true,
    errors: DECIDE_ERRORS,
    async handler(tx, { params, body, version }, context) {
      const viewer = viewerOf(context);
      const row = await deps.approvals.get(tx, params.id, viewer);
      const ended = await deps.approvals.reject(tx, row, { viewer, version, note: body.note });
      return ended instanceof Refusal ? ended : presentOne(deps, tx, ended, viewer);
    },
  });
}

function withdrawRoute(deps: ApprovalRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'POST',
    path: '/api/v1/approvals/:id/withdraw',
    summary: 'Takes back what one asked for oneself.',
    permission: 'signed-in',
    audit: 'approval.withdraw',
    response: schemas.approval,
    ifMatch: true,
    errors: ['approval.expired', 'approval.state_refused'],
    async handler(tx, { params, version }, context) {
      const viewer = viewerOf(context);
      const row = await deps.approvals.get(tx, params.id, viewer);
      const ended = await deps.approvals.takeBack(tx, row, { viewer, version });
      return ended instanceof Refusal ? ended : presentOne(deps, tx, ended, viewer);
    },
  });
}
