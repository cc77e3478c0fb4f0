export {
  createAnchoring,
  type Anchoring,
  type AnchorState,
  type OutsideAnchor,
} from './anchors/anchoring.ts';
export { createForwarder } from './anchors/forwarder.ts';
export { createVolumeAnchor } from './anchors/folder-anchor.ts';
export { createStampAnchor, createSyslogAnchor } from './anchors/outside.ts';
export { digestJob } from './anchors/digest.job.ts';
export { createWitnessAnchor } from './anchors/witness-anchor.ts';
export { WitnessService } from './witness/witness.service.ts';
export { witnessRoutes } from './witness/witness.routes.ts';
export type { AlertRuleName } from './review/alert.rules.ts';
export { alertJobs, AlertService } from './review/alert.service.ts';
export { alertRoutes } from './review/alert.routes.ts';
export { createCompliance, type Compliance } from './compliance.ts';
export { readArchiveFile, type ArchiveLine, type ArchivePlace } from './lifecycle/archive-file.ts';
export { createErasure, type Erasure } from './erasure/erasure.ts';
export { createLifecycle, type Lifecycle } from './lifecycle/lifecycle.ts';
export { holdsInForce, registerHoldProposals } from './lifecycle/hold.proposals.ts';
export { alertsWaiting } from './review/waiting.view.ts';
export type { LifecycleDeps } from './lifecycle/lifecycle.deps.ts';
export { readManifest, type Manifest } from './lifecycle/manifest.ts';
export type { LifecycleNotices } from './lifecycle/sweep.service.ts';
export type { AccountNames, ComplianceDeps } from './ports.ts';
export { createPurge } from './purge/purge.ts';
export { registerPurge } from './purge/purge.approvals.ts';
export { keepDaysOf } from './purge/purge.rules.ts';
export { personExport } from './person/person.export.ts';
export { eventExport } from './search/event.export.ts';
export { accessReviewRoutes } from './access-review/access-review.routes.ts';
export { AccessReviewService } from './access-review/access-review.service.ts';
export { caseRoutes } from './cases/case.routes.ts';
export { CaseService } from './cases/case.service.ts';
export { checkRoutes } from './checks/check.routes.ts';
export { CheckService } from './checks/check.service.ts';
export { savedSearchRoutes } from './searches/saved-search.routes.ts';
export { SavedSearchService, type AskReport } from './searches/saved-search.service.ts';
export { WordIndexer } from './search/word-indexer.ts';
export { createStaffList } from './staff/staff.ts';
export { createTimeline } from './timeline/timeline.ts';
