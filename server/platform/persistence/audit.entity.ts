import type { SequencedEntry } from '../../../audit/index.ts';
import { col } from './columns.ts';
import { defineEntity, type RowOf } from './entity.ts';

/** One audit entry: the exact body that was hashed, and columns the officer searches by. Never changed. */
export const auditEventEntity = defineEntity(
  'audit_event',
  {
    node: col.text(40),
    epoch: col.int(),
    lane: col.int(),
    n: col.int(),
    id: col.uuid(),
    occurredAt: col.instant(),
    actorType: col.text(40),
    actorId: col.text(100),
    action: col.text(40),
    class: col.text(20),
    targetType: col.text(40).optional(),
    targetId: col.text(100).optional(),
    customerRef: col.text(100).optional(),
    outcome: col.text(10),
    body: col.clob(),
    leaf: col.bytes(32),
  },
  { primaryKey: ['node', 'epoch', 'lane', 'n'] },
);

/** Row of `audit_event`. */
export type AuditEventRow = RowOf<typeof auditEventEntity>;

/** One start of a process that writes audit entries. */
export const auditEpochEntity = defineEntity(
  'audit_epoch',
  {
    node: col.text(40),
    epoch: col.int(),
    host: col.text(100),
    laneCount: col.int(),
    startedAt: col.instant(),
  },
  { primaryKey: ['node', 'epoch'] },
);

/** The row of a numbered entry. */
export function toAuditRow(entry: SequencedEntry): AuditEventRow {
  const { columns } = entry;
  return {
    node: entry.node,
    epoch: entry.epoch,
    lane: entry.lane,
    n: entry.n,
    id: entry.id,
    occurredAt: entry.at,
    actorType: columns.actorType,
    actorId: columns.actorId,
    action: columns.action,
    class: columns.class,
    targetType: columns.targetType,
    targetId: columns.targetId,
    customerRef: columns.customerRef,
    outcome: columns.outcome,
    body: entry.body,
    leaf: entry.leaf,
  };
}
