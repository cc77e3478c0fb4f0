import type { TimeZone } from '../../kernel/index.ts';

const MINUTE_MS = 60_000;

/** Limits of looking at clear values; durations in milliseconds. */
export const REVEAL_LIMITS = {
  /** How long a revealed value may stay on a screen. */
  shownMs: MINUTE_MS,
  /** The time the cap of one account is counted over. */
  capMs: 60 * MINUTE_MS,
  /** The time in which so many different customers are a burst. */
  burstMs: 10 * MINUTE_MS,
} as const;

/** Days of a week as the settings name them, in the order of Date.getUTCDay. */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** What a bank sets about reveals. */
export interface RevealRules {
  /** Reveals one account may make in an hour; whoever needs more exports with a second person's approval. */
  perHourMax: number;
  /** Different customers within ten minutes from which on the officer is told. */
  burstCount: number;
  workDays: readonly (typeof WEEKDAYS)[number][];
  /** Full hours on the wall; from before to, `to` not included. */
  workFromHour: number;
  workToHour: number;
}

/** Whether this instant lies outside the working hours, as the wall of the zone shows them. */
export function isOutOfHours(at: Date, zone: Pick<TimeZone, 'wallAt'>, rules: RevealRules): boolean {
  const { year, month, day, hour } = zone.wallAt(at.getTime());
  const weekday = WEEKDAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()];
  const isWorkDay = weekday !== undefined && rules.workDays.includes(weekday);
  return !isWorkDay || hour < rules.workFromHour || hour >= rules.workToHour;
}
