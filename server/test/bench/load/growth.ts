import { figure, isFull, isQuick, type Figure } from '../figure.ts';
import { openManyTickets, timeRequests } from './many-tickets.ts';

const SMALL = isQuick() ? 10_000 : 100_000;
const LARGE = isQuick() ? 100_000 : 1_000_000;
const COUNT = isFull() ? 1_000 : 200;
const MUST = { p95Ms: 50, growth: 2 };

/**
 * Times requests at a tenth of the tickets and at all of them, and the growth between; `paths` gives the path of the n-th request
 * by the name of its case. With `--full` each ticket has a conversation of ten messages.
 */
export async function* measureGrowth(
  name: string,
  paths: Record<string, (index: number) => string>,
): AsyncGenerator<Figure> {
  const many = await openManyTickets({ talks: isFull() ? 'messages' : 'none' });
  const smallMs = new Map<string, number>();
  try {
    for (const size of [SMALL, LARGE]) {
      await many.growTo(size);
      for (const [title, pathOf] of Object.entries(paths)) {
        const ms = await timeRequests(many, pathOf, COUNT);
        yield figure(`${name}.${title}_${size}_p95`, ms, 'ms', MUST.p95Ms);
        if (size === SMALL) smallMs.set(title, ms);
        else {
          const growth = ms / (smallMs.get(title) ?? ms);
          yield figure(`${name}.${title}_growth`, growth, 'of ten times the rows', MUST.growth);
        }
      }
    }
  } finally {
    await many.close();
  }
}
