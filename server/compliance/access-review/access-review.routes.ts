import {
  AppError,
  decodeCursor,
  isUuid,
  LIMITS,
  SCOPE_ALL,
  toPage,
  type DataScope,
} from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type RequestContext, type Schema } from '../../platform/http/index.ts';
import type { Tx } from '../../platform/persistence/index.ts';
import type { AccountNames } from '../ports.ts';
import type { AccessItemRow } from './access-review.entity.ts';
import { countItems, FROM_FIRST, listItems, listReviews } from './access-review.repo.ts';
import { ACCESS_REVIEW_LIMITS, ITEM_STATES, type ItemState } from './access-review.rules.ts';
import type { AccessReviewService } from './access-review.service.ts';

const text: Schema = { type: 'string' };
const uuid: Schema = { type: 'string', format: 'uuid' };
const integer: Schema = { type: 'integer' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

const person = object({ id: text, name: text });
const unit = object({ id: text, name: text });
const review = object({
  ...{ id: uuid, period: text, state: { enum: ['making', 'open', 'closed'] }, openedAt: text, dueAt: text },
  closedAt: orNull(text),
  counts: object(Object.fromEntries(ITEM_STATES.map((state) => [state, integer]))),
});
const item = object({
  ...{ id: uuid, account: person, unit, state: { enum: ITEM_STATES } },
  roles: { type: 'array', items: object({ role: text, scope: text, unit }) },
  ...{ lastUsedAt: orNull(text), revealCount: integer },
  ...{ decidedBy: orNull(person), decidedAt: orNull(text), remark: orNull(text) },
  ...{ isOwn: { type: 'boolean' }, version: integer },
});
const itemPage = object({ items: { type: 'array', items: item }, nextCursor: text }, ['nextCursor']);
const itemQuery = object(
  {
    state: { enum: ITEM_STATES },
    cursor: { type: 'string', minLength: 1, maxLength: 512 },
    limit: { type: 'integer', minimum: 1, maximum: 200 },
  },
  ['state', 'cursor', 'limit'],
);
const decision = object(
  {
    decision: { enum: ['kept', 'revoke'] },
    remark: {
      type: 'string',
      minLength: 2,
      maxLength: ACCESS_REVIEW_LIMITS.remarkCharactersMax,
      pattern: '\\S',
    },
  },
  ['remark'],
);

type ById = { id: string };

/** What the routes need. */
export interface AccessReviewRouteDeps {
  reviews: AccessReviewService;
  accountNames: AccountNames;
  /** Names of units; unknown ids are absent. At most 500 ids. */
  unitNames(ids: readonly string[]): Promise<readonly { id: string; name: string }[]>;
}

const ATTEST = 'access:attest';
const OVERSEE = 'audit:review';
/** Two permissions open it: managers decide within their scope, officers see everything and open it early. */
const EITHER = 'signed-in';

/** Routes of the quarterly review of access. */
export function accessReviewRoutes(deps: AccessReviewRouteDeps): AnyRoute[] {
  return [listRoute(), openRoute(deps), itemsRoute(deps), decideRoute(deps)];
}

/** What of the organisation somebody reviews; throws `access.refused`. */
function reachOf({ permissions, scopeFor }: RequestContext): DataScope {
  if (permissions.has(OVERSEE)) return SCOPE_ALL;
  if (!permissions.has(ATTEST)) throw new AppError('access.refused');
  return scopeFor(ATTEST);
}

function listRoute(): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/access-reviews',
    summary: 'Quarterly reviews of access, the newest first, with how many accounts stand where.',
    permission: EITHER,
    audit: 'access-review.view',
    response: object({ items: { type: 'array', items: review } }),
    async handler(tx, _input, context) {
      const scope = reachOf(context);
      const rows = await listReviews(tx);
      const counts = await countItems(
        tx,
        rows.map(({ id }) => id),
        scope,
      );
      tx.record({ action: 'access-review.view', outcome: 'ok' });
      return {
        items: rows.map(({ id, period, state, openedAt, dueAt, closedAt }) => ({
          ...{ id, period, state, openedAt: openedAt.toISOString(), dueAt: dueAt.toISOString() },
          closedAt: closedAt?.toISOString() ?? null,
          counts: Object.fromEntries(
            ITEM_STATES.map((one) => [
              one,
              counts.find((count) => count.reviewId === id && count.state === one)?.itemCount ?? 0,
            ]),
          ),
        })),
      };
    },
  });
}

function openRoute({ reviews }: AccessReviewRouteDeps): AnyRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/access-reviews',
    summary: 'Opens the review of the present quarter before its end; in the background.',
    permission: OVERSEE,
    audit: 'access-review.open',
    response: object({ period: text }),
    status: 202,
    errors: ['access_review.exists'],
    handler: (tx) => reviews.openNow(tx),
  });
}

function itemsRoute(deps: AccessReviewRouteDeps): AnyRoute {
  return defineRoute<ById, { state?: ItemState; cursor?: string; limit?: number }>({
    method: 'GET',
    path: '/api/v1/access-reviews/:id/items',
    summary:
      'Accounts of a review with roles, scope, last use, and reveals; those the asking account answers for.',
    permission: EITHER,
    audit: 'access-review.view',
    query: itemQuery,
    response: itemPage,
    async handler(tx, { params, query }, context) {
      const { state = null, cursor, limit = LIMITS.pageItemsDefault } = query;
      const [afterId] = cursor === undefined ? [FROM_FIRST] : decodeCursor(cursor, 1);
      if (!isUuid(afterId)) throw new AppError('request.cursor_invalid');
      const reach = { reviewId: params.id, state, afterId, limit: limit + 1, scope: reachOf(context) };
      const page = toPage(
        await listItems(tx, reach),
        limit,
        ({ id }) => [id],
        (row) => row,
      );
      const target = { type: 'access-review', id: params.id };
      tx.record({
        action: 'access-review.view',
        outcome: 'ok',
        target,
        details: { count: page.items.length },
      });
      return { ...page, items: await present(deps, page.items, context.actor.id) };
    },
  });
}

function decideRoute(deps: AccessReviewRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { decision: 'kept' | 'revoke'; remark?: string }>({
    method: 'POST',
    path: '/api/v1/access-review-items/:id/decision',
    summary: 'Attests that an account keeps its rights, or wants them withdrawn; never the own account.',
    permission: ATTEST,
    audit: 'access-review.attest',
    body: decision,
    response: item,
    ifMatch: true,
    errors: ['access_review.own', 'access_review.closed'],
    async handler(tx: Tx, { params, body, version }, context) {
      const target = { id: params.id, version, scope: context.scopeFor(ATTEST) };
      const row = await deps.reviews.decide(tx, target, { ...body, remark: body.remark?.trim() ?? null });
      return (await present(deps, [row], context.actor.id))[0];
    },
  });
}

async function present(
  { reviews, accountNames, unitNames }: AccessReviewRouteDeps,
  rows: readonly AccessItemRow[],
  viewerId: string,
) {
  const accountIds = new Set(rows.flatMap(({ accountId, decidedBy }) => [accountId, decidedBy ?? accountId]));
  const unitIds = new Set(rows.flatMap((row) => [row.unitId, ...row.roles.map(({ unitId }) => unitId)]));
  const names = accountIds.size === 0 ? new Map<string, string>() : await accountNames([...accountIds]);
  const units = new Map(
    (unitIds.size === 0 ? [] : await unitNames([...unitIds])).map(({ id, name }) => [id, name]),
  );
  const personOf = (id: string) => ({ id, name: names.get(id) ?? id });
  const unitOf = (id: string) => ({ id, name: units.get(id) ?? id });
  return Promise.all(
    rows.map(async (row) => ({
      ...{ id: row.id, account: personOf(row.accountId), unit: unitOf(row.unitId), state: row.state },
      roles: row.roles.map(({ role, scope, unitId }) => ({ role, scope, unit: unitOf(unitId) })),
      ...{ lastUsedAt: row.lastUsedAt?.toISOString() ?? null, revealCount: row.revealCount },
      decidedBy: row.decidedBy === null ? null : personOf(row.decidedBy),
      decidedAt: row.decidedAt?.toISOString() ?? null,
      ...{ remark: await reviews.remarkOf(row), isOwn: row.accountId === viewerId, version: row.version },
    })),
  );
}
