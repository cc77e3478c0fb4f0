import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** A quarter's look at who may do what. */
export const accessReviewEntity = defineEntity(
  'access_review',
  {
    id: col.uuid(),
    /** `2026-Q4`; one review a quarter. */
    period: col.text(7),
    /** The quarter, half-open, on the clock of the installation. */
    fromAt: col.instant(),
    toAt: col.instant(),
    /** `making` until every account is listed, `open` until it is due, then `closed`. */
    state: col.text(8),
    openedAt: col.instant(),
    dueAt: col.instant(),
    closedAt: col.instant().optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `access_review`. */
export type AccessReviewRow = RowOf<typeof accessReviewEntity>;

/** A role of an account, and what of the organisation it reaches. */
export interface ReviewedRole {
  role: string;
  scope: string;
  unitId: string;
}

/** One account in a review, and what somebody said to it. The remark may name people. */
export const accessItemEntity = defineEntity(
  'access_review_item',
  {
    id: col.uuid(),
    reviewId: col.uuid(),
    accountId: col.uuid(),
    unitId: col.uuid(),
    roles: col.json<ReviewedRole[]>(),
    lastUsedAt: col.instant().optional(),
    revealCount: col.int(),
    state: col.text(8),
    decidedBy: col.uuid().optional(),
    decidedAt: col.instant().optional(),
    remarkEnc: col.sealed({ class: 'C2', scope: 'installation' }).optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `access_review_item`. */
export type AccessItemRow = RowOf<typeof accessItemEntity>;
