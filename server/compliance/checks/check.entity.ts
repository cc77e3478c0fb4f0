import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** What the independent verifier found out, and how long it took. */
export interface CheckResult {
  status: 'whole' | 'tampered' | 'not-provable';
  size: number;
  root: string;
  events: number;
  anchors: number;
  firstBad: { index: number | null; id: string | null; kind: string } | null;
  warnings: string[];
  exportMs: number;
  verifyMs: number;
  /** SHA-256 of the program that verified, hex: compare it with the published one. */
  verifierSha256: string;
}

/** A verification of the whole trail by the program that knows nothing of this server. */
export const auditCheckEntity = defineEntity(
  'audit_check',
  {
    id: col.uuid(),
    accountId: col.uuid(),
    /** `queued`, `exporting`, `verifying`, and the ends: `done`, `failed`. */
    state: col.text(12),
    result: col.json<CheckResult>().optional(),
    /** The result as a signed note. */
    note: col.clob().optional(),
    errorCode: col.text(60).optional(),
    askedAt: col.instant(),
    endedAt: col.instant().optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `audit_check`. */
export type AuditCheckRow = RowOf<typeof auditCheckEntity>;
