import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/**
 * Records of one person for a regulator: asked for by an officer, agreed to by two others, made once, to be fetched for
 * some days. Case number, authority, and reason are what somebody typed.
 */
export const caseFileEntity = defineEntity(
  'case_file',
  {
    id: col.uuid(),
    requesterId: col.uuid(),
    caseNumberEnc: col.sealed({ class: 'C2', scope: 'installation' }),
    authorityEnc: col.sealed({ class: 'C2', scope: 'installation' }),
    reasonEnc: col.sealed({ class: 'C2', scope: 'installation' }),
    /** Half-open; absent: everything. */
    fromAt: col.instant().optional(),
    toAt: col.instant().optional(),
    isUnmasked: col.flag(),
    keptDays: col.int(),
    state: col.text(10),
    askedBy: col.uuid(),
    askedAt: col.instant(),
    firstBy: col.uuid().optional(),
    firstAt: col.instant().optional(),
    secondBy: col.uuid().optional(),
    secondAt: col.instant().optional(),
    fileId: col.uuid().optional(),
    sizeBytes: col.int().optional(),
    digestHex: col.text(64).optional(),
    errorCode: col.text(60).optional(),
    endedAt: col.instant().optional(),
    expiresAt: col.instant().optional(),
    downloadCount: col.int(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `case_file`. */
export type CaseFileRow = RowOf<typeof caseFileEntity>;
