import type { RecordSubject } from '../../kernel/index.ts';
import type { ClassReport, SweepReport } from './lifecycle.entity.ts';
import type { Verdict } from './sweep.rules.ts';

/** Holds a report counts one by one; what further ones kept is in the numbers of the classes. */
export const HOLDS_REPORTED_MAX = 100;

/** A report of nothing. */
export function emptyReport(): SweepReport {
  return { classes: {}, holds: {}, outlook: [] };
}

function classOf(report: SweepReport, recordClass: string): ClassReport {
  return (report.classes[recordClass] ??= {
    due: 0,
    gone: 0,
    rows: 0,
    heldByHold: 0,
    keptByClass: {},
    oldestAt: null,
    newestAt: null,
  });
}

/** Counts what was decided about a record that is over. */
export function countVerdict(report: SweepReport, record: RecordSubject, verdict: Verdict): void {
  const line = classOf(report, record.recordClass);
  line.due += 1;
  if (verdict.goes || verdict.by === 'period') return;
  if (verdict.by === 'hold') line.heldByHold += 1;
  else line.keptByClass[verdict.recordClass] = (line.keptByClass[verdict.recordClass] ?? 0) + 1;
  for (const holdId of verdict.holdIds) {
    const known = report.holds[holdId];
    if (known === undefined && Object.keys(report.holds).length >= HOLDS_REPORTED_MAX) continue;
    report.holds[holdId] = (known ?? 0) + 1;
  }
}

/** Counts records that went, or would go, with the rows they were made of. */
export function countGone(
  report: SweepReport,
  recordClass: string,
  gone: { records: number; rows: number; span: { oldest: Date; newest: Date } | null },
): void {
  const line = classOf(report, recordClass);
  line.gone += gone.records;
  line.rows += gone.rows;
  if (gone.span === null) return;
  const oldest = gone.span.oldest.toISOString();
  const newest = gone.span.newest.toISOString();
  if (line.oldestAt === null || oldest < line.oldestAt) line.oldestAt = oldest;
  if (line.newestAt === null || newest > line.newestAt) line.newestAt = newest;
}

/** When the oldest and the newest of these records ended; null for none. */
export function spanOf(records: readonly RecordSubject[]): { oldest: Date; newest: Date } | null {
  const times = records.flatMap(({ endedAt }) => (endedAt === null ? [] : [endedAt.getTime()]));
  if (times.length === 0) return null;
  let [oldest, newest] = [Infinity, -Infinity];
  for (const time of times) {
    oldest = Math.min(oldest, time);
    newest = Math.max(newest, time);
  }
  return { oldest: new Date(oldest), newest: new Date(newest) };
}
