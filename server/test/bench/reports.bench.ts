import { isDeepStrictEqual } from 'node:util';
import { SCOPE_ALL } from '../../kernel/index.ts';
import { createReports } from '../../reports/index.ts';
import { windowOf } from '../../reports/overview.rules.ts';
import { countOverview, type Overview } from '../../reports/overview.view.ts';
import { figure, isFull, isQuick, percentile, type Figure } from './figure.ts';
import { openManyTickets } from './load/many-tickets.ts';

const TICKETS = isQuick() ? 100_000 : 1_000_000;
const DAYS = 365;
const OFFSET_MINUTES = 480;
const COUNT = isFull() ? 100 : 20;
const MUST_MS = 300;
const SHOWN = ['conversations', 'handedOff', 'answered', 'avgScore', 'csatAverage', 'ticketsOpened'] as const;

/** The report of a year over HTTP, and whether its counters say what a plain count says. */
export async function* run(): AsyncGenerator<Figure> {
  const many = await openManyTickets({
    talks: 'conversations',
    routes: ({ core: { clock } }) =>
      createReports({ clock, system: undefined as never, settings: undefined as never }).routes,
  });
  const { core } = many.desk;
  try {
    await many.growTo(TICKETS);
    const tookMs: number[] = [];
    let report: Overview | undefined;
    for (let i = 0; i < COUNT; i += 1) {
      const startedMs = performance.now();
      const path = `/api/v1/reports/overview?days=${DAYS}&offsetMinutes=${OFFSET_MINUTES}`;
      const reply = await many.served.ask('supervisor', path);
      if (reply.status !== 200) throw new Error(`${path}: ${reply.status}`);
      tookMs.push(performance.now() - startedMs);
      report = reply.json as Overview;
    }
    const window = windowOf(core.clock.now(), DAYS, OFFSET_MINUTES);
    const reader = { offsetMinutes: OFFSET_MINUTES, scope: SCOPE_ALL };
    const startedMs = performance.now();
    const plain = await core.uow.read((db) => countOverview(db, window, reader));
    yield figure('reports.plain_count', performance.now() - startedMs, 'ms', MUST_MS);
    yield figure('reports.year_p50', percentile(tookMs, 0.5), 'ms', MUST_MS);
    yield figure('reports.year_p95', percentile(tookMs, 0.95), 'ms', MUST_MS);
    for (const name of SHOWN)
      yield figure(`reports.${name}`, report?.[name] ?? NaN, 'as counted', plain[name] ?? 0);
    yield figure('reports.is_equal', Number(isDeepStrictEqual(report, plain)), 'all figures and days', 1);
  } finally {
    await many.close();
  }
}
