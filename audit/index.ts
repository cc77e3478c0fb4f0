export type { AuditDraft } from './draft.ts';
