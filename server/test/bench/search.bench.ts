import { figure, isFull, isQuick, type Figure } from './figure.ts';
import { openManyTickets, timeRequests, TWO_CHARACTERS } from './load/many-tickets.ts';

const SMALL = isQuick() ? 10_000 : 100_000;
const LARGE = isQuick() ? 100_000 : 1_000_000;
const COUNT = isFull() ? 1_000 : 200;
const MUST = { p95Ms: 50, growth: 2 };

/** Tickets found by words of two Chinese characters over HTTP: tokens, candidates opened and compared again, masked. */
export async function* run(): AsyncGenerator<Figure> {
  const many = await openManyTickets();
  const smallMs = new Map<string, number>();
  try {
    for (const size of [SMALL, LARGE]) {
      await many.growTo(size);
      for (const [name, words] of Object.entries(TWO_CHARACTERS)) {
        const wordOf = (index: number) => encodeURIComponent(words[index % words.length] as string);
        const ms = await timeRequests(many, (index) => `/api/v1/tickets?limit=50&q=${wordOf(index)}`, COUNT);
        yield figure(`search.${name}_${size}_p95`, ms, 'ms', MUST.p95Ms);
        if (size === SMALL) smallMs.set(name, ms);
        else
          yield figure(
            `search.${name}_growth`,
            ms / (smallMs.get(name) ?? ms),
            'of ten times the rows',
            MUST.growth,
          );
      }
    }
  } finally {
    await many.close();
  }
}
