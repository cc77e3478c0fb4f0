import { encodeCursor, type CursorKey, type Page } from '../kernel/index.ts';

/** Candidates read in one query. */
const BATCH_ROWS = 100;

/** How to walk an index whose hits must be looked at again after decryption. */
export interface Scan<R, K extends CursorKey, T> {
  /** Items wanted. */
  limit: number;
  /** Most candidates looked at for one page; the next page goes on from there. */
  candidatesMax: number;
  /** Where the page before ended. */
  after: K | undefined;
  fetch(after: K | undefined, count: number): Promise<R[]>;
  /** What to show for each row, in order; undefined drops it. */
  check(rows: R[]): Promise<(T | undefined)[]>;
  keyOf(row: R): K;
}

/**
 * One page of candidates that pass their re-check. A page may be short, even empty, and still have a cursor: then the
 * bound on candidates was reached before the list's end. Cost is at most `candidatesMax` decryptions.
 */
export async function scanPage<R, K extends CursorKey, T>(scan: Scan<R, K, T>): Promise<Page<T>> {
  const items: T[] = [];
  let after = scan.after;
  let seen = 0;
  while (seen < scan.candidatesMax) {
    const count = Math.min(BATCH_ROWS, scan.candidatesMax - seen);
    const rows = await scan.fetch(after, count);
    const checked = await scan.check(rows);
    for (const [index, row] of rows.entries()) {
      const item = checked[index];
      if (item !== undefined) items.push(item);
      after = scan.keyOf(row);
      seen += 1;
      if (items.length === scan.limit) return { items, nextCursor: encodeCursor(after) };
    }
    if (rows.length < count) return { items };
  }
  return after === undefined ? { items } : { items, nextCursor: encodeCursor(after) };
}
