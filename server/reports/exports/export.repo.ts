import {
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import { exportEntity, exportPartEntity, type ExportPartRow, type ExportRow } from './export.entity.ts';

const EXPORT_INSERT = insert(exportEntity);
const EXPORT_BY_ID = select(exportEntity, { name: 'export_request.by_id', where: ['id'] });
const EXPORT_CHANGE = update(exportEntity, {
  name: 'export_request.change',
  set: [
    'state',
    'jobId',
    'fileId',
    'cursorText',
    'partCount',
    'rowCount',
    'isCollected',
    'sizeBytes',
    'errorCode',
    'endedAt',
    'expiresAt',
    'downloadCount',
    'version',
    'readScopes',
  ],
  where: ['id', 'version'],
});
const EXPORT_REMOVE = remove(exportEntity, { name: 'export_request.remove', where: ['id'] });
const OPEN_COUNT = portable<{ accountId: string }, { openCount: number }>(
  'export_request.open_count',
  `SELECT COUNT(*) AS open_count FROM export_request
    WHERE account_id = :accountId AND state IN ('waiting', 'queued', 'running')`,
  { params: { accountId: 'uuid' }, result: { openCount: 'int' } },
);
const ASKED_COUNT = portable<{ accountId: string; since: Date }, { askedCount: number }>(
  'export_request.asked_count',
  `SELECT COUNT(*) AS asked_count FROM export_request
    WHERE account_id = :accountId AND asked_at >= :since`,
  { params: { accountId: 'uuid', since: 'instant' }, result: { askedCount: 'int' } },
);
const EXPIRED_IDS = portable<{ now: Date; limit: number }, { id: string }>(
  'export_request.expired',
  `SELECT id FROM export_request WHERE state = 'ready' AND expires_at <= :now
    ORDER BY expires_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { now: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
/** The work ended without telling: it failed for good, or somebody cancelled it on the page of jobs. */
const ABANDONED = portable<{ limit: number }, { id: string; errorCode: string | null }>(
  'export_request.abandoned',
  `SELECT e.id, j.error_code FROM export_request e JOIN job j ON j.id = e.job_id
    WHERE e.state IN ('queued', 'running') AND j.state IN ('succeeded', 'failed', 'cancelled')
    ORDER BY e.id FETCH FIRST :limit ROWS ONLY`,
  { params: { limit: 'int' }, result: { id: 'uuid', errorCode: 'text' } },
);
const FORGOTTEN_IDS = portable<{ before: Date; limit: number }, { id: string }>(
  'export_request.forgotten',
  `SELECT id FROM export_request WHERE ended_at < :before AND state <> 'ready'
    ORDER BY ended_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { before: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
const PART_INSERT = insert(exportPartEntity);
const PART_ONE = select(exportPartEntity, { name: 'export_part.one', where: ['exportId', 'partNo'] });
const PARTS_REMOVE = remove(exportPartEntity, { name: 'export_part.remove', where: ['exportId'] });

/** Adds a new export. */
export async function insertExport(tx: Tx, row: ExportRow): Promise<void> {
  await tx.run(EXPORT_INSERT, row);
}

/** The export of an id. */
export function findExport(db: Db, id: string): Promise<ExportRow | undefined> {
  return db.one(EXPORT_BY_ID, { id });
}

/** Writes `changes` if nobody else changed the row since it was read; gives the row as it is now, if so. */
export async function changeExport(
  tx: Tx,
  row: ExportRow,
  changes: Partial<ExportRow>,
): Promise<ExportRow | undefined> {
  const next: ExportRow = { ...row, ...changes, version: row.version + 1 };
  const count = await tx.run(EXPORT_CHANGE, { ...next, whereId: row.id, whereVersion: row.version });
  return count === 1 ? next : undefined;
}

/** Exports of an account that are not at their end. */
export async function countOpen(db: Db, accountId: string): Promise<number> {
  return (await db.one(OPEN_COUNT, { accountId }))?.openCount ?? 0;
}

/** Exports an account asked for since an instant. */
export async function countAsked(db: Db, accountId: string, since: Date): Promise<number> {
  return (await db.one(ASKED_COUNT, { accountId, since }))?.askedCount ?? 0;
}

/** Ids of files whose time is over. */
export async function listExpired(db: Db, now: Date, limit: number): Promise<string[]> {
  return (await db.all(EXPIRED_IDS, { now, limit })).map(({ id }) => id);
}

/** Exports whose work has ended without a result. */
export function listAbandoned(db: Db, limit: number): Promise<{ id: string; errorCode: string | null }[]> {
  return db.all(ABANDONED, { limit });
}

/** Ids of exports that ended before an instant. */
export async function listForgotten(db: Db, before: Date, limit: number): Promise<string[]> {
  return (await db.all(FORGOTTEN_IDS, { before, limit })).map(({ id }) => id);
}

/** Forgets an export that has ended. */
export async function removeExport(tx: Tx, id: string): Promise<void> {
  await removeParts(tx, id);
  await tx.run(EXPORT_REMOVE, { id });
}

/** Adds rows that were read. */
export async function insertParts(tx: Tx, parts: readonly ExportPartRow[]): Promise<void> {
  await tx.runMany(PART_INSERT, parts);
}

/** One part, by its place. */
export function findPart(db: Db, exportId: string, partNo: number): Promise<ExportPartRow | undefined> {
  return db.one(PART_ONE, { exportId, partNo });
}

/** Removes what was read. */
export async function removeParts(tx: Tx, exportId: string): Promise<void> {
  await tx.run(PARTS_REMOVE, { exportId });
}
