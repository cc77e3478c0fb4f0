import { AppError } from './errors.ts';
import { isUuid } from './ids.ts';
import { decodeCursor, type CursorKey } from './pages.ts';

/** Where a list ordered by an instant and the id, both falling, goes on. */
export interface Before {
  beforeAt: Date;
  beforeId: string;
}

/** In front of every row: where a falling list begins. */
export const FROM_NEWEST: Before = {
  beforeAt: new Date('9999-12-31T23:59:59.999Z'),
  beforeId: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};

/** The place a cursor names, or the beginning; throws `request.cursor_invalid`. */
export function beforeOf(cursor: string | undefined): Before {
  if (cursor === undefined) return FROM_NEWEST;
  return fromKey(decodeCursor(cursor, 2));
}

/** Reads an order key back; throws `request.cursor_invalid`. */
export function fromKey([atMs, id]: CursorKey): Before {
  const beforeAt = new Date(typeof atMs === 'number' ? atMs : NaN);
  if (Number.isNaN(beforeAt.getTime()) || !isUuid(id)) throw new AppError('request.cursor_invalid');
  return { beforeAt, beforeId: id };
}

/** The order key of a row as its cursor holds it: milliseconds since 1970, and the id. */
export function beforeKey(at: Date, id: string): [number, string] {
  return [at.getTime(), id];
}
