export { createCompliance, type Compliance } from './compliance.ts';
export type { AccountNames, ComplianceDeps } from './ports.ts';
