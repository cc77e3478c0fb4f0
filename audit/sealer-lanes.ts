import type { LaneKey, LaneRange } from './place.ts';
import { parseRange, rangeLength, type NumberRange } from './ranges.ts';
import type { LeafRow } from './storage.ts';

/** Where the sealer is in one lane. */
export interface LaneWork {
  readonly key: LaneKey;
  /** Sealed or passed over up to here. */
  to: number;
  /** Holes below `to` that were named pending and are neither filled nor void. */
  open: readonly NumberRange[];
  /** While a hole right after `to` is waited for: the largest number seen above it, and when. */
  sightings: readonly Sighting[];
  /** Last number, once a later epoch has stated it; then the lane can retire. */
  end: number | undefined;
}

/** The largest number of a lane that was there at an instant: what is missing below it is at least that old. */
export interface Sighting {
  atMs: number;
  upTo: number;
}

/** New rows of a lane, and what void entries among them say. */
export interface LaneNews {
  /** Rows after `to`, ascending. */
  rows: readonly LeafRow[];
  /** Rows inside open holes, ascending. */
  filled: readonly LeafRow[];
  /** Numbers that void entries of the lane name. */
  voids: readonly NumberRange[];
}

/** What one seal takes of a lane. */
export interface LanePlan {
  leaves: Buffer[];
  ranges: LaneRange[];
  /** Holes passed over after waiting. */
  pending: LaneRange[];
  next: LaneWork;
}

/** Plans what one seal takes of a lane: late fillings, then the prefix up to the first hole still waited for. */
export function planLane(
  work: LaneWork,
  news: LaneNews,
  timing: { nowMs: number; holeWaitMs: number },
): LanePlan {
  const plan: LanePlan = { leaves: [], ranges: [], pending: [], next: { ...work, sightings: [] } };
  for (const row of news.filled) take(plan, work.key, row);
  const resolved = [...plan.ranges.map(({ from, to }) => [from, to] as const), ...news.voids];
  const open = subtractRanges(work.open, resolved);
  const matureTo = maturity(work.sightings, timing);
  let { to } = work;
  for (const row of news.rows) {
    const hole = row.n > to + 1 ? subtractRanges([[to + 1, row.n - 1]], news.voids) : [];
    if (hole.length > 0 && row.n > matureTo) {
      plan.next.sightings = sight(work.sightings, { atMs: timing.nowMs, upTo: news.rows.at(-1)!.n });
      break;
    }
    plan.pending.push(...hole.map(([from, end]) => ({ ...work.key, from, to: end })));
    open.push(...hole);
    take(plan, work.key, row);
    to = row.n;
  }
  return { ...plan, next: { ...plan.next, to, open } };
}

/** Holes below this number have been waited for long enough. */
function maturity(sightings: readonly Sighting[], timing: { nowMs: number; holeWaitMs: number }): number {
  const mature = sightings.filter(({ atMs }) => timing.nowMs - atMs >= timing.holeWaitMs);
  return Math.max(0, ...mature.map(({ upTo }) => upTo));
}

/** Adds a sighting. A clock that went back makes the older ones count from now. */
function sight(before: readonly Sighting[], now: Sighting): Sighting[] {
  const kept = before.map(({ atMs, upTo }) => ({ atMs: Math.min(atMs, now.atMs), upTo }));
  return (kept.at(-1)?.upTo ?? 0) < now.upTo ? [...kept, now] : kept;
}

function take(plan: LanePlan, key: LaneKey, row: LeafRow): void {
  plan.leaves.push(row.leaf);
  const last = plan.ranges.at(-1);
  if (last !== undefined && last.to === row.n - 1) last.to = row.n;
  else plan.ranges.push({ ...key, from: row.n, to: row.n });
}

/** `ranges` without the numbers of `less`. */
export function subtractRanges(ranges: readonly NumberRange[], less: readonly NumberRange[]): NumberRange[] {
  let rest = [...ranges];
  for (const [from, to] of less) {
    rest = rest.flatMap((range): NumberRange[] => {
      const [a, b] = range;
      if (to < a || from > b) return [range];
      const before: NumberRange[] = a < from ? [[a, from - 1]] : [];
      const after: NumberRange[] = to < b ? [[to + 1, b]] : [];
      return [...before, ...after];
    });
  }
  return rest;
}

/** How many numbers the ranges have together. */
export function countNumbers(ranges: readonly NumberRange[]): number {
  return ranges.reduce((sum, range) => sum + rangeLength(range), 0);
}

/** Reads the numbers an `audit.void` body declares void; empty when malformed, so the hole is named instead. */
export function parseVoids(details: unknown): NumberRange[] {
  const numbers = (details as { numbers?: unknown } | undefined)?.numbers;
  if (!Array.isArray(numbers)) return [];
  const ranges = numbers.map((text) => (typeof text === 'string' ? parseRange(text) : undefined));
  return ranges.filter((range) => range !== undefined);
}
