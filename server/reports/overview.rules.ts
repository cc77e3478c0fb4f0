/** The days a report covers: whole days of the reader's zone, the last of them today. */
export interface ReportWindow {
  /** First instant, UTC. */
  from: Date;
  /** First instant behind the end, UTC: the end of today in the reader's zone. */
  to: Date;
  /** The days, `2026-01-05`, oldest first. */
  days: string[];
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Most days of one report. */
export const DAYS_MAX = 366;

/**
 * The last `days` days up to now. `offsetMinutes` is how far the reader's clock is ahead of UTC (China: 480); a zone
 * that changes its offset within the window is cut by the offset it has today.
 */
export function windowOf(now: Date, days: number, offsetMinutes: number): ReportWindow {
  const offsetMs = offsetMinutes * MINUTE_MS;
  const today = Math.floor((now.getTime() + offsetMs) / DAY_MS);
  const first = today - days + 1;
  return {
    from: new Date(first * DAY_MS - offsetMs),
    to: new Date((today + 1) * DAY_MS - offsetMs),
    days: Array.from({ length: days }, (_, index) =>
      new Date((first + index) * DAY_MS).toISOString().slice(0, 10),
    ),
  };
}

/** A part of a whole, 0 to 1 with four decimals; null when there is no whole. */
export function ratioOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
}

/** A mean with two decimals; null when nothing was counted. */
export function meanOf(sum: number | null, count: number): number | null {
  return count === 0 || sum === null ? null : Math.round((sum / count) * 100) / 100;
}
