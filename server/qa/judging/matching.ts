import { RE2JS } from 're2js';

/** A part of a text, in UTF-16 units: from `start` up to, not including, `end`. */
export interface Span {
  start: number;
  end: number;
}

/** A pattern ready to search, or why it cannot be used. */
export type CompiledPattern =
  | { ok: true; find(text: string): Span[] }
  | { ok: false; problem: 'pattern-too-long' | 'pattern-malformed' | 'pattern-too-large' | 'pattern-empty' };

/** Longest pattern in characters, and largest program: matching costs text length times program size. */
const PATTERN_CHARACTERS_MAX = 200;
const PROGRAM_SIZE_MAX = 500;
/** Places of one pattern or word in one message that are kept; more prove nothing further. */
const SPANS_PER_TEXT_MAX = 20;

/**
 * Compiles a pattern a person typed. Only RE2 syntax, so a match takes time linear in the text: no look-around, no
 * back-references. A pattern that fits the empty text would be found everywhere, so it is refused.
 */
export function compilePattern(pattern: string): CompiledPattern {
  if (pattern.length > PATTERN_CHARACTERS_MAX) return { ok: false, problem: 'pattern-too-long' };
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
  } catch {
    // Every fault of compiling is a fault of the pattern; the library's message may quote what was typed.
    return { ok: false, problem: 'pattern-malformed' };
  }
  if (compiled.programSize() > PROGRAM_SIZE_MAX) return { ok: false, problem: 'pattern-too-large' };
  if (compiled.matcher('').find()) return { ok: false, problem: 'pattern-empty' };
  return { ok: true, find: (text) => findPattern(compiled, text) };
}

function findPattern(compiled: RE2JS, text: string): Span[] {
  const spans: Span[] = [];
  const matcher = compiled.matcher(fold(text));
  while (spans.length < SPANS_PER_TEXT_MAX && matcher.find()) {
    if (matcher.end() > matcher.start()) spans.push({ start: matcher.start(), end: matcher.end() });
  }
  return spans;
}

const FULL_WIDTH_FIRST = 0xff01;
const FULL_WIDTH_LAST = 0xff5e;
const FULL_WIDTH_SHIFT = 0xfee0;

/**
 * Lower case and half width, unit by unit, so that a position in the folded text is the same in the original. Letters
 * whose lower case has another length stay as they are.
 */
export function fold(text: string): string {
  let folded = '';
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const isWide = code >= FULL_WIDTH_FIRST && code <= FULL_WIDTH_LAST;
    const unit =
      code === 0x3000 ? ' ' : isWide ? String.fromCharCode(code - FULL_WIDTH_SHIFT) : text.charAt(index);
    const lower = unit.toLowerCase();
    folded += lower.length === 1 ? lower : unit;
  }
  return folded;
}

const WORD_UNIT = /[a-z0-9]/;

/**
 * Where a word stands in a text, whatever its case or width. Latin words are found as whole words only: `ass` is not
 * in `assist`. Chinese has no gaps between words, so there any place counts.
 */
export function findWord(text: string, word: string): Span[] {
  const haystack = fold(text);
  const needle = fold(word.trim());
  const spans: Span[] = [];
  if (needle === '') return spans;
  let from = haystack.indexOf(needle);
  while (from >= 0 && spans.length < SPANS_PER_TEXT_MAX) {
    const end = from + needle.length;
    if (isWhole(haystack, from, end)) spans.push({ start: from, end });
    from = haystack.indexOf(needle, end);
  }
  return spans;
}

function isWhole(text: string, start: number, end: number): boolean {
  const runsOnBefore = WORD_UNIT.test(text.charAt(start)) && WORD_UNIT.test(text.charAt(start - 1));
  const runsOnAfter = WORD_UNIT.test(text.charAt(end - 1)) && WORD_UNIT.test(text.charAt(end));
  return !runsOnBefore && !runsOnAfter;
}
