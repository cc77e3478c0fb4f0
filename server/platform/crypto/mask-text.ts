import { isCardNumber, isIdNumber, isOldIdNumber } from './check-digits.ts';
import { maskCard, maskEmail, maskIdNumber, maskPhone } from './masking.ts';
import { findEmails } from './email-scanner.ts';

/**
 * Longest number looked for is 19 digits, with a country prefix 19 as well; so each start looks at a bounded number of
 * runs and digits, which makes the whole scan linear in the text.
 */
const NUMBER_DIGITS_MAX = 19;
const NUMBER_DIGITS_MIN = 10;
const ID_DIGITS = 18;
/** Separators people put into numbers; at most two between two runs of digits. */
const SEPARATORS = new Set([
  ' ',
  '-',
  '.',
  '\u00a0',
  '\u3000',
  '\u2010',
  '\u2011',
  '\u2013',
  '\uff0d',
  ')',
  '）',
]);
const SEPARATORS_MAX = 2;
const MOBILE = /^(?:86|0086|0)?(1[3-9]\d{9})$/;
const LANDLINE = /^0(?:10|2\d|[3-9]\d\d)\d{7,8}$/;
const FOREIGN = /^[1-9]\d{7,14}$/;

/** A part of the text and what to show in its place. */
export interface MaskedSpan {
  start: number;
  end: number;
  shown: string;
}

/** Digits that stand together, without the check letter that may follow. */
interface Run {
  start: number;
  end: number;
  /** Narrow digits. */
  digits: string;
  /** X when the letter follows and ends the word: the check character of an identity number, perhaps. */
  checkLetter: 'X' | '';
  /** May be read together with the run before: only separators stand between. */
  isJoined: boolean;
}

/**
 * Masks what looks like personal or financial data in free text: cards (Luhn), identity numbers (date and check
 * character), mobile, fixed and foreign phone numbers, mail addresses, also in full-width digits and with blanks or
 * dashes inside. Names and addresses are not recognised. Linear in the length of the text.
 */
export function maskText(text: string): string {
  const spans = findMaskedSpans(text);
  let out = '';
  let from = 0;
  for (const span of spans) {
    out += text.slice(from, span.start) + span.shown;
    from = span.end;
  }
  return out + text.slice(from);
}

/** The parts `maskText` replaces, in order, without overlap; positions are UTF-16 units of the text. */
export function findMaskedSpans(text: string): MaskedSpan[] {
  const emails = findEmails(text).map(({ start, end }) => ({
    start,
    end,
    shown: maskEmail(text.slice(start, end)),
  }));
  const runs = findRuns(text, emails);
  const spans = [...emails, ...findNumbers(text, runs)];
  return spans.sort((a, b) => a.start - b.start);
}

function findRuns(text: string, skipped: readonly MaskedSpan[]): Run[] {
  const runs: Run[] = [];
  let skipIndex = 0;
  let at = 0;
  while (at < text.length) {
    const skip = skipped[skipIndex];
    if (skip !== undefined && at >= skip.start) {
      at = skip.end;
      skipIndex += 1;
      continue;
    }
    if (digitAt(text, at) === undefined) {
      at += 1;
      continue;
    }
    const run = readRun(text, at, skip?.start ?? text.length, runs.at(-1));
    runs.push(run);
    at = run.end;
  }
  return runs;
}

function readRun(text: string, start: number, limit: number, before: Run | undefined): Run {
  let digits = '';
  let at = start;
  for (let digit = digitAt(text, at); digit !== undefined && at < limit; digit = digitAt(text, at)) {
    digits += digit;
    at += 1;
  }
  const checkLetter = at < limit && isCheckX(text[at]) && !isAlphanumeric(text[at + 1]) ? 'X' : '';
  const isJoined = before !== undefined && isSeparated(text, before.end, start);
  return { start, end: at, digits, checkLetter, isJoined };
}

/** One or two separators and nothing else. */
function isSeparated(text: string, from: number, to: number): boolean {
  if (to - from < 1 || to - from > SEPARATORS_MAX) return false;
  for (let i = from; i < to; i += 1) if (!SEPARATORS.has(text[i] ?? '')) return false;
  return true;
}

function findNumbers(text: string, runs: readonly Run[]): MaskedSpan[] {
  const spans: MaskedSpan[] = [];
  for (let i = 0; i < runs.length;) {
    const match = matchFrom(text, runs, i);
    if (match !== undefined) {
      spans.push(match.span);
      i = match.next;
      continue;
    }
    spans.push(...hiddenIds(runs[i]));
    i += 1;
  }
  return spans;
}

/** The longest number that begins with run `first`, and the run after it. */
function matchFrom(text: string, runs: readonly Run[], first: number) {
  const start = runs[first]?.start ?? 0;
  let digits = '';
  let best: { span: MaskedSpan; next: number } | undefined;
  for (let i = first; i < runs.length; i += 1) {
    const run = runs[i];
    if (run === undefined || (i > first && !run.isJoined)) break;
    digits += run.digits;
    if (digits.length > NUMBER_DIGITS_MAX) break;
    if (digits.length < NUMBER_DIGITS_MIN) continue;
    const pieces = runs.slice(first, i + 1);
    if (i > first && isPartOfName(text, pieces)) continue;
    const span = recognise(text, { start, end: run.end, digits, pieces });
    if (span !== undefined) best = { span, next: i + 1 };
  }
  return best;
}

/** Digits under examination: their place, and the runs they come from. */
interface Candidate {
  start: number;
  end: number;
  digits: string;
  pieces: readonly Run[];
}

/** What to show for digits that are a number to hide, else undefined. */
function recognise(text: string, { start, end, digits, pieces }: Candidate): MaskedSpan | undefined {
  if (pieces.slice(1).every((run) => run.digits.length >= 2)) {
    const withLetter = digits + (pieces.at(-1)?.checkLetter ?? '');
    if (isIdNumber(withLetter)) {
      return { start, end: end + withLetter.length - digits.length, shown: maskIdNumber(withLetter) };
    }
    if (isOldIdNumber(digits)) return { start, end, shown: maskIdNumber(digits) };
    const phone = phoneOf(digits, isPlus(text[start - 1]));
    if (phone !== undefined) return { start: phoneStart(text, start, end), end, shown: maskPhone(phone) };
  }
  const isGrouped = pieces.slice(0, -1).every((run) => run.digits.length >= 3);
  return isGrouped && isCardNumber(digits) ? { start, end, shown: maskCard(digits) } : undefined;
}

function phoneOf(digits: string, hasPlus: boolean): string | undefined {
  const mobile = MOBILE.exec(digits)?.[1];
  if (mobile !== undefined) return mobile;
  if (LANDLINE.test(digits)) return digits;
  return hasPlus && FOREIGN.test(digits) ? `+${digits}` : undefined;
}

/** Takes the plus sign, and a bracket that closes inside the number, into what is replaced. */
function phoneStart(text: string, start: number, end: number): number {
  let from = start;
  if (isPlus(text[from - 1])) from -= 1;
  const isClosedInside = /[)）]/.test(text.slice(start, end));
  return isClosedInside && /^[(（]$/.test(text[from - 1] ?? '') ? from - 1 : from;
}

/** Digits and dashes inside UUIDs and part numbers: a dash group with a letter at its edge is no number of a person. */
function isPartOfName(text: string, pieces: readonly Run[]): boolean {
  const [start, end] = [pieces[0]?.start ?? 0, pieces.at(-1)?.end ?? 0];
  const hasDash = text.slice(start, end).includes('-');
  return hasDash && (isAlphanumeric(text[start - 1]) || isAlphanumeric(text[end]));
}

/** Identity numbers inside longer runs of digits, where no edge shows: the check character makes them certain enough. */
function hiddenIds(run: Run | undefined): MaskedSpan[] {
  const spans: MaskedSpan[] = [];
  const characters = run === undefined ? '' : run.digits + run.checkLetter;
  if (run === undefined || characters.length <= ID_DIGITS) return spans;
  for (let i = 0; i + ID_DIGITS <= characters.length;) {
    const window = characters.slice(i, i + ID_DIGITS);
    if (!isIdNumber(window)) {
      i += 1;
      continue;
    }
    const start = run.start + i;
    spans.push({ start, end: start + ID_DIGITS, shown: maskIdNumber(window) });
    i += ID_DIGITS;
  }
  return spans;
}

/** The digit at a position, full-width ones as narrow. */
function digitAt(text: string, at: number): string | undefined {
  const code = text.charCodeAt(at);
  if (code >= 0x30 && code <= 0x39) return text[at];
  return code >= 0xff10 && code <= 0xff19 ? String.fromCharCode(code - 0xff10 + 0x30) : undefined;
}

function isPlus(character: string | undefined): boolean {
  return character === '+' || character === '＋';
}

function isCheckX(character: string | undefined): boolean {
  return character !== undefined && 'xXｘＸ'.includes(character);
}

function isAlphanumeric(character: string | undefined): boolean {
  return character !== undefined && /^[0-9A-Za-z]$/.test(character);
}
