import { AppError, type TimeZone } from '../../kernel/index.ts';

/** Limits of charts. */
export const TIMELINE = {
  /** Up to so many days are drawn by the hour, up to so many by the day; more by the month. */
  hourDaysMax: 3,
  dayDaysMax: 124,
  /** Nothing older than this is drawn: what is kept longest are seven years, and a leap. */
  daysMax: 2_600,
  /** Days of everybody's accounts: a row for each account, class, and day is looked at. */
  accountDaysMax: 62,
  /** Days shown when nobody says. */
  daysDefault: 30,
  /** Accounts with a line of their own; the others are one together. */
  accountsMax: 6,
  /** Entries counted one by one, where nothing is counted beforehand; the newest of them. */
  entriesMax: 20_000,
} as const;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What each bar stands for. */
export type TimelineStep = 'hour' | 'day' | 'month';

/** A bar: half-open, UTC. */
export interface Bucket {
  from: Date;
  to: Date;
}

/** What is drawn: whole hours, days, or months of the installation's zone around what was asked for. */
export interface TimelineSpan {
  step: TimelineStep;
  buckets: Bucket[];
}

/**
 * The bars for a time, whole ones only, so that each of them counts what a search of its time finds. Throws
 * `request.invalid` when the time ends before it begins. `isByDay` when there is nothing finer to be had; the time is cut at
 * its beginning to at most `daysMax` days.
 */
export function spanOf(
  zone: TimeZone,
  asked: { from?: string | undefined; to?: string | undefined },
  at: { now: Date; isByDay: boolean; daysMax: number },
): TimelineSpan {
  const to = asked.to === undefined ? at.now : new Date(asked.to);
  const from =
    asked.from === undefined ? new Date(to.getTime() - TIMELINE.daysDefault * DAY_MS) : new Date(asked.from);
  if (from >= to) throw new AppError('request.invalid', { details: { field: 'from' } });
  const earliest = new Date(to.getTime() - at.daysMax * DAY_MS);
  const begin = from < earliest ? earliest : from;
  const days = (to.getTime() - begin.getTime()) / DAY_MS;
  if (days <= TIMELINE.hourDaysMax && !at.isByDay) return { step: 'hour', buckets: hours(begin, to) };
  const step = days <= TIMELINE.dayDaysMax ? 'day' : 'month';
  return { step, buckets: wallBuckets(zone, { from: begin, to }, step) };
}

function hours(from: Date, to: Date): Bucket[] {
  const buckets: Bucket[] = [];
  for (let ms = Math.floor(from.getTime() / HOUR_MS) * HOUR_MS; ms < to.getTime(); ms += HOUR_MS)
    buckets.push({ from: new Date(ms), to: new Date(ms + HOUR_MS) });
  return buckets;
}

function wallBuckets(zone: TimeZone, { from, to }: Bucket, step: 'day' | 'month'): Bucket[] {
  const wall = zone.wallAt(from.getTime());
  const startOf = (index: number) => {
    const date =
      step === 'day'
        ? new Date(Date.UTC(wall.year, wall.month - 1, wall.day + index))
        : new Date(Date.UTC(wall.year, wall.month - 1 + index, 1));
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    return new Date(zone.instantOf({ year, month, day, hour: 0, minute: 0 }));
  };
  const buckets: Bucket[] = [];
  for (let start = startOf(0); start < to;) {
    const end = startOf(buckets.length + 1);
    buckets.push({ from: start, to: end });
    start = end;
  }
  return buckets;
}

/** The bar that an instant falls into; -1 when it is outside of all. */
export function bucketAt(buckets: readonly Bucket[], at: Date): number {
  let [low, high] = [0, buckets.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const bucket = buckets[middle] as Bucket;
    if (at < bucket.from) high = middle - 1;
    else if (at >= bucket.to) low = middle + 1;
    else return middle;
  }
  return -1;
}
