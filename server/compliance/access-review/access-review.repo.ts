import type { DataScope } from '../../kernel/index.ts';
import {
  columnKinds,
  columnList,
  insertIfFree,
  SCOPE_PARAMS,
  scopeParams,
  portable,
  select,
  underScope,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import {
  accessItemEntity,
  accessReviewEntity,
  type AccessItemRow,
  type AccessReviewRow,
} from './access-review.entity.ts';
import { ACCESS_REVIEW_LIMITS, type ItemState } from './access-review.rules.ts';

const REVIEW_INSERT = insertIfFree(accessReviewEntity, 'access_review.insert_if_free', ['period']);
const REVIEW_OF_PERIOD = select(accessReviewEntity, { name: 'access_review.of_period', where: ['period'] });
const REVIEW_BY_ID = select(accessReviewEntity, { name: 'access_review.by_id', where: ['id'] });
const REVIEWS = select(accessReviewEntity, {
  name: 'access_review.newest',
  orderBy: [['period', 'desc']],
  limit: true,
});
const REVIEW_MOVE = update(accessReviewEntity, {
  name: 'access_review.move',
  set: ['state', 'closedAt', 'version'],
  where: ['id', 'version'],
});
const REVIEWS_DUE = portable<{ now: Date; limit: number }, { id: string }>(
  'access_review.due',
  `SELECT id FROM access_review WHERE state = 'open' AND due_at <= :now
    ORDER BY due_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { now: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
const ITEM_INSERT = insertIfFree(accessItemEntity, 'access_review_item.insert_if_free', [
  ['reviewId', 'accountId'],
]);
const WITHIN = { scopeUnitId: SCOPE_PARAMS.scopeUnitId, scopeDepth: SCOPE_PARAMS.scopeDepth } as const;
interface Within {
  scopeUnitId: string;
  scopeDepth: number;
}
const ITEM_WITHIN = portable<Within & { id: string }, AccessItemRow>(
  'access_review_item.within',
  `SELECT ${columnList(accessItemEntity, 'i')} FROM access_review_item i WHERE i.id = :id AND ${underScope('i')}`,
  { params: { id: 'uuid', ...WITHIN }, result: columnKinds(accessItemEntity) },
);
const ITEMS_PAGE = portable<
  Within & { reviewId: string; state: string | null; afterId: string; limit: number },
  AccessItemRow
>(
  'access_review_item.page',
  `SELECT ${columnList(accessItemEntity, 'i')} FROM access_review_item i
    WHERE i.review_id = :reviewId AND i.id > :afterId AND (i.state = :state OR :state IS NULL) AND ${underScope('i')}
    ORDER BY i.id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { reviewId: 'uuid', state: 'text', afterId: 'uuid', limit: 'int', ...WITHIN },
    result: columnKinds(accessItemEntity),
  },
);
const ITEM_DECIDE = update(accessItemEntity, {
  name: 'access_review_item.decide',
  set: ['state', 'decidedBy', 'decidedAt', 'remarkEnc', 'version'],
  where: ['id', 'version'],
  and: "state = 'open'",
});
const ITEMS_EXPIRE = portable<{ reviewId: string }>(
  'access_review_item.expire',
  `UPDATE access_review_item SET state = 'expired', version = version + 1
    WHERE review_id = :reviewId AND state = 'open'`,
  { params: { reviewId: 'uuid' } },
);
const ITEM_COUNTS = portable<
  Within & { reviewIds: readonly string[] },
  { reviewId: string; state: string; itemCount: number }
>(
  'access_review_item.counts',
  `SELECT i.review_id, i.state, COUNT(*) AS item_count FROM access_review_item i
    WHERE i.review_id IN (:reviewIds...) AND ${underScope('i')} GROUP BY i.review_id, i.state`,
  {
    params: { reviewIds: 'uuid', ...WITHIN },
    result: { reviewId: 'uuid', state: 'text', itemCount: 'int' },
  },
);
const REVEALS = portable<{ accountId: string; fromAt: Date; toAt: Date }, { revealCount: number }>(
  'access_review_item.reveals',
  `SELECT COUNT(*) AS reveal_count FROM audit_event
    WHERE actor_id = :accountId AND action = 'requester.reveal' AND outcome = 'ok'
      AND occurred_at >= :fromAt AND occurred_at < :toAt`,
  {
    params: { accountId: 'text', fromAt: 'instant', toAt: 'instant' },
    result: { revealCount: 'int' },
  },
);

function within(scope: DataScope): Within {
  const { scopeUnitId, scopeDepth } = scopeParams(scope);
  return { scopeUnitId, scopeDepth };
}

/** Adds a review; false when the quarter has one. */
export async function insertReview(tx: Tx, row: AccessReviewRow): Promise<boolean> {
  return (await tx.run(REVIEW_INSERT, row)) === 1;
}

/** The review of a quarter. */
export function findReviewOf(db: Db, period: string): Promise<AccessReviewRow | undefined> {
  return db.one(REVIEW_OF_PERIOD, { period });
}

/** The review of an id. */
export function findReview(db: Db, id: string): Promise<AccessReviewRow | undefined> {
  return db.one(REVIEW_BY_ID, { id });
}

/** Reviews, the newest first. */
export function listReviews(db: Db): Promise<AccessReviewRow[]> {
  return db.all(REVIEWS, { limit: ACCESS_REVIEW_LIMITS.reviewsShown });
}

/** Reviews whose days are over. */
export async function listDueReviews(db: Db, now: Date): Promise<string[]> {
  return (await db.all(REVIEWS_DUE, { now, limit: ACCESS_REVIEW_LIMITS.reviewsShown })).map(({ id }) => id);
}

/** Moves a review over its version; false when somebody was first. */
export async function moveReview(
  tx: Tx,
  { id, version }: AccessReviewRow,
  set: Pick<AccessReviewRow, 'state' | 'closedAt'>,
): Promise<boolean> {
  return (
    (await tx.run(REVIEW_MOVE, { ...set, version: version + 1, whereId: id, whereVersion: version })) === 1
  );
}

/** Adds accounts; those that are listed already stay as they are. */
export async function insertItems(tx: Tx, rows: readonly AccessItemRow[]): Promise<void> {
  await tx.runMany(ITEM_INSERT, rows);
}

/** The item, if the scope reaches it. */
export function findItem(db: Db, id: string, scope: DataScope): Promise<AccessItemRow | undefined> {
  return db.one(ITEM_WITHIN, { id, ...within(scope) });
}

/** Items of a review within a scope, in a state or in all of them. */
export function listItems(
  db: Db,
  query: { reviewId: string; state: ItemState | null; afterId: string; limit: number; scope: DataScope },
): Promise<AccessItemRow[]> {
  const { scope, ...rest } = query;
  return db.all(ITEMS_PAGE, { ...rest, ...within(scope) });
}

/** Decides over a version; false when somebody was first. */
export async function decideItem(
  tx: Tx,
  { id, version }: AccessItemRow,
  set: Pick<AccessItemRow, 'state' | 'decidedBy' | 'decidedAt' | 'remarkEnc'>,
): Promise<boolean> {
  return (
    (await tx.run(ITEM_DECIDE, { ...set, version: version + 1, whereId: id, whereVersion: version })) === 1
  );
}

/** Ends what nobody decided; gives how many. */
export function expireItems(tx: Tx, reviewId: string): Promise<number> {
  return tx.run(ITEMS_EXPIRE, { reviewId });
}

/** How many items each review has in each state, within a scope. */
export async function countItems(
  db: Db,
  reviewIds: readonly string[],
  scope: DataScope,
): Promise<{ reviewId: string; state: string; itemCount: number }[]> {
  return reviewIds.length === 0 ? [] : db.all(ITEM_COUNTS, { reviewIds, ...within(scope) });
}

/** How often an account revealed values in a quarter. */
export async function countReveals(
  db: Db,
  query: { accountId: string; fromAt: Date; toAt: Date },
): Promise<number> {
  return (await db.one(REVEALS, query))?.revealCount ?? 0;
}

/** In front of every item. */
export const FROM_FIRST = '00000000-0000-0000-0000-000000000000';
