import { AppError } from './errors.ts';

/** One page of a list. `nextCursor` is absent on the last page. Pages are cut by key, never by offset. */
export interface Page<T> {
  items: T[];
  nextCursor?: string;
}

/** Where a keyset page starts: the order key of the last row shown, in the order of the list's columns. */
export type CursorKey = (string | number)[];

const CURSOR_LENGTH_MAX = 512;

/** Packs an order key into an opaque text for `nextCursor`. */
export function encodeCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key), 'utf8').toString('base64url');
}

/** Unpacks a cursor of `width` parts; throws `request.cursor_invalid` for anything we did not make. */
export function decodeCursor(cursor: string, width: number): CursorKey {
  const refuse = () => new AppError('request.cursor_invalid');
  if (cursor.length > CURSOR_LENGTH_MAX) throw refuse();
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (cause) {
    throw new AppError('request.cursor_invalid', { cause });
  }
  if (!Array.isArray(key) || key.length !== width) throw refuse();
  if (!key.every((part) => typeof part === 'string' || Number.isFinite(part))) throw refuse();
  return key as CursorKey;
}

/** Cuts `limit + 1` fetched rows down to a page, with the cursor of its last row when more follow. */
export function toPage<R, T>(
  rows: R[],
  limit: number,
  key: (row: R) => CursorKey,
  present: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const page: Page<T> = { items: shown.map(present) };
  if (rows.length > limit && last !== undefined) page.nextCursor = encodeCursor(key(last));
  return page;
}
