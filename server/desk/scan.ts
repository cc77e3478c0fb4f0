import { encodeCursor, type CursorKey, type Page } from '../kernel/index.ts';

/** Candidates read in one query: a few more than are wanted, for those that do not pass, and never over this. */
const BATCH_ROWS_MAX = 100;
const SPARE_SHARE = 0.25;

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
  const batch = Math.min(BATCH_ROWS_MAX, Math.ceil(scan.limit * (1 + SPARE_SHARE)) + 1);
  while (seen < scan.candidatesMax) {
    const count = Math.min(batch, scan.candidatesMax - seen);
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

/** A row of a list that shows the newest first. */
interface Dated {
  at: Date;
  id: string;
}

/**
 * The newest rows of several searches, each newest first: one for each key that rows may be hashed with. There is one
 * but for the time of a rotation.
 */
export async function newestOf<Q, R>(
  searches: readonly Q[],
  limit: number,
  find: (search: Q) => Promise<R[]>,
  dateOf: (row: R) => Dated,
): Promise<R[]> {
  const [first, ...others] = searches;
  if (first === undefined) return [];
  const rows = await find(first);
  if (others.length === 0) return rows;
  const seen = new Map(rows.map((row) => [dateOf(row).id, row]));
  for (const search of others) for (const row of await find(search)) seen.set(dateOf(row).id, row);
  const sorted = [...seen.values()].sort((a, b) => {
    const [left, right] = [dateOf(a), dateOf(b)];
    return right.at.getTime() - left.at.getTime() || (left.id < right.id ? 1 : -1);
  });
  return sorted.slice(0, limit);
}
