import type { Found } from './found.ts';
import { EN_NUMBER_WORD, HAN_NUMBER, parseEnglishNumber, parseHanNumber } from './numeral.rules.ts';

const NUMBER = String.raw`\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?`;
const UNIT =
  '元钱|元|块钱|块|圆|人民币|rmb|cny|yuan|dollars?|usd|美元|美金|欧元|港币|港元|日元|英镑|pounds?|euros?';
const SCALE = '亿|百万|十万|万|千|百|k|w|m(?:illion)?|thousand|hundred';

/** 3.5万元, 3千5, 1,000.50, ￥500, 5k, 2w块. */
const DIGIT_AMOUNT = new RegExp(
  String.raw`(?<!\d)(?<!\d[.,])([￥¥$€£]|rmb|cny|usd)?\s?(-)?(${NUMBER})\s?(${SCALE})?(\d(?!\d))?\s?(${UNIT})?(?:(\d)(?:毛|角)?(?!\d))?(?![\d.]*\d)`,
  'giu',
);
const HAN = String.raw`[${HAN_NUMBER}]+(?:点[${HAN_NUMBER}]+)?`;
/** 三千五百块, 两万三, 五块二. */
const HAN_AMOUNT = new RegExp(`(${HAN})(半)?(元|块)?(${UNIT})?([一二两三四五六七八九])?(?:毛|角)?`, 'gu');
const EN_AMOUNT = new RegExp(
  String.raw`\b((?:(?:${EN_NUMBER_WORD}|a)(?:[\s-]+(?:and\s+)?|\b))+)\s*(${UNIT})?`,
  'giu',
);
const SCALES: Record<string, number> = {
  ...{ 亿: 1e8, 百万: 1e6, 十万: 1e5, 万: 1e4, 千: 1e3, 百: 100, k: 1e3, w: 1e4 },
  ...{ m: 1e6, million: 1e6, thousand: 1e3, hundred: 100 },
};
/** What stands before a number that is money although no unit says so. */
const CUE =
  /(?:到|为|成|转|付|花|还|存|取|借|贷|充|汇|限额|额度|金额|提高|调高|调低|降|amount|to|of|limit|pay|transfer|send)(?:是|了|给他|至|约|出)?[\s:：]*$/iu;
/** What makes a number no money: a count of days, a part of a date or time, a number of something. */
const OTHER_UNIT =
  /^\s?(?:天|日|号|月|年|周|点|时|分|秒|期|张|笔|次|个|位|岁|楼|层|%|percent|days?|weeks?|months?|years?|times|am|pm|st|nd|rd|th|:|：|\/|-\d)/iu;
const AMOUNT_MAX = 1e12;

/** Money named in a text, in units with up to two decimals; a bare number is not plain. Newest writing forms first. */
export function findAmounts(text: string): Found[] {
  return [...digitAmounts(text), ...hanAmounts(text), ...englishAmounts(text)];
}

function digitAmounts(text: string): Found[] {
  return [...text.matchAll(DIGIT_AMOUNT)].flatMap((match) => {
    const [whole, sign, minus, digits = '', scale, tail, unit, dime] = match;
    const size = scale === undefined ? 1 : (SCALES[scale.toLowerCase()] ?? 1);
    if (tail !== undefined && size < 100) return [];
    const tenth =
      (tail === undefined ? 0 : (Number(tail) * size) / 10) + (dime === undefined ? 0 : Number(dime) / 10);
    const value = Number(digits.replaceAll(',', '')) * size + tenth;
    const isPlain = sign !== undefined || unit !== undefined || (scale !== undefined && size >= 1_000);
    return toFound(text, { match, whole, value: minus === undefined ? value : -value, isPlain, digits });
  });
}

function hanAmounts(text: string): Found[] {
  return [...text.matchAll(HAN_AMOUNT)].flatMap((match) => {
    const [whole, number = '', half, block, unit, dime] = match;
    const base = parseHanNumber(number);
    // 两三千 is a range, and 一 alone stands in many words.
    if (base === undefined || /[一二两三四五六七八九][二三四五六七八九][十百千万]/u.test(number)) return [];
    const unitName = block ?? unit;
    if (dime !== undefined && unitName === undefined) return [];
    const value =
      base +
      (half === undefined ? 0 : halfOf(number)) +
      (dime === undefined ? 0 : (parseHanNumber(dime) ?? 0) / 10);
    const isPlain = unitName !== undefined || /[千万亿仟]/u.test(number);
    return toFound(text, { match, whole, value, isPlain, digits: number });
  });
}

function halfOf(number: string): number {
  return { 十: 5, 百: 50, 千: 500, 万: 5_000 }[number.at(-1) ?? ''] ?? 0.5;
}

function englishAmounts(text: string): Found[] {
  return [...text.matchAll(EN_AMOUNT)].flatMap((match) => {
    const [whole, words = '', unit] = match;
    if (/^a\s*$/iu.test(words)) return [];
    const value = parseEnglishNumber(words.trim());
    if (value === undefined) return [];
    const isPlain = unit !== undefined || /hundred|thousand|million/iu.test(words);
    return toFound(text, { match, whole, value, isPlain, digits: words });
  });
}

function toFound(
  text: string,
  parts: { match: RegExpMatchArray; whole: string; value: number; isPlain: boolean; digits: string },
): Found[] {
  const { match, value } = parts;
  const lead = parts.whole.length - parts.whole.trimStart().length;
  const start = (match.index ?? 0) + lead;
  const shown = parts.whole.trim();
  const end = start + shown.length;
  const before = text.slice(Math.max(0, start - 16), start);
  if (!parts.isPlain && OTHER_UNIT.test(text.slice(end))) return [];
  // 一下, 一个, 第三: characters of other words.
  const isWordPart =
    !parts.isPlain &&
    shown.length === 1 &&
    (/第$/u.test(before) || /^[下些个种样起定直般]/u.test(text.slice(end)));
  if (isWordPart) return [];
  const isLong = /^\d{8,}$/.test(parts.digits.replaceAll(',', ''));
  const isPlain = parts.isPlain || (!isLong && /\d{3,}/.test(parts.digits) && CUE.test(before));
  const rounded = Math.round(value * 100) / 100;
  const isOut = rounded < 0 || rounded > AMOUNT_MAX;
  return [
    { value: rounded, text: shown, start, end, isPlain, ...(isOut ? { fault: 'range' as const } : {}) },
  ];
}

/** A count: "3", "三个", "two". */
export function findNumbers(text: string): Found[] {
  const pattern = new RegExp(
    String.raw`(?<![\d.])\d+(?:\.\d+)?(?!\d)|[${HAN_NUMBER}]+|\b(?:${EN_NUMBER_WORD})\b`,
    'giu',
  );
  return [...text.matchAll(pattern)].flatMap((match) => {
    const value = parseHanNumber(match[0]) ?? parseEnglishNumber(match[0]);
    if (value === undefined) return [];
    const start = match.index;
    const end = start + match[0].length;
    const isPlain = /^\s?(?:张|笔|次|个|位|人|份|条|persons?|people|times|cards?)/iu.test(text.slice(end));
    return [{ value, text: match[0], start, end, isPlain }];
  });
}
