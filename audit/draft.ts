import type { AuditAction } from './actions.ts';

/** How the act ended: done, refused by a rule, or failed on the way. */
export type AuditOutcome = 'ok' | 'refused' | 'failed';

/** Facts of an act beside the named fields: ids, codes, numbers; never a value a person gave. */
export type AuditDetails = Record<string, string | number | boolean | string[]>;

/** What a unit of work says of itself; the trail adds who, when, and the number. No personal value goes in here. */
export interface AuditDraft {
  action: AuditAction;
  outcome: AuditOutcome;
  target?: { type: string; id: string };
  /** Id of the requester whose data was touched. */
  customer?: string;
  /** Names of the fields touched. */
  fields?: string[];
  /** The purpose or reason a person gave as a code, or a refusal's error code. */
  reason?: string;
  /** Ticket that justifies the act. */
  ticket?: string;
  details?: AuditDetails;
  /** State before and after as `sha256:HEX` of its canonical JSON, or as a base64 envelope of field encryption. */
  before?: string;
  after?: string;
}
