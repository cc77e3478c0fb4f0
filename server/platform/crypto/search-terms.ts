import { simplify } from './traditional.ts';

/** Distinct terms taken from one text; a text of 8,000 characters has at most as many. Later ones are not found. */
export const SEARCH_TERMS_MAX = 8_192;

/** Scripts written without spaces; they are cut into pairs of neighbouring characters. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}々〇ー]/u;
const WORD = /[\p{L}\p{N}\p{M}]/u;

/** What a character is to the index. */
const KIND = { between: 0, word: 1, unspaced: 2 } as const;
type Kind = (typeof KIND)[keyof typeof KIND];
/** Characters of one UTF-16 unit. */
const UNITS = 0x1_0000;
let kinds: Uint8Array | undefined;

function kindOf(character: string): Kind {
  if (UNSPACED.test(character)) return KIND.unspaced;
  return WORD.test(character) ? KIND.word : KIND.between;
}

/** Two patterns for each character of each message were most of the cost of indexing: each character is asked once. */
function kindsOfUnits(): Uint8Array {
  kinds ??= Uint8Array.from({ length: UNITS }, (_, code) => kindOf(String.fromCharCode(code)));
  return kinds;
}

/**
 * One form for everything that should be found alike: NFKC (full-width letters and digits become narrow), lower case,
 * traditional characters as simplified ones where the map knows them. Used for the index, the query, and the re-check.
 */
export function normaliseSearchText(text: string): string {
  return simplify(text.normalize('NFKC').toLowerCase());
}

/**
 * The distinct terms of a text in their order: each pair of neighbouring Chinese (Japanese, Korean) characters, and
 * each run of other letters and digits as one word. A Chinese character alone between other things is a term by
 * itself; inside a longer run single characters are no terms, because they would double the index and give away how
 * often each occurs. A one-character query therefore finds only characters that stand alone. Linear in the text.
 */
export function searchTerms(text: string): string[] {
  const normal = normaliseSearchText(text);
  const units = kindsOfUnits();
  const terms = new Set<string>();
  let before: number = KIND.between;
  /** Where the current word began; in an unspaced run, where the last character did, and whether it is the first. */
  let [start, isFirst] = [0, true];
  let at = 0;
  for (let size = 1; at < normal.length && terms.size < SEARCH_TERMS_MAX; at += size) {
    const point = normal.codePointAt(at) as number;
    size = point < UNITS ? 1 : 2;
    const kind = size === 1 ? (units[point] as number) : kindOf(String.fromCodePoint(point));
    if (kind === KIND.unspaced && before === KIND.unspaced) {
      terms.add(normal.slice(start, at + size));
      [start, isFirst] = [at, false];
    } else if (kind !== before) {
      if (before === KIND.word || (before === KIND.unspaced && isFirst)) terms.add(normal.slice(start, at));
      [start, isFirst] = [at, true];
    }
    before = kind;
  }
  if (before === KIND.word || (before === KIND.unspaced && isFirst)) terms.add(normal.slice(start, at));
  return [...terms].slice(0, SEARCH_TERMS_MAX);
}

/**
 * The re-check after decryption: whether each blank-separated piece of the query occurs in the text, both
 * normalised. Equal pairs in another order, and strangers with equal tokens, are dropped by it.
 */
export function matchesSearch(text: string, query: string): boolean {
  const haystack = normaliseSearchText(text);
  const pieces = normaliseSearchText(query)
    .split(/\s+/u)
    .filter((piece) => piece !== '');
  return pieces.length > 0 && pieces.every((piece) => haystack.includes(piece));
}
