import { SCOPE_ALL } from '../../kernel/index.ts';
import { readOverview } from '../../reports/overview.view.ts';
import { windowOf } from '../../reports/overview.rules.ts';
import { figure, isQuick, percentile, type Figure } from './figure.ts';
import { openManyTickets } from './load/many-tickets.ts';

const TICKETS = isQuick() ? 100_000 : 1_000_000;
const DAYS = 365;
const COUNT = 10;
const MUST_MS = 300;

/** The report of a year over all tickets, and whether it says what a plain count says. */
export async function* run(): AsyncGenerator<Figure> {
  const many = await openManyTickets();
  const { core } = many.desk;
  try {
    await many.growTo(TICKETS);
    const window = windowOf(core.clock.now(), DAYS, 0);
    const tookMs: number[] = [];
    let opened = 0;
    for (let i = 0; i < COUNT; i += 1) {
      const startedMs = performance.now();
      const overview = await core.uow.read((db) =>
        readOverview(db, window, { offsetMinutes: 0, scope: SCOPE_ALL }),
      );
      tookMs.push(performance.now() - startedMs);
      opened = overview.ticketsOpened;
    }
    const { rows } = await many.client.query<{ count: string }>(
      'SELECT count(*) AS count FROM ticket WHERE opened_at >= $1 AND opened_at < $2',
      [window.from.toISOString(), window.to.toISOString()],
    );
    yield figure('reports.year_p50', percentile(tookMs, 0.5), 'ms', MUST_MS);
    yield figure('reports.year_p95', percentile(tookMs, 0.95), 'ms', MUST_MS);
    yield figure('reports.tickets_opened', opened, 'tickets', Number(rows[0]?.count ?? 0));
  } finally {
    await many.close();
  }
}
