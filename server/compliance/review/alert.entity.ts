import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** What a rule found in the trail, and who looked at it. The remark may name people. */
export const auditAlertEntity = defineEntity(
  'audit_alert',
  {
    id: col.uuid(),
    rule: col.text(40),
    day: col.text(10),
    actorId: col.text(100),
    /** Colleagues whose records were looked at. */
    subjectIds: col.json<string[]>().optional(),
    entryCount: col.int(),
    firstAt: col.instant(),
    lastAt: col.instant(),
    raisedAt: col.instant(),
    signedBy: col.uuid().optional(),
    signedAt: col.instant().optional(),
    remarkEnc: col.sealed({ class: 'C2', scope: 'installation' }).optional(),
    /** When more people were told that nobody had signed. */
    escalatedAt: col.instant().optional(),
    /** When it was closed without anybody having looked at it. */
    expiredAt: col.instant().optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `audit_alert`. */
export type AuditAlertRow = RowOf<typeof auditAlertEntity>;
