import type { Before } from '../../kernel/index.ts';
import {
  columnKinds,
  columnList,
  insert,
  portable,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import { auditCheckEntity, type AuditCheckRow } from './check.entity.ts';

const CHECK_INSERT = insert(auditCheckEntity);
const CHECK_BY_ID = select(auditCheckEntity, { name: 'audit_check.by_id', where: ['id'] });
const CHECK_CHANGE = update(auditCheckEntity, {
  name: 'audit_check.change',
  set: ['state', 'result', 'note', 'errorCode', 'endedAt', 'version'],
  where: ['id', 'version'],
});
const CHECKS_PAGE = portable<Before & { limit: number }, AuditCheckRow>(
  'audit_check.page',
  `SELECT ${columnList(auditCheckEntity, 'c')} FROM audit_check c
    WHERE c.asked_at <= :beforeAt AND (c.asked_at < :beforeAt OR c.id < :beforeId)
    ORDER BY c.asked_at DESC, c.id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { beforeAt: 'instant', beforeId: 'uuid', limit: 'int' },
    result: columnKinds(auditCheckEntity),
  },
);

/** Adds a check. */
export async function insertCheck(tx: Tx, row: AuditCheckRow): Promise<void> {
  await tx.run(CHECK_INSERT, row);
}

/** The check of an id. */
export function findCheck(db: Db, id: string): Promise<AuditCheckRow | undefined> {
  return db.one(CHECK_BY_ID, { id });
}

/** Checks, the newest first. */
export function listChecks(db: Db, page: Before & { limit: number }): Promise<AuditCheckRow[]> {
  return db.all(CHECKS_PAGE, page);
}

/** Changes a check over its version; undefined when another run was first. */
export async function changeCheck(
  tx: Tx,
  row: AuditCheckRow,
  change: Partial<AuditCheckRow>,
): Promise<AuditCheckRow | undefined> {
  const next = { ...row, ...change, version: row.version + 1 };
  const { state, result, note, errorCode, endedAt, version } = next;
  const where = { whereId: row.id, whereVersion: row.version };
  const count = await tx.run(CHECK_CHANGE, { state, result, note, errorCode, endedAt, version, ...where });
  return count === 1 ? next : undefined;
}
