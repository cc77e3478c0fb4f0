import { parseLaneRange, type LaneRange } from '../../../audit/index.ts';
import type { AuditBlockRow } from './word-index.entity.ts';

/** The ranges of lanes a block is made of, in the order of its places. */
export function rangesOf({ laneRanges }: Pick<AuditBlockRow, 'laneRanges'>): LaneRange[] {
  return laneRanges.map((text) => {
    const range = parseLaneRange(text);
    if (range === undefined) throw new Error('a block of the word index is malformed');
    return range;
  });
}

/** The lane and the number of the entry at a place; undefined behind the end. */
export function entryAt(
  ranges: readonly LaneRange[],
  place: number,
): (LaneRange & { n: number }) | undefined {
  let left = place;
  for (const range of ranges) {
    const length = range.to - range.from + 1;
    if (left < length) return { ...range, n: range.from + left };
    left -= length;
  }
  return undefined;
}
