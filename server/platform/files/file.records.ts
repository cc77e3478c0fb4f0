import type { RecordClass, RecordSubject } from '../../kernel/index.ts';
import { portable, type OwnedRows, type RecordStore, type Tx } from '../persistence/index.ts';
import type { FileOwnerType } from './stored-file.entity.ts';
import { removeFiles } from './stored-file.repo.ts';

interface FileFacts {
  id: string;
  ownerId: string;
  requesterId: string | null;
  creatorId: string;
  sizeBytes: number;
  createdAt: Date;
}

const COLUMNS = 'f.id, f.owner_id, f.requester_id, f.creator_id, f.size_bytes, f.created_at';
const RESULT = {
  id: 'uuid',
  ownerId: 'uuid',
  requesterId: 'uuid',
  creatorId: 'text',
  sizeBytes: 'int',
  createdAt: 'instant',
} as const;

const OF_OWNERS = portable<{ ownerType: string; ids: readonly string[]; limit: number }, FileFacts>(
  'stored_file.of_owners',
  `SELECT ${COLUMNS} FROM stored_file f
    WHERE f.owner_type = :ownerType AND f.owner_id IN (:ids...) FETCH FIRST :limit ROWS ONLY`,
  { params: { ownerType: 'text', ids: 'uuid', limit: 'int' }, result: RESULT },
);
const EXPORTS_DUE = portable<{ before: Date; afterAt: Date; afterId: string; limit: number }, FileFacts>(
  'stored_file.exports_due',
  `SELECT ${COLUMNS} FROM stored_file f
    WHERE f.record_class = 'export' AND f.created_at < :before AND f.created_at >= :afterAt
      AND (f.created_at > :afterAt OR f.id > :afterId)
    ORDER BY f.created_at, f.id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { before: 'instant', afterAt: 'instant', afterId: 'uuid', limit: 'int' },
    result: RESULT,
  },
);
const LOCK = portable<{ ids: readonly string[]; before: Date }, { id: string }>(
  'stored_file.lock_due',
  'SELECT f.id FROM stored_file f WHERE f.id IN (:ids...) AND f.created_at < :before FOR UPDATE',
  { params: { ids: 'uuid', before: 'instant' }, result: { id: 'uuid' } },
);
const COUNT_EXPORTS = portable<{ fromAt: Date; toAt: Date }, { records: number }>(
  'stored_file.count_exports',
  `SELECT COUNT(*) AS records FROM stored_file
    WHERE record_class = 'export' AND created_at >= :fromAt AND created_at < :toAt`,
  { params: { fromAt: 'instant', toAt: 'instant' }, result: { records: 'int' } },
);

const PIECE_BYTES = 1024 * 1024;
const FIRST = { afterAt: new Date(0), afterId: '00000000-0000-0000-0000-000000000000' };
/** Files one removal takes at once; their pieces go with them. */
const FILES_AT_ONCE = 500;

function toSubject(recordClass: RecordClass, row: FileFacts): RecordSubject {
  return {
    recordClass,
    id: row.id,
    requesterId: row.requesterId,
    ticketId: null,
    accountIds: [row.creatorId],
    startedAt: row.createdAt,
    endedAt: row.createdAt,
    rowCount: 1 + Math.ceil(row.sizeBytes / PIECE_BYTES),
  };
}

/** The files of owners; their contents are no part of an archive, which must fit into memory chunk by chunk. */
function filesOf(ownerType: FileOwnerType): OwnedRows {
  return {
    table: 'stored_file',
    async remove(tx, ownerIds) {
      let count = 0;
      for (;;) {
        const rows = await tx.all(OF_OWNERS, { ownerType, ids: ownerIds, limit: FILES_AT_ONCE });
        count += await removeFiles(
          tx,
          rows.map(({ id }) => id),
        );
        if (rows.length < FILES_AT_ONCE) return count;
      }
    },
  };
}

/** Files of conversations or tickets: they go with their owner, and keep it for as long as their own class is kept. */
function attached(ownerType: 'conversation' | 'ticket', attachedTo: 'chat' | 'ticket'): RecordStore {
  return {
    name: `files.${ownerType}`,
    recordClass: 'file',
    attachedTo,
    rows: [filesOf(ownerType)],
    async keeping(db, { recordClass, ids, limit }) {
      if (recordClass !== attachedTo) return [];
      const rows = await db.all(OF_OWNERS, { ownerType, ids, limit });
      return rows.map((row) => ({ keptId: row.ownerId, record: toSubject('file', row) }));
    },
  };
}

/** Exports end with the moment they were made. */
function exportRecords(): RecordStore {
  return {
    name: 'files.export',
    recordClass: 'export',
    rows: [{ table: 'stored_file', remove: (tx: Tx, ids: readonly string[]) => removeFiles(tx, ids) }],
    async due(db, { thresholds, after, limit }) {
      const from = after === null ? FIRST : { afterAt: after.at, afterId: after.id };
      const rows = await db.all(EXPORTS_DUE, { before: thresholds.export, ...from, limit });
      return rows.map((row) => ({
        record: toSubject('export', row),
        cursor: { at: row.createdAt, id: row.id },
      }));
    },
    async lock(tx, ids, thresholds) {
      return (await tx.all(LOCK, { ids, before: thresholds.export })).map(({ id }) => id);
    },
    async count(db, { from: fromAt, to: toAt }) {
      return (await db.one(COUNT_EXPORTS, { fromAt, toAt }))?.records ?? 0;
    },
  };
}

/** Files as the life cycle of records reaches them. */
export function fileRecords(): RecordStore[] {
  return [attached('conversation', 'chat'), attached('ticket', 'ticket'), exportRecords()];
}
