import type { RecordCursor, RecordSubject } from '../../kernel/index.ts';
import type { Db, RecordStore, UnitOfWork } from '../../platform/persistence/index.ts';
import { listActiveHolds } from './hold.repo.ts';
import type { SweepReport, SweepRunRow } from './lifecycle.entity.ts';
import { monthsBefore, thresholdsAt } from './period.rules.ts';
import { countGone, countVerdict, emptyReport, spanOf } from './report.ts';
import { currentRules } from './rule.repo.ts';
import { judgeAll, PAGE_RECORDS } from './sweep-turn.ts';

/** Months a dry run looks ahead. */
export const OUTLOOK_MONTHS = 12;

interface LookDeps {
  uow: Pick<UnitOfWork, 'read'>;
  stores: readonly RecordStore[];
  /** Those with records that end by themselves, in the order of sweeps. */
  walk: readonly RecordStore[];
}

/**
 * Decides about everything that is over, as a sweep at this moment would, and changes nothing. Rows are the stores'
 * estimates. `progress` is told how many records were looked at.
 */
export async function lookAhead(
  deps: LookDeps,
  run: SweepRunRow,
  progress: (done: number) => Promise<void>,
): Promise<SweepReport> {
  const report = emptyReport();
  let done = 0;
  for (const store of deps.walk) {
    let after: RecordCursor | null = null;
    for (;;) {
      const page = await deps.uow.read((db) => lookAt(db, deps.stores, { run, store, after, report }));
      done += page.count;
      await progress(done);
      if (page.next === null) break;
      after = page.next;
    }
  }
  report.outlook = await deps.uow.read((db) => outlook(db, deps.walk, run.asOf));
  return report;
}

async function lookAt(
  db: Db,
  stores: readonly RecordStore[],
  at: { run: SweepRunRow; store: RecordStore; after: RecordCursor | null; report: SweepReport },
): Promise<{ count: number; next: RecordCursor | null }> {
  const { run, store, after, report } = at;
  const rules = await currentRules(db);
  const terms = { thresholds: thresholdsAt(run.asOf, rules), holds: await listActiveHolds(db) };
  const page = (await store.due?.(db, { thresholds: terms.thresholds, after, limit: PAGE_RECORDS })) ?? [];
  const going: RecordSubject[] = [];
  for (const { record, verdict } of await judgeAll(db, stores, { store, page, terms })) {
    countVerdict(report, record, verdict);
    if (verdict.goes) going.push(record);
  }
  const rows = going.reduce((sum, { rowCount }) => sum + rowCount, 0);
  countGone(report, store.recordClass, { records: going.length, rows, span: spanOf(going) });
  return { count: page.length, next: page.length < PAGE_RECORDS ? null : (page.at(-1)?.cursor ?? null) };
}

/** How many records' periods end in each of the next months, whatever may keep them then. */
async function outlook(db: Db, walk: readonly RecordStore[], asOf: Date): Promise<SweepReport['outlook']> {
  const rules = await currentRules(db);
  const months: SweepReport['outlook'] = [];
  for (let ahead = 0; ahead < OUTLOOK_MONTHS; ahead += 1) {
    const [begin, end] = [monthsBefore(asOf, -ahead), monthsBefore(asOf, -ahead - 1)];
    const counts: Record<string, number> = {};
    for (const { recordClass, count } of walk) {
      if (count === undefined) continue;
      const { months: kept } = rules[recordClass];
      const range = { from: monthsBefore(begin, kept), to: monthsBefore(end, kept) };
      counts[recordClass] = (counts[recordClass] ?? 0) + (await count(db, range));
    }
    months.push({ month: end.toISOString().slice(0, 7), counts });
  }
  return months;
}
