import type { Found } from './found.ts';
import { digitsOfSpoken } from './numeral.rules.ts';

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS = '10X98765432';

/** Check character of the first 17 digits of a resident identity number (GB 11643, ISO 7064 MOD 11-2). */
export function idCheckOf(digits: string): string {
  const sum = ID_WEIGHTS.reduce((total, weight, at) => total + weight * Number(digits[at]), 0);
  return ID_CHECKS[sum % 11] as string;
}

function isBirthDate(text: string): boolean {
  const [year, month, day] = [text.slice(0, 4), text.slice(4, 6), text.slice(6, 8)].map(Number) as [
    number,
    number,
    number,
  ];
  const at = new Date(Date.UTC(year, month - 1, day));
  return year >= 1880 && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
}

/** Identity numbers of 18 characters, and the old ones of 15, which become 18. A wrong check digit is a fault. */
export function findIdNumbers(text: string): Found[] {
  const flat = digitsOfSpoken(text);
  return [...flat.matchAll(/(?<!\d)\d{3}(?:[ -]?\d){11,17}(?:[ -]?[xX])?(?![\dxX])/g)].map((match) => {
    const written = match[0];
    const at = {
      text: text.slice(match.index, match.index + written.length),
      start: match.index,
      end: match.index + written.length,
    };
    const digits = written.replace(/[ -]/g, '').toUpperCase();
    if (/^\d{15}$/.test(digits)) {
      const longer = `${digits.slice(0, 6)}19${digits.slice(6)}`;
      const isReal = isBirthDate(longer.slice(6, 14));
      return {
        ...at,
        value: `${longer}${idCheckOf(longer)}`,
        isPlain: isReal,
        ...(isReal ? {} : { fault: 'form' as const }),
      };
    }
    if (!/^\d{17}[\dX]$/.test(digits))
      return { ...at, value: digits, isPlain: false, fault: 'form' as const };
    const isReal = isBirthDate(digits.slice(6, 14)) && idCheckOf(digits) === digits[17];
    return { ...at, value: digits, isPlain: true, ...(isReal ? {} : { fault: 'checksum' as const }) };
  });
}

const MOBILE = /(?<!\d)(?:\+?86[ -]?)?(1\d{2}[ -]?\d{4}[ -]?\d{4})(?!\d)/g;
const LANDLINE = /(?<!\d)(0\d{2,3}[ -]?\d{7,8}|[48]00[ -]?\d{3,4}[ -]?\d{3,4})(?!\d)/g;
const PHONE_LIKE = /(?<![\d.])\d(?:[ -]?\d){6,14}(?!\d)/g;

/** Telephone numbers as digits: Chinese mobiles (also +86, spaced, or spoken), land lines. Others of 7 to 15 digits are faults. */
export function findPhones(text: string): Found[] {
  const flat = digitsOfSpoken(text);
  const toFound = (match: RegExpMatchArray, digits: string, isRight: boolean): Found => ({
    value: digits.replace(/[ -]/g, ''),
    text: text.slice(match.index, (match.index ?? 0) + match[0].length),
    start: match.index ?? 0,
    end: (match.index ?? 0) + match[0].length,
    isPlain: isRight,
    ...(isRight ? {} : { fault: 'form' as const }),
  });
  return [
    ...[...flat.matchAll(MOBILE)].map((match) =>
      toFound(match, match[1] ?? '', /^1[3-9]/.test(match[1] ?? '')),
    ),
    ...[...flat.matchAll(LANDLINE)].map((match) => toFound(match, match[1] ?? '', true)),
    ...[...flat.matchAll(PHONE_LIKE)].map((match) => toFound(match, match[0], false)),
  ];
}

/** Tells whether the digits of a card number pass ISO/IEC 7812-1 (Luhn). */
export function isCardNumber(digits: string): boolean {
  if (!/^\d{13,19}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = at % 2 === 1 ? Number(digit) * 2 : Number(digit);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

const TAIL_CUE =
  /(?:尾号|后四位|末四位|尾数|最后四位|last (?:four|4)(?: digits)?|ending(?: in| with)?|ends (?:in|with))[是为:： ]{0,3}(?:is |are |of )?(\d{4})(?!\d)/giu;
const TAIL_AFTER = /(?<!\d)(\d{4})(?=\s?(?:结尾|尾号|的?那张|这张|is the last))/giu;
const TAIL_BARE = /(?<![\d.])(\d{4})(?!\d|\s?(?:元|块|年|万|千))/g;
const CARD = /(?<!\d)\d{4}(?:[ -]?\d){9,15}(?!\d)/g;

/** The last four digits of a card; of a whole number nothing else is kept. A number that is no card's is a fault. */
export function findCardTails(text: string): Found[] {
  const flat = digitsOfSpoken(text);
  const found: Found[] = [];
  for (const match of flat.matchAll(CARD)) {
    const digits = match[0].replace(/[ -]/g, '');
    const isCard = isCardNumber(digits);
    const span = { start: match.index, end: match.index + match[0].length };
    found.push({
      value: digits.slice(-4),
      text: digits.slice(-4),
      ...span,
      isPlain: isCard,
      ...(isCard ? {} : { fault: 'checksum' }),
    });
  }
  for (const [pattern, isPlain] of [
    [TAIL_CUE, true],
    [TAIL_AFTER, true],
    [TAIL_BARE, false],
  ] as const) {
    for (const match of flat.matchAll(pattern)) {
      const tail = match[1] ?? '';
      const start = match.index + match[0].indexOf(tail);
      found.push({ value: tail, text: tail, start, end: start + 4, isPlain });
    }
  }
  return found;
}
