export { qaRecords } from './evaluations/evaluation.records.ts';
export { createQa, type Qa, type QaDeps } from './qa.ts';
export type { AccountNames } from './ports.ts';
