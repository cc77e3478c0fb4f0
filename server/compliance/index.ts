export {
  createAnchoring,
  type Anchoring,
  type AnchorState,
  type OutsideAnchor,
} from './anchors/anchoring.ts';
export { createForwarder } from './anchors/forwarder.ts';
export { createStampAnchor, createSyslogAnchor } from './anchors/outside.ts';
export { alertJobs, AlertService } from './review/alert.service.ts';
export { alertRoutes } from './review/alert.routes.ts';
export { createCompliance, type Compliance } from './compliance.ts';
export {
  readArchiveFile,
  type ArchiveHead,
  type ArchiveLine,
  type ArchivePlace,
} from './lifecycle/archive-file.ts';
export { createErasure, type Erasure } from './erasure/erasure.ts';
export { createLifecycle, type Lifecycle } from './lifecycle/lifecycle.ts';
export type { LifecycleDeps } from './lifecycle/lifecycle.deps.ts';
export { readManifest, type Manifest } from './lifecycle/manifest.ts';
export type { LifecycleNotices } from './lifecycle/sweep.service.ts';
export type { AccountNames, ComplianceDeps } from './ports.ts';
export { eventExport } from './search/event.export.ts';
