import type { RecordClass, RecordCursor, RecordSubject, Thresholds } from '../../kernel/index.ts';
import type { Db, Tx } from './unit.ts';

/** One archived row: its table, the id its sealed values are bound to, and its values by their property. */
export interface OwnedRow {
  table: string;
  rowId: string;
  columns: Record<string, unknown>;
}

/** Rows of one table that are part of records and go with them. */
export interface OwnedRows {
  readonly table: string;
  /** The rows of these records, page by page for the archive; absent for what can be made again (search tokens). */
  read?(db: Db, recordIds: readonly string[]): AsyncIterable<OwnedRow[]>;
  /** Deletes the rows of these records; gives their number. */
  remove(tx: Tx, recordIds: readonly string[]): Promise<number>;
}

/**
 * Port: how the life cycle reaches the records of a module without knowing it. Lists have at most 500 ids.
 * A store with `due` has records that end by themselves. One without goes along with the records of another class:
 * its rows are removed with theirs, and `keeping` says how long it keeps them.
 */
export interface RecordStore {
  /** Permanent, names where an interrupted sweep goes on: `desk.ticket`. */
  readonly name: string;
  readonly recordClass: RecordClass;
  /** The class whose records its rows belong to, where that is another one. */
  readonly attachedTo?: RecordClass;
  /** Records whose period is over, in the order of the cursor. */
  due?(
    db: Db,
    query: { thresholds: Thresholds; after: RecordCursor | null; limit: number },
  ): Promise<{ record: RecordSubject; cursor: RecordCursor }[]>;
  /**
   * Locks these records and gives the ids of those that are still there, still over, and kept alive by no other row.
   * The deletion of the same unit of work goes by its answer.
   */
  lock?(tx: Tx, ids: readonly string[], thresholds: Thresholds): Promise<string[]>;
  /** Which of the accounts had a part in which of these records, beyond what their rows name. */
  involved?(
    db: Db,
    ids: readonly string[],
    accountIds: readonly string[],
  ): Promise<{ id: string; accountId: string }[]>;
  /** Records of this store that keep records of another class alive, at most `limit`, by the id of the kept one. */
  keeping?(
    db: Db,
    kept: { recordClass: RecordClass; ids: readonly string[]; limit: number },
  ): Promise<{ keptId: string; record: RecordSubject }[]>;
  /** Tables in the order of removal. */
  readonly rows: readonly OwnedRows[];
  /** How many records ended in this half-open time; for the outlook of a dry run. */
  count?(db: Db, range: { from: Date; to: Date }): Promise<number>;
  /** The record, if there is one; holds name only what is there. */
  find?(db: Db, id: string): Promise<RecordSubject | undefined>;
}
