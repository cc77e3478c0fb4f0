import { AppError, type TimeZone, type WallTime } from '../../kernel/index.ts';

/** A cron expression, read: the minutes, hours, days, and months on which it fires. */
export interface Cron {
  readonly text: string;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** `*` as the hour: fires by elapsed time, in a repeated hour again, and not in a skipped one. */
  readonly isEveryHour: boolean;
  readonly isEveryDay: boolean;
  readonly isEveryWeekday: boolean;
}

/** Longest expression in characters; a list of every minute has fewer than 200. */
export const CRON_CHARACTERS_MAX = 200;

const MONTH_NAMES = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTH_NAMES },
  { name: 'weekday', min: 0, max: 7, names: WEEKDAY_NAMES },
] as const;
type FieldRule = (typeof FIELDS)[number];

/** Days of each month in a leap year. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Two 29ths of February are at most eight years apart (1896 to 1904, 2096 to 2104). */
const HORIZON_DAYS = 9 * 366;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Reads five fields: minute, hour, day of the month, month, weekday; `*`, numbers, ranges, steps, lists, and English
 * names of months and weekdays. Day and weekday together fire on either, as cron always did. Throws
 * `job.cron_invalid` with the field at fault, and `job.cron_never` for a day that no month has.
 */
export function parseCron(text: string): Cron {
  if (text.length > CRON_CHARACTERS_MAX) throw invalid('length');
  const words = text.trim().split(/[ \t]+/);
  if (words.length !== FIELDS.length) throw invalid('fields');
  const [minutes, hours, days, months, weekdays] = FIELDS.map((field, index) =>
    readField(field, words[index] as string),
  ) as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>];
  if (weekdays.delete(7)) weekdays.add(0);
  const cron: Cron = {
    text: words.join(' '),
    ...{ minutes, hours, days, months, weekdays },
    isEveryHour: words[1] === '*',
    isEveryDay: words[2] === '*',
    isEveryWeekday: words[4] === '*',
  };
  if (neverFires(cron)) throw new AppError('job.cron_never');
  return cron;
}

function invalid(at: string): AppError {
  return new AppError('job.cron_invalid', { details: { at } });
}

function readField(field: FieldRule, word: string): Set<number> {
  const values = new Set<number>();
  for (const part of word.split(',')) {
    const match = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d{1,2}))?$/i.exec(part);
    if (match === null) throw invalid(field.name);
    const [, from = '', to, stepText] = match;
    if (from === '*' && to !== undefined) throw invalid(field.name);
    const step = stepText === undefined ? 1 : Number(stepText);
    const first = from === '*' ? field.min : valueOf(field, from);
    // `5/10` begins at 5 and goes on to the end of the field, `5` is 5 alone. `*` holds Sunday once.
    const end = from === '*' || stepText !== undefined ? Math.min(field.max, endOf(field)) : first;
    const last = to === undefined ? end : valueOf(field, to);
    if (step < 1 || last < first) throw invalid(field.name);
    for (let value = first; value <= last; value += step) values.add(value);
  }
  return values;
}

function endOf(field: FieldRule): number {
  return field.name === 'weekday' ? 6 : field.max;
}

function valueOf(field: FieldRule, word: string): number {
  const named = (field.names as readonly string[]).indexOf(word.toLowerCase());
  if (named >= 0) return named + (field.name === 'month' ? 1 : 0);
  const value = /^\d{1,2}$/.test(word) ? Number(word) : NaN;
  if (!(value >= field.min && value <= field.max)) throw invalid(field.name);
  return value;
}

function neverFires({ days, months, isEveryDay, isEveryWeekday }: Cron): boolean {
  if (isEveryDay || !isEveryWeekday) return false;
  return [...months].every((month) => [...days].every((day) => day > (MONTH_DAYS[month - 1] as number)));
}

/**
 * The first instant after `after` at which the expression fires in the zone. A time that the clocks jump over fires
 * at the jump, one that they show twice fires at its first; with `*` as the hour it fires in every hour that passes.
 */
export function nextFiring(cron: Cron, zone: TimeZone, after: Date): Date {
  const afterMs = after.getTime();
  const today = zone.wallAt(afterMs);
  // A day before: the times of a day that the clocks left out fire at the beginning of the next.
  const startMs = Date.UTC(today.year, today.month - 1, today.day) - DAY_MS;
  for (let index = 0; index < HORIZON_DAYS; index += 1) {
    const day = new Date(startMs + index * DAY_MS);
    if (!isDayOf(cron, day)) continue;
    const found = cron.isEveryHour
      ? minuteWithin(cron, zone, day, afterMs)
      : timeOfDay(cron, zone, day, afterMs);
    if (found !== undefined) return new Date(found);
  }
  throw new Error(`The schedule ${cron.text} does not fire within nine years.`);
}

function isDayOf(cron: Cron, day: Date): boolean {
  if (!cron.months.has(day.getUTCMonth() + 1)) return false;
  const isDay = cron.days.has(day.getUTCDate());
  const isWeekday = cron.weekdays.has(day.getUTCDay());
  if (cron.isEveryDay || cron.isEveryWeekday) return isDay && isWeekday;
  return isDay || isWeekday;
}

function wallOf(day: Date, hour: number, minute: number): WallTime {
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth() + 1];
  return { year, month, day: day.getUTCDate(), hour, minute };
}

function sorted(values: ReadonlySet<number>): number[] {
  return [...values].sort((a, b) => a - b);
}

/** Named hours: each wall time of the day once. */
function timeOfDay(cron: Cron, zone: TimeZone, day: Date, afterMs: number): number | undefined {
  const minutes = sorted(cron.minutes);
  for (const hour of sorted(cron.hours)) {
    const lastOfHour = zone.instantOf(wallOf(day, hour, minutes.at(-1) as number));
    if (lastOfHour <= afterMs) continue;
    for (const minute of minutes) {
      const atMs = zone.instantOf(wallOf(day, hour, minute));
      if (atMs > afterMs) return atMs;
    }
  }
  return undefined;
}

/** Every hour: the minutes that really pass on this day, however often the wall shows them. */
function minuteWithin(cron: Cron, zone: TimeZone, day: Date, afterMs: number): number | undefined {
  const dayEndMs = zone.instantOf(wallOf(new Date(day.getTime() + DAY_MS), 0, 0));
  const dayStartMs = zone.instantOf(wallOf(day, 0, 0));
  const next = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  for (let atMs = Math.max(dayStartMs, next); atMs < dayEndMs; atMs += MINUTE_MS) {
    if (cron.minutes.has(zone.wallAt(atMs).minute)) return atMs;
  }
  return undefined;
}
