import type { Db } from '../persistence/index.ts';

/** What came of a page of a walk. */
export interface WalkedPage {
  /** Rows of another version that were found. */
  rows: number;
  /** Of them those whose values cannot be read: they keep their old hashes. */
  unreadable: number;
  /** Where the next page goes on; null when nothing is behind it. */
  after: string | null;
}

/**
 * Rows with keyed hashes, as a rotation of the index key reaches them. A module declares one for each of its tables. No
 * statement of it looks at more than a span of rows (`REKEY_LIMITS.spanRows`), also where all of them are hashed already.
 */
export interface IndexWalk {
  /** The table; permanent, because the checkpoints of a rotation name it. */
  name: string;
  /** How many rows of the span behind `after` are hashed by another version than this one. */
  countSpan(db: Db, version: number, after: string | null): Promise<{ rows: number; after: string | null }>;
  /**
   * Hashes a page of rows anew that are of another version than the one in use, in a unit of work of its own. A row that
   * somebody changes meanwhile is left to that change.
   */
  page(after: string | null, limit: number): Promise<WalkedPage>;
}
