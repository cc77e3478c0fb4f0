import type { Figure } from './figure.ts';
import { measureGrowth } from './load/growth.ts';

/** The first page of the list of tickets over HTTP, sealed subjects opened and masked. */
export function run(): AsyncGenerator<Figure> {
  return measureGrowth('lists', {
    newest: () => '/api/v1/tickets?limit=50',
    by_state: () => '/api/v1/tickets?limit=50&state=pending',
  });
}
