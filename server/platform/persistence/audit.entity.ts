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

/** A decision of two people that the trail begins behind `toSeal`; what lies before is in the archive. Never changed. */
export const auditPurgeEntity = defineEntity(
  'audit_purge',
  {
    purgeNo: col.int(),
    /** What was approved; one approval gives one purge however often its job runs. */
    approvalKey: col.text(64),
    fromSeal: col.int(),
    toSeal: col.int(),
    fromSize: col.int(),
    toSize: col.int(),
    root: col.bytes(32),
    /** SHA-256 of the statement of `toSeal`. */
    head: col.bytes(32),
    archiveName: col.text(200),
    archiveDigest: col.bytes(32),
    requestedBy: col.text(64),
    approvedBy: col.text(64),
    /** Every entry that goes is of an earlier instant. */
    untilAt: col.instant(),
    decidedAt: col.instant(),
  },
  { primaryKey: ['purgeNo'] },
);
/** Row of `audit_purge`. */
export type AuditPurgeRow = RowOf<typeof auditPurgeEntity>;

/** What the database is asked to remove for a decision: entries of one lane, or seals; a trigger does it. */
export const auditPurgeChunkEntity = defineEntity(
  'audit_purge_chunk',
  {
    id: col.uuid(),
    purgeNo: col.int(),
    node: col.text(40).optional(),
    epoch: col.int().optional(),
    lane: col.int().optional(),
    fromN: col.int().optional(),
    toN: col.int().optional(),
    untilAt: col.instant().optional(),
    sealsBelow: col.int().optional(),
  },
  { primaryKey: ['id'] },
);
/** Row of `audit_purge_chunk`. */
export type AuditPurgeChunkRow = RowOf<typeof auditPurgeChunkEntity>;

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
