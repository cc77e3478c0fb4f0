import { figure, isFull, isQuick, type Figure } from './figure.ts';
import { openManyTickets, timeRequests } from './load/many-tickets.ts';

const SMALL = isQuick() ? 10_000 : 100_000;
const LARGE = isQuick() ? 100_000 : 1_000_000;
const COUNT = isFull() ? 1_000 : 200;
const MUST = { p95Ms: 50, growth: 2 };
const LISTS = { newest: '', by_state: '&state=pending' };

/** The first page of the list of tickets over HTTP, sealed subjects opened, at a tenth of the rows and at all of them. */
export async function* run(): AsyncGenerator<Figure> {
  const many = await openManyTickets();
  const smallMs = new Map<string, number>();
  try {
    for (const size of [SMALL, LARGE]) {
      await many.growTo(size);
      for (const [name, filter] of Object.entries(LISTS)) {
        const ms = await timeRequests(many, () => `/api/v1/tickets?limit=50${filter}`, COUNT);
        yield figure(`lists.${name}_${size}_p95`, ms, 'ms', MUST.p95Ms);
        if (size === SMALL) smallMs.set(name, ms);
        else
          yield figure(
            `lists.${name}_growth`,
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
