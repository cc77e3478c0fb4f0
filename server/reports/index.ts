export {
  createReports,
  type Facts,
  type Reports,
  type ReportsDeps,
  type SystemParts,
} from './reports.routes.ts';
