import type { Before } from '../../kernel/index.ts';
import { portable, type Db } from '../../platform/persistence/index.ts';
import type { ApprovalRow } from './approval.entity.ts';

const COLUMNS =
  'id, kind, params, reason, change_lines, state, open_key, requested_by_id, requested_at, expires_at, ' +
  'decided_by_id, decided_at, note, version';
const RESULT = {
  id: 'uuid',
  kind: 'text',
  params: 'json',
  reason: 'text',
  changeLines: 'json',
  state: 'text',
  openKey: 'text',
  requestedById: 'text',
  requestedAt: 'instant',
  expiresAt: 'instant',
  decidedById: 'text',
  decidedAt: 'instant',
  note: 'text',
  version: 'int',
} as const;
const BEFORE =
  'requested_at <= :beforeAt AND (requested_at < :beforeAt OR id < :beforeId) ' +
  'ORDER BY requested_at DESC, id DESC FETCH FIRST :limit ROWS ONLY';
const PAGE = { beforeAt: 'instant', beforeId: 'uuid', limit: 'int' } as const;

type PageParams = Before & { limit: number };

const WAITING = portable<PageParams & { kindList: string[]; now: Date }, ApprovalRow>(
  'approval.waiting',
  `SELECT ${COLUMNS} FROM approval
    WHERE state = 'asked' AND expires_at > :now AND kind IN (:kindList...) AND ${BEFORE}`,
  { params: { ...PAGE, kindList: 'text', now: 'instant' }, result: RESULT },
);
const DECIDED = portable<PageParams & { kindList: string[]; now: Date }, ApprovalRow>(
  'approval.decided',
  `SELECT ${COLUMNS} FROM approval
    WHERE (state <> 'asked' OR expires_at <= :now) AND kind IN (:kindList...) AND ${BEFORE}`,
  { params: { ...PAGE, kindList: 'text', now: 'instant' }, result: RESULT },
);
const MINE = portable<PageParams & { requestedById: string }, ApprovalRow>(
  'approval.mine',
  `SELECT ${COLUMNS} FROM approval WHERE requested_by_id = :requestedById AND ${BEFORE}`,
  { params: { ...PAGE, requestedById: 'text' }, result: RESULT },
);
const OPEN_OF = portable<{ requestedById: string; now: Date; limit: number }, ApprovalRow>(
  'approval.open_of',
  `SELECT ${COLUMNS} FROM approval
    WHERE requested_by_id = :requestedById AND state = 'asked' AND expires_at > :now
    ORDER BY requested_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { requestedById: 'text', now: 'instant', limit: 'int' }, result: RESULT },
);
const OVERDUE = portable<{ now: Date; limit: number }, ApprovalRow>(
  'approval.overdue',
  `SELECT ${COLUMNS} FROM approval WHERE state = 'asked' AND expires_at <= :now
    ORDER BY expires_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { now: 'instant', limit: 'int' }, result: RESULT },
);
const COUNT_FOR = portable<{ kindList: string[]; now: Date; viewerId: string }, { waiting: number }>(
  'approval.count_for',
  `SELECT COUNT(*) AS waiting FROM approval
    WHERE state = 'asked' AND expires_at > :now AND kind IN (:kindList...) AND requested_by_id <> :viewerId`,
  { params: { kindList: 'text', now: 'instant', viewerId: 'text' }, result: { waiting: 'int' } },
);

/** The lists of the page: what waits, what I asked for, what was decided. */
export type ApprovalList = 'waiting' | 'mine' | 'decided';

/** One page of a list, the newest first. `kinds` are those the viewer may see; what I asked for I always see. */
export async function listApprovals(
  db: Db,
  query: { list: ApprovalList; kinds: readonly string[]; viewerId: string; now: Date; page: PageParams },
): Promise<ApprovalRow[]> {
  const { list, kinds, viewerId, now, page } = query;
  if (list === 'mine') return db.all(MINE, { ...page, requestedById: viewerId });
  if (kinds.length === 0) return [];
  return db.all(list === 'waiting' ? WAITING : DECIDED, { ...page, kindList: [...kinds], now });
}

/** How many wait for this person: of these kinds, asked for by others. */
export async function countWaiting(
  db: Db,
  query: { kinds: readonly string[]; viewerId: string; now: Date },
): Promise<number> {
  const { kinds, viewerId, now } = query;
  if (kinds.length === 0) return 0;
  return (await db.one(COUNT_FOR, { kindList: [...kinds], viewerId, now }))?.waiting ?? 0;
}

/** What somebody asked for and nobody decided yet, the oldest first. */
export function openApprovalsOf(
  db: Db,
  query: { requestedById: string; now: Date; limit: number },
): Promise<ApprovalRow[]> {
  return db.all(OPEN_OF, query);
}

/** What nobody decided in time and is not marked so yet, the oldest first. */
export function overdueApprovals(db: Db, query: { now: Date; limit: number }): Promise<ApprovalRow[]> {
  return db.all(OVERDUE, query);
}
