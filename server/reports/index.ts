export {
  createReports,
  type Facts,
  type Reports,
  type ReportsDeps,
  type SystemParts,
} from './reports.routes.ts';
export { FIRST_STEPS } from './first-steps/first-steps.section.ts';
export { figureRebuildKind, rebuildFigures } from './figures.rebuild.ts';
export { windowOf } from './overview.rules.ts';
export { overviewExport } from './overview.export.ts';
export { exportNotice } from './exports/export.notices.ts';
export { createExports, type Exports, type ExportsDeps } from './exports/exports.ts';
