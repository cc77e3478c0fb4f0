import type { Before } from '../../kernel/index.ts';
import { insert, portable, select, update, type Db, type Tx } from '../../platform/persistence/index.ts';
import { legalHoldEntity, type LegalHoldRow } from './lifecycle.entity.ts';

/** Most holds in force at once: each chunk of a sweep compares its records with all of them. */
export const HOLDS_ACTIVE_MAX = 2_000;

const HOLD_INSERT = insert(legalHoldEntity);
const HOLD_BY_ID = select(legalHoldEntity, { name: 'legal_hold.by_id', where: ['id'] });
const HOLDS_ACTIVE = select(legalHoldEntity, {
  name: 'legal_hold.active',
  where: ['isActive'],
  orderBy: [
    ['placedAt', 'asc'],
    ['id', 'asc'],
  ],
  limit: true,
});
const HOLD_RELEASE = update(legalHoldEntity, {
  name: 'legal_hold.release',
  set: ['isActive', 'releasedBy', 'approvedBy', 'releasedAt', 'ending', 'version'],
  where: ['id', 'version'],
  and: 'is_active = 1',
});
const HOLD_CONFIRM = update(legalHoldEntity, {
  name: 'legal_hold.confirm',
  set: ['confirmedBy', 'confirmedAt', 'version'],
  where: ['id', 'version'],
  and: 'is_active = 1',
});
const HOLD_EXTEND = update(legalHoldEntity, {
  name: 'legal_hold.extend',
  set: ['endsAt', 'dueToldAt', 'version'],
  where: ['id', 'version'],
  and: 'is_active = 1',
});
const HOLD_TOLD = update(legalHoldEntity, {
  name: 'legal_hold.told',
  set: ['dueToldAt'],
  where: ['id'],
  and: 'is_active = 1',
});
const COLUMNS = Object.fromEntries(
  Object.entries(legalHoldEntity.columns).map(([name, { kind }]) => [name, kind]),
) as { [K in keyof LegalHoldRow]: (typeof legalHoldEntity.columns)[K]['kind'] };
const HOLDS_PAGE = portable<Before & { isActive: boolean; limit: number }, LegalHoldRow>(
  'legal_hold.page',
  `SELECT id, requester_id, account_id, ticket_id, record_class, from_at, to_at, reason_enc, authority_enc, is_active,
      placed_by, placed_at, ends_at, confirmed_by, confirmed_at, due_told_at, released_by, approved_by, released_at,
      ending, version FROM legal_hold
    WHERE is_active = :isActive AND placed_at <= :beforeAt AND (placed_at < :beforeAt OR id < :beforeId)
    ORDER BY placed_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { isActive: 'flag', limit: 'int', beforeAt: 'instant', beforeId: 'uuid' },
    result: COLUMNS,
  },
);
const HOLDS_COUNT = portable<Record<never, never>, { holdCount: number }>(
  'legal_hold.count_active',
  'SELECT COUNT(*) AS hold_count FROM legal_hold WHERE is_active = 1',
  { params: {}, result: { holdCount: 'int' } },
);

const HOLDS_DUE = portable<{ now: Date; unconfirmedAt: Date; toldAt: Date; limit: number }, LegalHoldRow>(
  'legal_hold.due',
  `SELECT id, requester_id, account_id, ticket_id, record_class, from_at, to_at, reason_enc, authority_enc, is_active,
      placed_by, placed_at, ends_at, confirmed_by, confirmed_at, due_told_at, released_by, approved_by, released_at,
      ending, version FROM legal_hold
    WHERE is_active = 1 AND (due_told_at IS NULL OR due_told_at <= :toldAt)
      AND (ends_at IS NULL OR ends_at <= :now OR (confirmed_at IS NULL AND placed_at <= :unconfirmedAt))
    ORDER BY placed_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { now: 'instant', unconfirmedAt: 'instant', toldAt: 'instant', limit: 'int' }, result: COLUMNS },
);
const HOLDS_DUE_COUNT = portable<{ now: Date }, { dueCount: number }>(
  'legal_hold.count_due',
  `SELECT COUNT(*) AS due_count FROM legal_hold
    WHERE is_active = 1 AND (ends_at IS NULL OR ends_at <= :now OR confirmed_at IS NULL)`,
  { params: { now: 'instant' }, result: { dueCount: 'int' } },
);

/** Inserts a hold. */
export async function insertHold(tx: Tx, row: LegalHoldRow): Promise<void> {
  await tx.run(HOLD_INSERT, row);
}

/** The hold, if there is one. */
export function findHold(db: Db, id: string): Promise<LegalHoldRow | undefined> {
  return db.one(HOLD_BY_ID, { id }) as Promise<LegalHoldRow | undefined>;
}

/** Every hold in force. Placing one more than HOLDS_ACTIVE_MAX is refused, so this is all of them. */
export function listActiveHolds(db: Db): Promise<LegalHoldRow[]> {
  return db.all(HOLDS_ACTIVE, { isActive: true, limit: HOLDS_ACTIVE_MAX }) as Promise<LegalHoldRow[]>;
}

/** How many holds are in force. */
export async function countActiveHolds(db: Db): Promise<number> {
  return (await db.one(HOLDS_COUNT, {}))?.holdCount ?? 0;
}

/** How many holds in force wait for people: their end has come, or nobody has confirmed them. */
export async function countDueHolds(db: Db, now: Date): Promise<number> {
  return (await db.one(HOLDS_DUE_COUNT, { now }))?.dueCount ?? 0;
}

/** Holds that wait for people of which officers are to be told now, the oldest first. */
export function listHoldsToTell(
  db: Db,
  at: { now: Date; unconfirmedAt: Date; toldAt: Date; limit: number },
): Promise<LegalHoldRow[]> {
  return db.all(HOLDS_DUE, at);
}

/** Holds in force, or released ones; newest first. */
export function listHolds(
  db: Db,
  page: { isActive: boolean; before: Before; limit: number },
): Promise<LegalHoldRow[]> {
  const { isActive, before, limit } = page;
  return db.all(HOLDS_PAGE, { isActive, ...before, limit });
}

/** Ends a hold over a version; false when it was not in force any more, or changed. */
export async function releaseHold(
  tx: Tx,
  hold: { id: string; version: number },
  by: { releasedBy: string; approvedBy: string; releasedAt: Date; ending: 'released' | 'refused' },
): Promise<boolean> {
  const set = { isActive: false, ...by, version: hold.version + 1 };
  return (await tx.run(HOLD_RELEASE, { ...set, whereId: hold.id, whereVersion: hold.version })) === 1;
}

/** Notes the second person over a version; false when somebody was faster, or it is not in force. */
export async function confirmHold(
  tx: Tx,
  hold: { id: string; version: number },
  by: { confirmedBy: string; confirmedAt: Date },
): Promise<boolean> {
  const set = { ...by, version: hold.version + 1 };
  return (await tx.run(HOLD_CONFIRM, { ...set, whereId: hold.id, whereVersion: hold.version })) === 1;
}

/** Plans another end over a version; false when somebody was faster, or it is not in force. */
export async function extendHold(
  tx: Tx,
  hold: { id: string; version: number },
  endsAt: Date,
): Promise<boolean> {
  const set = { endsAt, dueToldAt: null, version: hold.version + 1 };
  return (await tx.run(HOLD_EXTEND, { ...set, whereId: hold.id, whereVersion: hold.version })) === 1;
}

/** Notes that officers were told of a hold that waits for them. */
export async function noteHoldTold(tx: Tx, id: string, dueToldAt: Date): Promise<void> {
  await tx.run(HOLD_TOLD, { dueToldAt, whereId: id });
}
