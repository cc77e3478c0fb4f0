import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** Versions of how long a class of entries is kept; the highest counts. A class without a row follows the configuration. */
export const auditPeriodEntity = defineEntity(
  'audit_period',
  {
    entryClass: col.text(20),
    version: col.int(),
    keepDays: col.int(),
    changedBy: col.uuid(),
    approvedBy: col.uuid().optional(),
    changedAt: col.instant(),
  },
  { primaryKey: ['entryClass', 'version'] },
);

/** Row of `audit_period`. */
export type AuditPeriodRow = RowOf<typeof auditPeriodEntity>;
