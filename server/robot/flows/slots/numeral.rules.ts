const DIGITS: Record<string, number> = {
  ...{ 零: 0, 〇: 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9 },
  ...{ 壹: 1, 贰: 2, 叁: 3, 肆: 4, 伍: 5, 陆: 6, 柒: 7, 捌: 8, 玖: 9, 幺: 1 },
};
const SMALL_UNITS: Record<string, number> = { 十: 10, 拾: 10, 百: 100, 佰: 100, 千: 1_000, 仟: 1_000 };
const LARGE_UNITS: Record<string, number> = { 万: 10_000, 亿: 100_000_000 };
/** Numbers written in characters are short; what is longer is not one. */
const CHARACTERS_MAX = 24;

/** Characters that a number in Chinese characters is made of, for use inside a character class. */
export const HAN_NUMBER = '零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟';

/**
 * Reads a number in Chinese characters, also mixed with digits: 三千五 (3500), 十五, 一万零五百, 两万三, 3万5, 1.5万, 三点五万.
 * The last digit after a unit counts in the next smaller one, as it is spoken. Undefined for what is no single number.
 */
export function parseHanNumber(text: string): number | undefined {
  if (text === '' || text.length > CHARACTERS_MAX) return undefined;
  const plain = text.replaceAll(',', '');
  if (/^\d+(?:\.\d+)?$/.test(plain)) return Number(plain);
  const mixed = /^(\d+(?:\.\d+)?)([十百千万亿])(\d)?$/u.exec(plain);
  if (mixed) return readMixed(mixed);
  const [whole = '', fraction, ...rest] = plain.split('点');
  if (rest.length > 0) return undefined;
  return fraction === undefined ? readWhole(whole) : readFraction(whole, fraction);
}

/** 1.5万, 3千, 3万5. */
function readMixed([, digits = '', unit = '', tail]: RegExpExecArray): number {
  const size = SMALL_UNITS[unit] ?? LARGE_UNITS[unit] ?? 1;
  return round(Number(digits) * size + (tail === undefined ? 0 : (Number(tail) * size) / 10));
}

/** 三点五, 三点五万. */
function readFraction(whole: string, fraction: string): number | undefined {
  const unit = fraction.at(-1) ?? '';
  const size = LARGE_UNITS[unit] ?? SMALL_UNITS[unit] ?? 1;
  const digits = [...(size === 1 ? fraction : fraction.slice(0, -1))].map((one) => DIGITS[one] ?? NaN);
  const left = readWhole(whole);
  if (left === undefined || digits.length === 0 || digits.some(Number.isNaN)) return undefined;
  return round(Number(`${left}.${digits.join('')}`) * size);
}

function readWhole(text: string): number | undefined {
  const digits = [...text].map((one) => DIGITS[one]);
  // A row of digits is spelled: 二零二六, 一三八.
  if (digits.length > 1 && digits.every((digit) => digit !== undefined)) return Number(digits.join(''));
  let total = 0;
  let section = 0;
  let pending: number | undefined;
  let unitBefore = 1;
  for (const one of text) {
    const digit = DIGITS[one];
    if (digit !== undefined) {
      if (pending !== undefined && pending !== 0) return undefined;
      pending = digit;
      if (digit === 0) unitBefore = 1;
      continue;
    }
    const small = SMALL_UNITS[one];
    const large = LARGE_UNITS[one];
    if (small !== undefined) {
      section += (pending ?? 1) * small;
      unitBefore = small;
    } else if (large !== undefined) {
      total = (total + section + (pending ?? 0)) * large;
      section = 0;
      unitBefore = large;
    } else return undefined;
    pending = undefined;
  }
  if (pending === undefined) return total + section;
  return total + section + (unitBefore >= 100 ? (pending * unitBefore) / 10 : pending);
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

const SPOKEN: Record<string, string> = {
  ...{ 零: '0', 〇: '0', 幺: '1', 一: '1', 二: '2', 两: '2', 三: '3', 四: '4' },
  ...{ 五: '5', 六: '6', 七: '7', 八: '8', 九: '9' },
};
const SPOKEN_RUN = /[零〇幺一二两三四五六七八九]{4,}/gu;

/** Writes rows of at least four spoken digits as digits: 一三八零零一三八零零零, 尾号 幺二三四. Keeps the length. */
export function digitsOfSpoken(text: string): string {
  return text.replace(SPOKEN_RUN, (run) => [...run].map((one) => SPOKEN[one] ?? one).join(''));
}

const EN_SMALL = new Map(
  (
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen ' +
    'seventeen eighteen nineteen'
  )
    .split(' ')
    .map((word, value) => [word, value]),
);
const EN_TENS = new Map(
  'twenty thirty forty fifty sixty seventy eighty ninety'
    .split(' ')
    .map((word, place) => [word, (place + 2) * 10]),
);
const EN_UNITS = new Map([
  ['thousand', 1_000],
  ['million', 1_000_000],
]);

/** English words that numbers are made of, as an alternation. */
export const EN_NUMBER_WORD = [...EN_SMALL.keys(), ...EN_TENS.keys(), 'hundred', ...EN_UNITS.keys()].join(
  '|',
);

/** Reads an English number in words: "three thousand five hundred", "twenty-one", "a hundred". */
export function parseEnglishNumber(text: string): number | undefined {
  const words = text
    .toLowerCase()
    .split(/[\s-]+/)
    .filter((word) => word !== 'and' && word !== '');
  if (words.length === 0 || words.length > CHARACTERS_MAX) return undefined;
  let total = 0;
  let section = 0;
  for (const word of words) {
    const value = word === 'a' ? 1 : (EN_SMALL.get(word) ?? EN_TENS.get(word));
    const unit = EN_UNITS.get(word);
    if (value !== undefined) section += value;
    else if (word === 'hundred') section = Math.max(section, 1) * 100;
    else if (unit !== undefined) {
      total += Math.max(section, 1) * unit;
      section = 0;
    } else return undefined;
  }
  return total + section;
}
