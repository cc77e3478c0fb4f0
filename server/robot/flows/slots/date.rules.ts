import {
  addDays,
  addMonths,
  compareDays,
  daysInMonth,
  formatDay,
  isRealDay,
  parseDay,
  weekdayOf,
  type Day,
} from './day.ts';
import type { Found, SlotContext } from './found.ts';
import { HAN_NUMBER, parseEnglishNumber, parseHanNumber } from './numeral.rules.ts';

/** Which of two days a text may mean that does not say the year or the week: bills lie behind, appointments ahead. */
export type Direction = 'future' | 'past';

const NAMED: Record<string, number> = {
  ...{
    大前天: -3,
    前天: -2,
    昨天: -1,
    昨日: -1,
    昨晚: -1,
    今天: 0,
    今日: 0,
    今儿: 0,
    今晚: 0,
    今早: 0,
    当天: 0,
  },
  ...{ 明天: 1, 明日: 1, 明儿: 1, 明早: 1, 明晚: 1, 后天: 2, 大后天: 3 },
  ...{
    'the day before yesterday': -2,
    yesterday: -1,
    today: 0,
    tonight: 0,
    tomorrow: 1,
    'the day after tomorrow': 2,
  },
  ...{ 'day after tomorrow': 2, 'day before yesterday': -2 },
};
const NAMED_DAY = new RegExp(
  Object.keys(NAMED)
    .sort((a, b) => b.length - a.length)
    .join('|'),
  'giu',
);
const WEEK_SHIFT: Record<string, number> = { 上上: -2, 上: -1, 这: 0, 本: 0, 下: 1, 下下: 2 };
const WEEKDAY_ZH = /(上上|下下|上|这|本|下)?个?(?:周|星期|礼拜)([一二三四五六日天末1-7])/gu;
const WEEKDAYS_EN = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const WEEKDAY_EN =
  /\b(?:(last|this|next|coming)\s+)?(mon|tues?|wednes|wed|thurs?|fri|satur|sat|sun)(?:day)?\b/giu;
const NUM = String.raw`(?:\d{1,3}|[${HAN_NUMBER}]{1,4}|半)`;
const SHIFT_ZH = new RegExp(String.raw`(${NUM})\s?个?(天|日|周|星期|礼拜|月|年)(?:之|以)?(后|前)`, 'gu');
const SHIFT_EN =
  /\b(?:in\s+)?(\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten)\s+(day|week|month|year)s?(?:\s+(ago|from now|later))?/giu;
const FULL = /(?<!\d)(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?[日号]?(?!\d)/gu;
const MONTH_DAY = new RegExp(
  String.raw`(今年|明年|去年|后年)?的?(\d{1,2}|[一二三四五六七八九十]{1,3})月份?的?(\d{1,2}|[一二三四五六七八九十]{1,3})[日号]?`,
  'gu',
);
const NEAR_MONTH = new RegExp(
  String.raw`(上上|下下|上|这|本|下)个?月的?(\d{1,2}|[一二三四五六七八九十]{1,3})[日号]`,
  'gu',
);
const MONTH_END = /(上|这|本|下)?个?月(底|末|初)/gu;
const DAY_ONLY =
  /(?<![\d月一二三四五六七八九十])(\d{1,2}|[一二三四五六七八九十]{1,3})[日号](?!线|楼|店|门|码)/gu;
const SLASHED = /(?<![\d./-])(\d{1,2})[/.-](\d{1,2})(?![\d./-]|\s?(?:元|块|万|%))/gu;
const MONTHS_EN = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const EN_MONTH_DAY = new RegExp(
  String.raw`\b(${MONTHS_EN})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?\b`,
  'giu',
);
const EN_DAY_MONTH = new RegExp(
  String.raw`\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(${MONTHS_EN})[a-z]*\.?(?:,?\s+(\d{4}))?\b`,
  'giu',
);
const YEARS: Record<string, number> = { 去年: -1, 今年: 0, 明年: 1, 后年: 2 };

/** Days named in a text as YYYY-MM-DD, relative ones counted from today; a day that does not exist is a fault. */
export function findDates(
  text: string,
  { today: todayText }: SlotContext,
  direction: Direction = 'future',
): Found[] {
  const today = parseDay(todayText);
  const each = (pattern: RegExp, read: (match: RegExpMatchArray) => Day | undefined) =>
    [...text.matchAll(pattern)].flatMap((match) => toFound(match, read(match)));
  return [
    ...each(FULL, ([, year, month, day]) => ({ year: Number(year), month: Number(month), day: Number(day) })),
    ...each(NEAR_MONTH, ([, shift, day]) =>
      inMonth(addMonths({ ...today, day: 1 }, WEEK_SHIFT[shift ?? ''] ?? 0), day),
    ),
    ...each(MONTH_DAY, (match) => monthDay(match, today, direction)),
    ...each(EN_MONTH_DAY, ([, month, day, year]) => englishDay({ month, day, year }, today, direction)),
    ...each(EN_DAY_MONTH, ([, day, month, year]) => englishDay({ month, day, year }, today, direction)),
    ...each(NAMED_DAY, ([name]) => addDays(today, NAMED[name.toLowerCase()] ?? 0)),
    ...each(SHIFT_ZH, (match) => shiftZh(match, today)),
    ...each(SHIFT_EN, (match) => shiftEn(match, today)),
    ...each(WEEKDAY_ZH, ([, shift, name]) =>
      weekday(today, { shift: WEEK_SHIFT[shift ?? ''], place: placeZh(name), direction }),
    ),
    ...each(WEEKDAY_EN, (match) => weekdayEn(match, today, direction)),
    ...each(MONTH_END, (match) => monthEnd(match, today)),
    ...each(DAY_ONLY, ([, day]) => dayOnly(parseHanNumber(day ?? '') ?? 0, today, direction)),
    ...each(SLASHED, ([, month, day]) => slashed(Number(month), Number(day), today, direction)),
  ];
}

function toFound(match: RegExpMatchArray, day: Day | undefined): Found[] {
  if (day === undefined) return [];
  const start = match.index ?? 0;
  const isReal = isRealDay(day);
  const span = { text: match[0], start, end: start + match[0].length };
  return [
    { value: formatDay(day), ...span, isPlain: true, ...(isReal ? {} : { fault: 'no_such_date' as const }) },
  ];
}

function inMonth(month: Day, day: string | undefined): Day {
  return { ...month, day: parseHanNumber(day ?? '') ?? 0 };
}

/** A month and day without a year: the nearest on the wanted side of today. */
function nearest(month: number, day: number, today: Day, direction: Direction): Day {
  const thisYear = { year: today.year, month, day };
  if (!isRealDay(thisYear)) return thisYear;
  const side = compareDays(thisYear, today);
  if (direction === 'future' && side < 0) return { ...thisYear, year: today.year + 1 };
  if (direction === 'past' && side > 0) return { ...thisYear, year: today.year - 1 };
  return thisYear;
}

function monthDay(
  [, year, monthText, dayText]: RegExpMatchArray,
  today: Day,
  direction: Direction,
): Day | undefined {
  const [month, day] = [parseHanNumber(monthText ?? ''), parseHanNumber(dayText ?? '')];
  if (month === undefined || day === undefined) return undefined;
  if (year !== undefined) return { year: today.year + (YEARS[year] ?? 0), month, day };
  return nearest(month, day, today, direction);
}

function englishDay(
  parts: { month: string | undefined; day: string | undefined; year: string | undefined },
  today: Day,
  direction: Direction,
): Day {
  const month = MONTHS_EN.split('|').indexOf((parts.month ?? '').slice(0, 3).toLowerCase()) + 1;
  const day = Number(parts.day);
  return parts.year === undefined
    ? nearest(month, day, today, direction)
    : { year: Number(parts.year), month, day };
}

function shiftZh([, count, unit, side]: RegExpMatchArray, today: Day): Day | undefined {
  if (count === '半')
    return unit === '月'
      ? addDays(today, side === '后' ? 15 : -15)
      : unit === '年'
        ? addMonths(today, side === '后' ? 6 : -6)
        : undefined;
  const value = parseHanNumber(count ?? '');
  if (value === undefined) return undefined;
  return shifted(today, { count: side === '后' ? value : -value, unit: UNITS[unit ?? ''] ?? 'day' });
}

const UNITS: Record<string, 'day' | 'week' | 'month' | 'year'> = {
  ...{ 天: 'day', 日: 'day', 周: 'week', 星期: 'week', 礼拜: 'week', 月: 'month', 年: 'year' },
};

function shiftEn([whole, count = '', unit, side]: RegExpMatchArray, today: Day): Day | undefined {
  const isLater = side === 'from now' || side === 'later' || (side === undefined && /^in\s/iu.test(whole));
  if (!isLater && side !== 'ago') return undefined;
  const value = /^an?$/iu.test(count)
    ? 1
    : /^\d/.test(count)
      ? Number(count)
      : (parseEnglishNumber(count) ?? 0);
  return shifted(today, { count: isLater ? value : -value, unit: unit?.toLowerCase() as 'day' });
}

function shifted(
  today: Day,
  { count, unit }: { count: number; unit: 'day' | 'week' | 'month' | 'year' },
): Day {
  if (unit === 'day' || unit === 'week') return addDays(today, unit === 'day' ? count : count * 7);
  return addMonths(today, unit === 'month' ? count : count * 12);
}

function placeZh(name: string | undefined): number {
  if (name === '末') return 6;
  if (name === '日' || name === '天') return 7;
  return parseHanNumber(name ?? '') ?? 1;
}

/** 下周三 is the Wednesday of next week; a weekday without a week is the nearest on the wanted side, today included. */
function weekday(today: Day, parts: { shift: number | undefined; place: number; direction: Direction }): Day {
  const { shift, place, direction } = parts;
  const here = addDays(today, place - weekdayOf(today));
  if (shift !== undefined) return addDays(here, shift * 7);
  const side = compareDays(here, today);
  if (direction === 'future' && side < 0) return addDays(here, 7);
  return direction === 'past' && side > 0 ? addDays(here, -7) : here;
}

/** "Next Friday" is the one of next week, "this Friday" the one of this week, "Friday" the nearest. */
function weekdayEn([, which, name = '']: RegExpMatchArray, today: Day, direction: Direction): Day {
  const place = WEEKDAYS_EN.findIndex((day) => day.startsWith(name.toLowerCase().slice(0, 3))) + 1;
  const shift = { last: -1, this: 0, next: 1 }[which?.toLowerCase() ?? ''];
  return weekday(today, { shift, place, direction });
}

function monthEnd([, shift, end]: RegExpMatchArray, today: Day): Day {
  const month = addMonths({ ...today, day: 1 }, WEEK_SHIFT[shift ?? ''] ?? 0);
  return end === '初' ? month : { ...month, day: daysInMonth(month.year, month.month) };
}

function dayOnly(day: number, today: Day, direction: Direction): Day | undefined {
  if (day < 1 || day > 31) return undefined;
  const step = direction === 'future' ? (day < today.day ? 1 : 0) : day > today.day ? -1 : 0;
  return { ...addMonths({ ...today, day: 1 }, step), day };
}

function slashed(month: number, day: number, today: Day, direction: Direction): Day | undefined {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31
    ? nearest(month, day, today, direction)
    : undefined;
}

const MONTH_NAMED =
  /(上上|上|这|本|下|当)个?月(?!的?[\d一二三四五六七八九十]{1,3}[日号])|\b(last|this|next)\s+month\b/giu;
const MONTH_FULL = /(?<!\d)(\d{4})\s?[-/.年]\s?(\d{1,2})\s?月?(?!\s?[-/.]?\d)/gu;
const MONTH_ONLY =
  /(今年|去年|明年)?的?(?<![\d个])(\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份)?(?!\s?[\d一二三四五六七八九十])/gu;
const MONTH_EN = new RegExp(String.raw`\b(${MONTHS_EN})[a-z]{0,6}\b(?!\s+\d{1,2}\b)(?:\s+(\d{4}))?`, 'giu');

/** Months named in a text as YYYY-MM; one without a year is the last such month, this one included. */
export function findMonths(text: string, { today: todayText }: SlotContext): Found[] {
  const today = parseDay(todayText);
  const first = { ...today, day: 1 };
  const past = (month: number) => ({
    year: month > today.month ? today.year - 1 : today.year,
    month,
    day: 1,
  });
  const each = (pattern: RegExp, read: (match: RegExpMatchArray) => Day) =>
    [...text.matchAll(pattern)].flatMap((match) =>
      toFound(match, read(match)).map((one) => ({ ...one, value: String(one.value).slice(0, 7) })),
    );
  return [
    ...each(MONTH_FULL, ([, year, month]) => ({ year: Number(year), month: Number(month), day: 1 })),
    ...each(MONTH_NAMED, ([, zh, en]) =>
      addMonths(
        first,
        zh === undefined
          ? ({ last: -1, this: 0, next: 1 }[en?.toLowerCase() ?? ''] ?? 0)
          : (WEEK_SHIFT[zh] ?? 0),
      ),
    ),
    ...each(MONTH_ONLY, ([, year, month]) => {
      const place = parseHanNumber(month ?? '') ?? 0;
      return year === undefined
        ? past(place)
        : { year: today.year + (YEARS[year] ?? 0), month: place, day: 1 };
    }),
    ...each(MONTH_EN, ([, name = '', year]) => {
      const place = MONTHS_EN.split('|').indexOf(name.slice(0, 3).toLowerCase()) + 1;
      return year === undefined ? past(place) : { year: Number(year), month: place, day: 1 };
    }),
  ];
}

const PERIODS = '凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|今晚|明晚|明早|今早';
const TIME_ZH = new RegExp(
  String.raw`(${PERIODS})?\s?(\d{1,2}|[零一二两三四五六七八九十]{1,3})\s?(?:点钟|点|时(?!间))(?:(半)|(一刻|三刻)|(\d{1,2}|[零一二三四五六七八九十]{1,3})分?)?`,
  'gu',
);
const TIME_CLOCK = new RegExp(
  String.raw`(${PERIODS})?\s?(?<![\d:])([01]?\d|2[0-3])[:：]([0-5]\d)(?![\d:])\s?(am|pm|a\.m\.|p\.m\.)?`,
  'giu',
);
const TIME_EN = /\b(1[0-2]|[1-9])\s?(am|pm|a\.m\.|p\.m\.|o'?clock)/giu;

/** Times of day named in a text as HH:MM; 下午三点半 is 15:30. An hour or minute that no clock has is a fault. */
export function findTimes(text: string): Found[] {
  const zh = [...text.matchAll(TIME_ZH)].flatMap((match) => {
    const [, period, hour, half, quarter, minute] = match;
    const minutes = half
      ? 30
      : quarter
        ? quarter === '一刻'
          ? 15
          : 45
        : (parseHanNumber(minute ?? '0') ?? 0);
    const spoken = parseHanNumber(hour ?? '');
    // Nobody goes to a bank at three in the night.
    const isLikelyLate = period === undefined && spoken !== undefined && spoken >= 1 && spoken <= 6;
    return toTime(match, { hour: spoken, minutes, period: isLikelyLate ? '下午' : period });
  });
  const clock = [...text.matchAll(TIME_CLOCK)].flatMap((match) =>
    toTime(match, { hour: Number(match[2]), minutes: Number(match[3]), period: match[1] ?? match[4] }),
  );
  const english = [...text.matchAll(TIME_EN)].flatMap((match) =>
    toTime(match, { hour: Number(match[1]), minutes: 0, period: match[2] }),
  );
  return [...clock, ...zh, ...english];
}

function toTime(
  match: RegExpMatchArray,
  parts: { hour: number | undefined; minutes: number; period: string | undefined },
): Found[] {
  if (parts.hour === undefined) return [];
  const isLate = /下午|傍晚|晚上|今晚|明晚|pm|p\.m\./iu.test(parts.period ?? '');
  const isNoon = parts.period === '中午';
  const isMidnight = parts.hour === 12 && /am|a\.m\.|凌晨/iu.test(parts.period ?? '');
  const hour = isMidnight
    ? 0
    : (isLate && parts.hour < 12) || (isNoon && parts.hour < 3)
      ? parts.hour + 12
      : parts.hour;
  const start = match.index ?? 0;
  const isReal = hour < 24 && parts.minutes < 60;
  const value = `${String(hour).padStart(2, '0')}:${String(parts.minutes).padStart(2, '0')}`;
  const span = { text: match[0], start, end: start + match[0].length };
  return [{ value, ...span, isPlain: true, ...(isReal ? {} : { fault: 'range' as const }) }];
}
