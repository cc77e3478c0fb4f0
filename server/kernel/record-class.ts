/** What the bank keeps by one rule: a period, and what happens at its end. Permanent names. */
export const RECORD_CLASSES = [
  'chat',
  'ticket',
  'complaint',
  'recording',
  'qa',
  'file',
  'profile',
  'export',
] as const;

/** One class of records. */
export type RecordClass = (typeof RECORD_CLASSES)[number];

/** The first instant that is still within each class's period: what ended before it is due. */
export type Thresholds = Readonly<Record<RecordClass, Date>>;

/** A record as the life cycle sees it: what a hold can name, and when its period began. No text of anybody. */
export interface RecordSubject {
  recordClass: RecordClass;
  id: string;
  /** The requester whose record it is; null when it belongs to nobody. */
  requesterId: string | null;
  /** The ticket it is, or belongs to. */
  ticketId: string | null;
  /** Accounts it names in its own row (assignee, agent); others are asked for only when a hold names accounts. */
  accountIds: readonly string[];
  startedAt: Date;
  /** When its period began; null while somebody may still work on it. */
  endedAt: Date | null;
  /** Rows it is made of, about: sweeps cut their chunks by it. */
  rowCount: number;
}

/** Where a walk over due records goes on: the order key of the last one seen. */
export interface RecordCursor {
  at: Date;
  id: string;
}
