import { col, defineEntity, type Json, type RowOf } from '../../platform/persistence/index.ts';

/** One line of what an approver decides about. `label` is a key of the console's texts, or a plain word. */
export interface ApprovalLine {
  label: string;
  from?: string;
  to?: string;
}

/** Acts that wait for a second person. Parameters hold ids, codes, and settings; never a customer's data. */
export const approvalEntity = defineEntity(
  'approval',
  {
    id: col.uuid(),
    kind: col.text(60),
    params: col.json<Json>(),
    reason: col.text(500),
    changeLines: col.json<ApprovalLine[]>(),
    state: col.text(20),
    openKey: col.text(200).optional(),
    requestedById: col.text(64),
    requestedAt: col.instant(),
    expiresAt: col.instant(),
    decidedById: col.text(64).optional(),
    decidedAt: col.instant().optional(),
    note: col.text(500).optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `approval`. */
export type ApprovalRow = RowOf<typeof approvalEntity>;
