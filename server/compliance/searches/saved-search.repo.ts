import {
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import { savedSearchEntity, type SavedSearchRow } from './saved-search.entity.ts';
import { SAVED_SEARCH_LIMITS } from './saved-search.rules.ts';

const QUERY_INSERT = insert(savedSearchEntity);
const QUERY_BY_ID = select(savedSearchEntity, { name: 'audit_query.by_id', where: ['id'] });
const QUERIES_OF = select(savedSearchEntity, {
  name: 'audit_query.of_account',
  where: ['accountId'],
  orderBy: [['id', 'asc']],
  limit: true,
});
const QUERY_UPDATE = update(savedSearchEntity, {
  name: 'audit_query.update',
  set: [
    ...(['nameEnc', 'filterEnc', 'period', 'atHour', 'format', 'lang'] as const),
    ...(['nextAt', 'lastAt', 'lastExportId', 'errorCode', 'version'] as const),
  ],
  where: ['id', 'version'],
});
const QUERY_REMOVE = remove(savedSearchEntity, { name: 'audit_query.remove', where: ['id', 'accountId'] });
const DUE = portable<{ now: Date; limit: number }, { id: string }>(
  'audit_query.due',
  'SELECT id FROM audit_query WHERE next_at <= :now ORDER BY next_at, id FETCH FIRST :limit ROWS ONLY',
  { params: { now: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);

/** Adds a search. */
export async function insertSavedSearch(tx: Tx, row: SavedSearchRow): Promise<void> {
  await tx.run(QUERY_INSERT, row);
}

/** The search of an id, whoever keeps it. */
export function findSavedSearch(db: Db, id: string): Promise<SavedSearchRow | undefined> {
  return db.one(QUERY_BY_ID, { id });
}

/** Searches of an account, the oldest first. */
export function listSavedSearches(db: Db, accountId: string): Promise<SavedSearchRow[]> {
  return db.all(QUERIES_OF, { accountId, limit: SAVED_SEARCH_LIMITS.perAccountMax });
}

/** Changes a search over a version; undefined when somebody was first. */
export async function changeSavedSearch(
  tx: Tx,
  row: SavedSearchRow,
  change: Partial<SavedSearchRow>,
): Promise<SavedSearchRow | undefined> {
  const next = { ...row, ...change, version: row.version + 1 };
  const { id: _id, accountId: _accountId, createdAt: _createdAt, ...set } = next;
  const count = await tx.run(QUERY_UPDATE, { ...set, whereId: row.id, whereVersion: row.version });
  return count === 1 ? next : undefined;
}

/** Removes a search of an account; false when there is none. */
export async function removeSavedSearch(tx: Tx, id: string, accountId: string): Promise<boolean> {
  return (await tx.run(QUERY_REMOVE, { id, accountId })) === 1;
}

/** Searches whose report is due, those that wait longest first. */
export async function listDue(db: Db, now: Date, limit: number): Promise<string[]> {
  return (await db.all(DUE, { now, limit })).map(({ id }) => id);
}
