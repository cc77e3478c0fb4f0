/** An inclusive range of numbers in a lane. */
export type NumberRange = readonly [from: number, to: number];

const RANGE_PATTERN = /^([1-9][0-9]{0,15})(?:-([1-9][0-9]{0,15}))?$/;

/** Joins numbers (any order, duplicates allowed) into ascending ranges. */
export function toRanges(numbers: Iterable<number>): NumberRange[] {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const n of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === n - 1) last[1] = n;
    else ranges.push([n, n]);
  }
  return ranges;
}

/** Writes a range as `5` or `5-9`. */
export function formatRange([from, to]: NumberRange): string {
  return from === to ? `${from}` : `${from}-${to}`;
}

/** Reads `5` or `5-9`; undefined for anything else. */
export function parseRange(text: string): NumberRange | undefined {
  const match = RANGE_PATTERN.exec(text);
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = match[2] === undefined ? from : Number(match[2]);
  const isRange = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from <= to;
  return isRange ? [from, to] : undefined;
}

/** How many numbers a range has. */
export function rangeLength([from, to]: NumberRange): number {
  return to - from + 1;
}
