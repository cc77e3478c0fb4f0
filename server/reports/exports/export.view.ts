import { decodeCursor, toPage, type Page } from '../../kernel/index.ts';
import { portable, type Db } from '../../platform/persistence/index.ts';
import type { ExportRow } from './export.entity.ts';

/** An export with how far its work is. */
export interface ExportItemRow extends Pick<
  ExportRow,
  | 'id'
  | 'kind'
  | 'format'
  | 'isUnmasked'
  | 'state'
  | 'rowCount'
  | 'isCollected'
  | 'sizeBytes'
  | 'errorCode'
  | 'askedAt'
  | 'endedAt'
  | 'expiresAt'
  | 'downloadCount'
  | 'digestHex'
  | 'version'
> {
  done: number | null;
}

const LIST = portable<{ accountId: string; beforeId: string; limit: number }, ExportItemRow>(
  'export_request.list',
  `SELECT e.id, e.kind, e.format, e.is_unmasked, e.state, e.row_count, e.is_collected, e.size_bytes, e.error_code,
      e.asked_at, e.ended_at, e.expires_at, e.download_count, e.digest_hex, e.version, j.done
    FROM export_request e LEFT JOIN job j ON j.id = e.job_id
    WHERE e.account_id = :accountId AND e.id < :beforeId ORDER BY e.id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { accountId: 'uuid', beforeId: 'uuid', limit: 'int' },
    result: {
      id: 'uuid',
      kind: 'text',
      format: 'text',
      isUnmasked: 'flag',
      state: 'text',
      rowCount: 'int',
      isCollected: 'flag',
      sizeBytes: 'int',
      errorCode: 'text',
      askedAt: 'instant',
      endedAt: 'instant',
      expiresAt: 'instant',
      downloadCount: 'int',
      digestHex: 'text',
      version: 'int',
      done: 'int',
    },
  },
);
const FROM_NEWEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Exports of one account, newest first. */
export async function listExports(
  db: Db,
  accountId: string,
  { cursor, limit }: { cursor: string | undefined; limit: number },
): Promise<Page<ExportItemRow>> {
  const [after] = cursor === undefined ? [FROM_NEWEST] : decodeCursor(cursor, 1);
  const rows = await db.all(LIST, { accountId, beforeId: String(after), limit: limit + 1 });
  return toPage(
    rows,
    limit,
    ({ id }) => [id],
    (row) => row,
  );
}
