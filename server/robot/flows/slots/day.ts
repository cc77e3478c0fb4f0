/** A calendar day without a zone. */
export interface Day {
  year: number;
  month: number;
  day: number;
}

const MS_PER_DAY = 86_400_000;

/** Reads YYYY-MM-DD. */
export function parseDay(text: string): Day {
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number);
  return { year, month, day };
}

/** Writes YYYY-MM-DD. */
export function formatDay({ year, month, day }: Day): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

const toMs = ({ year, month, day }: Day) => Date.UTC(year, month - 1, day);

function fromMs(ms: number): Day {
  const at = new Date(ms);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}

/** The day so many days later, or earlier. */
export function addDays(day: Day, days: number): Day {
  return fromMs(toMs(day) + days * MS_PER_DAY);
}

/** The same day so many months later; the last of the month where it has no such day. */
export function addMonths(day: Day, months: number): Day {
  const place = day.year * 12 + day.month - 1 + months;
  const month = { year: Math.floor(place / 12), month: (((place % 12) + 12) % 12) + 1 };
  return { ...month, day: Math.min(day.day, daysInMonth(month.year, month.month)) };
}

/** Days of a month. */
export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Tells whether the day exists. */
export function isRealDay({ year, month, day }: Day): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** 1 for Monday to 7 for Sunday, as weeks are counted in China. */
export function weekdayOf(day: Day): number {
  return new Date(toMs(day)).getUTCDay() || 7;
}

/** Below zero when a is before b. */
export function compareDays(a: Day, b: Day): number {
  return toMs(a) - toMs(b);
}
