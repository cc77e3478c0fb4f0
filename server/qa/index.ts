export { evaluationUnitRows } from './evaluations/evaluation.figures.ts';
export { qaRecords } from './evaluations/evaluation.records.ts';
export { createQa, type Qa, type QaDeps } from './qa.ts';
export type { AccountNames } from './ports.ts';
export { evaluationExport } from './evaluations/evaluation.export.ts';
