export { AUDIT_ACTIONS, isAuditAction, type AuditAction, type AuditClass } from './actions.ts';
export { canonicalJson, parseCanonical, CanonicalError } from './canonical.ts';
export type { AuditDetails, AuditDraft, AuditOutcome } from './draft.ts';
export {
  AuditEntryError,
  ENTRY_LIMITS,
  type AuditActor,
  type AuditColumns,
  type EntryErrorCode,
  type Sequence,
  type Stamp,
} from './entry.ts';
export {
  createAuditLane,
  type AuditLane,
  type LaneMark,
  type LaneOptions,
  type SequencedEntry,
} from './lane.ts';
