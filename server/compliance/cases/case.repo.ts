import type { EventRow } from '../../../audit/index.ts';
import type { Before } from '../../kernel/index.ts';
import {
  columnKinds,
  columnList,
  insert,
  portable,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import { legalHoldEntity, type LegalHoldRow } from '../lifecycle/lifecycle.entity.ts';
import { EVENT_COLUMNS, EVENT_RESULT } from '../search/event.columns.ts';
import { caseFileEntity, type CaseFileRow } from './case.entity.ts';

const CASE_INSERT = insert(caseFileEntity);
const CASE_BY_ID = select(caseFileEntity, { name: 'case_file.by_id', where: ['id'] });
const CASE_CHANGE = update(caseFileEntity, {
  name: 'case_file.change',
  set: [
    ...(['state', 'firstBy', 'firstAt', 'secondBy', 'secondAt', 'fileId', 'sizeBytes'] as const),
    ...(['digestHex', 'errorCode', 'endedAt', 'expiresAt', 'downloadCount', 'version'] as const),
  ],
  where: ['id', 'version'],
});
const CASES_PAGE = portable<Before & { limit: number }, CaseFileRow>(
  'case_file.page',
  `SELECT ${columnList(caseFileEntity, 'c')} FROM case_file c
    WHERE c.asked_at <= :beforeAt AND (c.asked_at < :beforeAt OR c.id < :beforeId)
    ORDER BY c.asked_at DESC, c.id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { beforeAt: 'instant', beforeId: 'uuid', limit: 'int' },
    result: columnKinds(caseFileEntity),
  },
);
const OPEN_COUNT = portable<Record<never, never>, { openCount: number }>(
  'case_file.count_open',
  `SELECT COUNT(*) AS open_count FROM case_file WHERE state IN ('asked', 'first', 'making')`,
  { params: {}, result: { openCount: 'int' } },
);
const EXPIRED = portable<{ now: Date; limit: number }, { id: string }>(
  'case_file.expired',
  `SELECT id FROM case_file WHERE state = 'ready' AND expires_at <= :now
    ORDER BY expires_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { now: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
const EVENTS_OF_CUSTOMER = portable<
  Before & { customer: string; fromAt: Date; toAt: Date; limit: number },
  EventRow
>(
  'case_file.events',
  `SELECT ${EVENT_COLUMNS} FROM audit_event
    WHERE customer_ref = :customer AND occurred_at >= :fromAt AND occurred_at < :toAt
      AND occurred_at <= :beforeAt AND (occurred_at < :beforeAt OR id < :beforeId)
    ORDER BY occurred_at DESC, id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: {
      ...{ customer: 'text', fromAt: 'instant', toAt: 'instant' },
      ...{ beforeAt: 'instant', beforeId: 'uuid', limit: 'int' },
    },
    result: EVENT_RESULT,
  },
);
const HOLDS_OF = select(legalHoldEntity, {
  name: 'legal_hold.of_requester',
  where: ['requesterId'],
  orderBy: [
    ['placedAt', 'desc'],
    ['id', 'desc'],
  ],
  limit: true,
});
/** Holds of one person that a case file lists. */
const HOLDS_MAX = 200;

/** Adds a case file. */
export async function insertCase(tx: Tx, row: CaseFileRow): Promise<void> {
  await tx.run(CASE_INSERT, row);
}

/** The case file of an id. */
export function findCase(db: Db, id: string): Promise<CaseFileRow | undefined> {
  return db.one(CASE_BY_ID, { id });
}

/** Case files, the newest first. */
export function listCases(db: Db, page: Before & { limit: number }): Promise<CaseFileRow[]> {
  return db.all(CASES_PAGE, page);
}

/** How many are not finished. */
export async function countOpenCases(db: Db): Promise<number> {
  return (await db.one(OPEN_COUNT, {}))?.openCount ?? 0;
}

/** Ids of files whose time is over. */
export async function listExpiredCases(db: Db, now: Date, limit: number): Promise<string[]> {
  return (await db.all(EXPIRED, { now, limit })).map(({ id }) => id);
}

/** Changes a case file over its version; undefined when somebody was first. */
export async function changeCase(
  tx: Tx,
  row: CaseFileRow,
  change: Partial<CaseFileRow>,
): Promise<CaseFileRow | undefined> {
  const next = { ...row, ...change, version: row.version + 1 };
  const { state, firstBy, firstAt, secondBy, secondAt, fileId, sizeBytes, digestHex } = next;
  const { errorCode, endedAt, expiresAt, downloadCount, version } = next;
  const count = await tx.run(CASE_CHANGE, {
    ...{ state, firstBy, firstAt, secondBy, secondAt, fileId, sizeBytes, digestHex },
    ...{ errorCode, endedAt, expiresAt, downloadCount, version },
    ...{ whereId: row.id, whereVersion: row.version },
  });
  return count === 1 ? next : undefined;
}

/** Entries about a person, the newest first. */
export function listEventsOf(
  db: Db,
  query: Before & { customer: string; fromAt: Date; toAt: Date; limit: number },
): Promise<EventRow[]> {
  return db.all(EVENTS_OF_CUSTOMER, query);
}

/** Holds that name a person, released ones too. */
export function listHoldsOf(db: Db, requesterId: string): Promise<LegalHoldRow[]> {
  return db.all(HOLDS_OF, { requesterId, limit: HOLDS_MAX }) as Promise<LegalHoldRow[]>;
}
