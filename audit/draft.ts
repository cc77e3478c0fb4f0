/** What a unit of work says of itself; the trail adds who, when, and the number. No personal value goes in here. */
export interface AuditDraft {
  /** `noun.verb` of the catalogue. */
  action: string;
  outcome: 'ok' | 'refused' | 'failed';
  target?: { type: string; id: string };
  /** Id of the requester whose data was touched. */
  customer?: string;
  /** Names of the fields touched. */
  fields?: string[];
  /** The purpose or reason a person gave as a code, or a refusal's error code. */
  reason?: string;
  /** Ticket that justifies the act. */
  ticket?: string;
  details?: Record<string, string | number | boolean | string[]>;
}
