import { insert, select, update, type Db, type Tx } from '../../platform/persistence/index.ts';
import { approvalEntity, type ApprovalRow } from './approval.entity.ts';

const APPROVAL_INSERT = insert(approvalEntity);
const APPROVAL_BY_ID = select(approvalEntity, { name: 'approval.by_id', where: ['id'] });
const APPROVAL_BY_KEY = select(approvalEntity, { name: 'approval.by_key', where: ['openKey'] });
const APPROVAL_DECIDE = update(approvalEntity, {
  name: 'approval.decide',
  set: ['state', 'decidedById', 'decidedAt', 'note', 'changeLines', 'openKey', 'version'],
  where: ['id', 'version'],
  and: "state = 'asked'",
});

/** How an approval ends. */
export interface Ending {
  state: 'approved' | 'rejected' | 'withdrawn' | 'expired';
  byId: string;
  at: Date;
  note: string | null;
  lines: ApprovalRow['changeLines'];
}

/** Keeps what was asked for. A key that is open already throws a conflict of `ux_approval_open_key`. */
export async function insertApproval(tx: Tx, row: ApprovalRow): Promise<void> {
  await tx.run(APPROVAL_INSERT, row);
}

/** The approval of an id, if any. */
export function findApproval(db: Db, id: string): Promise<ApprovalRow | undefined> {
  return db.one(APPROVAL_BY_ID, { id });
}

/** The undecided approval of a key, if any. */
export function findApprovalByKey(db: Db, openKey: string): Promise<ApprovalRow | undefined> {
  return db.one(APPROVAL_BY_KEY, { openKey });
}

/** Ends it; gives whether it was still undecided at this version. The row stays locked until the commit. */
export async function endApproval(tx: Tx, row: ApprovalRow, ending: Ending): Promise<boolean> {
  const changed = await tx.run(APPROVAL_DECIDE, {
    state: ending.state,
    decidedById: ending.byId,
    decidedAt: ending.at,
    note: ending.note,
    changeLines: ending.lines,
    openKey: null,
    version: row.version + 1,
    whereId: row.id,
    whereVersion: row.version,
  });
  return changed === 1;
}
