import type { Figure } from './figure.ts';
import { TWO_CHARACTERS } from './load/bank-texts.ts';
import { measureGrowth } from './load/growth.ts';

/** Tickets found by words of two Chinese characters over HTTP: tokens, candidates opened and compared again, masked. */
export function run(): AsyncGenerator<Figure> {
  const searchFor = (words: readonly string[]) => (index: number) =>
    `/api/v1/tickets?limit=50&q=${encodeURIComponent(words[index % words.length] as string)}`;
  return measureGrowth('search', {
    frequent: searchFor(TWO_CHARACTERS.frequent),
    rare: searchFor(TWO_CHARACTERS.rare),
  });
}
