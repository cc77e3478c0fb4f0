import { AppError } from '../../kernel/index.ts';

/** Part of a content: first and last byte, both included. */
export interface ByteRange {
  first: number;
  last: number;
}

const SINGLE_RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/;

/**
 * The part a Range header asks for (RFC 9110 §14.2); undefined means everything: no header, another unit, several
 * ranges, or nonsense, all of which a server may ignore. Throws `request.range_unsatisfiable` for a part behind the end.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = header === undefined ? null : SINGLE_RANGE.exec(header);
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '') {
    if (to === '') return undefined;
    const length = Math.min(Number(to), sizeBytes);
    if (length === 0) throw new AppError('request.range_unsatisfiable');
    return { first: sizeBytes - length, last: sizeBytes - 1 };
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return undefined;
  if (first >= sizeBytes) throw new AppError('request.range_unsatisfiable');
  return { first, last: to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1) };
}
