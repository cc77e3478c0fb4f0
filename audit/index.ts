export { AUDIT_ACTIONS, isAuditAction, type AuditAction, type AuditClass } from './actions.ts';
export { adoptionDetails, parseAdoption, type AdoptedFork } from './adopted-fork.ts';
export { adoptedLaneDetails, findOverrun, parseAdoptedLanes } from './overrun.ts';
export { catchUp, type AnchorProgress, type AnchorSink } from './anchor-sink.ts';
export { createFolderAnchor, readAnchors } from './anchors.ts';
export { canonicalJson } from './canonical.ts';
export { ExportError, writeExport } from './export.ts';
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
export { addKey, createKeyFile, parseKeyFile, type TrailKeys } from './keys.ts';
export * from './lane.ts';
export * from './note.ts';
export { addCosignature, appendCosigned, parseWitnessKeys, readCosigned } from './cosign.ts';
export * from './sealer.ts';
export type * from './storage.ts';
export { verifyTrail } from './verify.ts';
export { createDatabaseReader, verifyDatabaseTrail } from './verify-database.ts';
export { exitCodeOf, type Finding, type VerifyResult } from './verify-result.ts';
export { runAuditCli, type AuditCliPorts } from './cli.ts';
export { UsageError } from './cli-options.ts';
export { judgeHead, type HeadVerdict } from './witness.ts';
export { parseHead, type SignedHead } from './head.ts';
export {
  findPlace,
  indexInSeal,
  proveConsistency,
  proveEntry,
  writeProof,
  type InclusionProof,
  type ProofSource,
} from './proof.ts';
export { renderSentence } from './sentence.ts';
export * from './outlets.ts';
export { appendStamp, readStamps } from './stamp-folder.ts';
export { readStamp, stampRequest, type TimeStamp } from './timestamp.ts';
export { laneRangeText, laneText, parseLaneRange, type LaneRange } from './place.ts';
export { parseStatement, type SealStatement } from './seal.ts';
export { sha256 as hashOfStatement } from './hash.ts';
