export { AUDIT_ACTIONS, isAuditAction, type AuditAction, type AuditClass } from './actions.ts';
export type { AnchorSink } from './anchor-sink.ts';
export { createFolderAnchor, readAnchors } from './anchors.ts';
export { canonicalJson } from './canonical.ts';
export { writeExport } from './export.ts';
export { verifyExportFolder } from './verify-export.ts';
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
export { epochStartDrafts } from './epoch.ts';
export { createKeyFile, parseKeyFile, type TrailKeys } from './keys.ts';
export * from './lane.ts';
export { createNoteSigner, generateSealKey, type NoteSigner } from './note.ts';
export * from './sealer.ts';
export type * from './storage.ts';
export { verifyTrail } from './verify.ts';
export { createDatabaseReader } from './verify-database.ts';
export { exitCodeOf, type Finding, type VerifyResult } from './verify-result.ts';
export { runAuditCli, type AuditCliPorts } from './cli.ts';
export { findPlace, proveEntry, writeProof, type InclusionProof, type ProofSource } from './proof.ts';
export { renderSentence } from './sentence.ts';
export * from './outlets.ts';
export { appendStamp, readStamps } from './stamp-folder.ts';
export { readStamp, stampRequest, type TimeStamp } from './timestamp.ts';
export { parseStatement } from './seal.ts';
