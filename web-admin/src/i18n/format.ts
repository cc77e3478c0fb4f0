import type { Locale } from './locale.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Formats of one language. Instants are ISO UTC texts and are shown in the zone of the user's device. */
export interface Formats {
  /** Date and time to the minute. */
  dateTime(at: string): string;
  /** Date and time to the second, for the audit trail. */
  exactTime(at: string): string;
  date(at: string): string;
  /** Time of day for today, else the date: for lists and message bubbles. */
  shortTime(at: string, nowMs: number): string;
  /** `3 min`, `2 h 5 min`, `4 d`: never negative. */
  duration(ms: number): string;
  number(value: number, fractionDigits?: number): string;
  /** A count that the server makes no further than this: `10,000+` above it. */
  counted(value: number): string;
  /** A ratio of 0 to 1 as a percentage. */
  percent(ratio: number, fractionDigits?: number): string;
}

const COUNTED_MAX = 10_000;

const UNITS: Record<Locale, { second: string; minute: string; hour: string; day: string }> = {
  'zh-CN': { second: '秒', minute: '分钟', hour: '小时', day: '天' },
  en: { second: 's', minute: 'min', hour: 'h', day: 'd' },
};

/** Parts of a duration: at most two units, the smaller one left out when it is zero. */
export function formatDuration(ms: number, locale: Locale): string {
  const units = UNITS[locale];
  const safeMs = Math.max(0, ms);
  const pairs: [number, string, number, string][] = [
    [DAY_MS, units.day, HOUR_MS, units.hour],
    [HOUR_MS, units.hour, MINUTE_MS, units.minute],
  ];
  for (const [bigMs, bigUnit, smallMs, smallUnit] of pairs) {
    if (safeMs < bigMs) continue;
    const small = Math.floor((safeMs % bigMs) / smallMs);
    const big = `${Math.floor(safeMs / bigMs)} ${bigUnit}`;
    return small === 0 ? big : `${big} ${small} ${smallUnit}`;
  }
  if (safeMs >= MINUTE_MS) return `${Math.floor(safeMs / MINUTE_MS)} ${units.minute}`;
  return `${Math.floor(safeMs / 1000)} ${units.second}`;
}

/** Makes the formats of a language; `timeZone` is the device's unless a test names one. */
export function createFormats(locale: Locale, timeZone?: string): Formats {
  const base = { timeZone, hourCycle: 'h23' as const };
  const day = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const minute = { hour: '2-digit', minute: '2-digit' } as const;
  const formatters = {
    date: new Intl.DateTimeFormat(locale, { ...base, ...day }),
    dateTime: new Intl.DateTimeFormat(locale, { ...base, ...day, ...minute }),
    exact: new Intl.DateTimeFormat(locale, { ...base, ...day, ...minute, second: '2-digit' }),
    time: new Intl.DateTimeFormat(locale, { ...base, ...minute }),
    monthDay: new Intl.DateTimeFormat(locale, { ...base, month: '2-digit', day: '2-digit' }),
  };
  const show = (formatter: Intl.DateTimeFormat, at: string) => {
    const instant = new Date(at);
    return Number.isNaN(instant.getTime()) ? '—' : formatter.format(instant);
  };
  return {
    dateTime: (at) => show(formatters.dateTime, at),
    exactTime: (at) => show(formatters.exact, at),
    date: (at) => show(formatters.date, at),
    shortTime(at, nowMs) {
      const isToday = show(formatters.date, at) === formatters.date.format(new Date(nowMs));
      return show(isToday ? formatters.time : formatters.monthDay, at);
    },
    duration: (ms) => formatDuration(ms, locale),
    number: (value, fractionDigits = 0) =>
      value.toLocaleString(locale, {
        minimumFractionDigits: fractionDigits,
        maximumFractionDigits: fractionDigits,
      }),
    counted: (value) =>
      value > COUNTED_MAX ? `${COUNTED_MAX.toLocaleString(locale)}+` : value.toLocaleString(locale),
    percent: (ratio, fractionDigits = 1) =>
      ratio.toLocaleString(locale, { style: 'percent', maximumFractionDigits: fractionDigits }),
  };
}
