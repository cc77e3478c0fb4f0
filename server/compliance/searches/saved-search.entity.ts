import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** A search an officer keeps, and the report that is made of it. Name and filter are what somebody typed. */
export const savedSearchEntity = defineEntity(
  'audit_query',
  {
    id: col.uuid(),
    accountId: col.uuid(),
    nameEnc: col.sealed({ class: 'C2', scope: 'installation' }),
    filterEnc: col.sealed({ class: 'C2', scope: 'installation' }),
    /** `day`, `week`, or `month`; absent while no report is made. */
    period: col.text(8).optional(),
    atHour: col.int().optional(),
    format: col.text(8).optional(),
    lang: col.text(5).optional(),
    nextAt: col.instant().optional(),
    lastAt: col.instant().optional(),
    lastExportId: col.uuid().optional(),
    /** Why the last report was not made. */
    errorCode: col.text(60).optional(),
    createdAt: col.instant(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `audit_query`. */
export type SavedSearchRow = RowOf<typeof savedSearchEntity>;
