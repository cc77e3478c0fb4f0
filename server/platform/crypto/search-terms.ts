import { simplify } from './traditional.ts';

/** Distinct terms taken from one text; a text of 8,000 characters has at most as many. Later ones are not found. */
export const SEARCH_TERMS_MAX = 8_192;

/** Scripts written without spaces; they are cut into pairs of neighbouring characters. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}々〇ー]/u;
const WORD = /[\p{L}\p{N}\p{M}]/u;

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
  const terms = new Set<string>();
  let word = '';
  let previous = '';
  let runLength = 0;
  const endWord = () => {
    if (word !== '') terms.add(word);
    word = '';
  };
  const endRun = () => {
    if (runLength === 1) terms.add(previous);
    previous = '';
    runLength = 0;
  };
  for (const character of normaliseSearchText(text)) {
    if (terms.size >= SEARCH_TERMS_MAX) break;
    if (UNSPACED.test(character)) {
      endWord();
      if (runLength > 0) terms.add(previous + character);
      previous = character;
      runLength += 1;
      continue;
    }
    endRun();
    if (WORD.test(character)) word += character;
    else endWord();
  }
  endWord();
  endRun();
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
