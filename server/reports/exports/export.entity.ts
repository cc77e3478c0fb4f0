import type { ReadScope } from './export.scope.ts';
import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** What was asked for, by whom, and how far it is. */
export const exportEntity = defineEntity(
  'export_request',
  {
    id: col.uuid(),
    kind: col.text(60),
    format: col.text(8),
    lang: col.text(5),
    offsetMinutes: col.int(),
    accountId: col.uuid(),
    columnKeys: col.json<string[] | null>().optional(),
    /** Filters hold what somebody typed, which may be a name. */
    paramsEnc: col.sealed({ class: 'C2', scope: 'installation' }),
    isUnmasked: col.flag(),
    state: col.text(16),
    jobId: col.uuid().optional(),
    fileId: col.uuid().optional(),
    cursorText: col.text(500).optional(),
    partCount: col.int(),
    rowCount: col.int(),
    isCollected: col.flag(),
    sizeBytes: col.int().optional(),
    errorCode: col.text(60).optional(),
    askedAt: col.instant(),
    endedAt: col.instant().optional(),
    expiresAt: col.instant().optional(),
    downloadCount: col.int(),
    version: col.int(),
    readScopes: col.json<ReadScope[] | null>().optional(),
    /** SHA-256 of the finished file, hex. */
    digestHex: col.text(64).optional(),
  },
  { primaryKey: ['id'] },
);

/** Row of `export_request`. */
export type ExportRow = RowOf<typeof exportEntity>;

/** Rows already read, sealed, until the file is whole: what a killed run goes on from. */
export const exportPartEntity = defineEntity(
  'export_part',
  {
    exportId: col.uuid(),
    partNo: col.int(),
    rowCount: col.int(),
    rowsEnc: col.sealed({ class: 'C2', scope: 'installation' }),
  },
  { primaryKey: ['exportId', 'partNo'] },
);

/** Row of `export_part`. */
export type ExportPartRow = RowOf<typeof exportPartEntity>;
