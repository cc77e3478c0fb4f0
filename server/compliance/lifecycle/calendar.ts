import type { AuditClass } from '../../../audit/index.ts';
import type { Approvals } from '../../identity/index.ts';
import { RECORD_CLASSES, type RecordClass } from '../../kernel/index.ts';
import { nextRuns } from '../../platform/jobs/index.ts';
import { portable, type Db } from '../../platform/persistence/index.ts';
import { PERIOD_APPROVAL } from '../purge/period.service.ts';
import { currentPeriods } from '../purge/period.repo.ts';
import { PURGE_APPROVALS } from '../purge/purge.approvals.ts';
import type { KeepDays } from '../purge/purge.rules.ts';
import { listActiveHolds } from './hold.repo.ts';
import type { HoldScope } from './hold.rules.ts';
import { APPROVAL_KINDS } from './lifecycle.approvals.ts';
import { LIFECYCLE_JOBS } from './lifecycle.jobs.ts';
import { monthsBefore, type PeriodRules } from './period.rules.ts';
import { currentRules } from './rule.repo.ts';
import { findNewestRun } from './sweep.repo.ts';

/** Months the calendar looks ahead. */
export const CALENDAR_MONTHS = 12;
/** Requests that wait and are shown; more of them are to be decided before anything else. */
const WAITING_SHOWN_MAX = 50;
const DAY_MS = 86_400_000;

/** What ends in a month, and how many holds may keep some of it. */
export interface CalendarCell {
  /** Null where nobody has counted yet. */
  count: number | null;
  holds: number;
}

/** One class over the months. */
export interface CalendarLine {
  name: string;
  /** What is over already and still there. */
  due: CalendarCell;
  months: CalendarCell[];
}

/** What ends when. */
export interface Calendar {
  /** The next months from today on, each by the calendar month it ends in, `YYYY-MM`. */
  months: string[];
  records: CalendarLine[];
  /** When the records were counted; null before the first dry run. */
  countedAt: Date | null;
  trail: CalendarLine[];
  /** When each background work runs next. */
  runs: { kind: string; nextAt: Date }[];
  isScheduled: boolean;
  waiting: Awaited<ReturnType<Approvals['waitingOf']>>;
}

/** What the calendar needs. */
export interface CalendarDeps {
  approvals: Pick<Approvals, 'waitingOf'>;
  /** Periods of the trail by the configuration. */
  keepDays: KeepDays;
}

const TRAIL_DAYS = portable<{ entryClass: string; toAt: Date }, { at: Date; entryCount: number }>(
  'audit_tally.of_class',
  `SELECT start_at AS at, SUM(entry_count) AS entry_count FROM audit_tally
    WHERE grain = 'day' AND class = :entryClass AND start_at < :toAt GROUP BY start_at`,
  { params: { entryClass: 'text', toAt: 'instant' }, result: { at: 'instant', entryCount: 'int' } },
);

/** Reads the calendar: records as the last dry run counted them, the trail by its counters, the rest as it is now. */
export async function readCalendar(
  deps: CalendarDeps,
  db: Db,
  at: { now: Date; isScheduled: boolean },
): Promise<Calendar> {
  const { now, isScheduled } = at;
  const holds = await listActiveHolds(db);
  const months = Array.from({ length: CALENDAR_MONTHS }, (_, ahead) => ahead);
  const rules = await currentRules(db);
  const dry = await findNewestRun(db, 'dry', 'done');
  const outlook = dry?.report.outlook ?? [];
  // As a dry run names them: by the month in which a month from now ends.
  const nameOf = (ahead: number) =>
    monthsBefore(now, -ahead - 1)
      .toISOString()
      .slice(0, 7);
  const counted = new Map(outlook.map(({ month, counts }) => [month, counts]));
  const records = RECORD_CLASSES.map((name): CalendarLine => ({
    name,
    due: {
      count: dry === undefined ? null : (dry.report.classes[name]?.due ?? 0),
      holds: holdsOver(holds, name, { from: null, to: monthsBefore(now, rules[name].months) }),
    },
    months: months.map((ahead) => ({
      count:
        dry === undefined
          ? null
          : (counted.get(nameOf(ahead))?.[name] ?? (ahead < outlook.length ? 0 : null)),
      holds: holdsOver(holds, name, rangeOf(rules, name, { now, ahead })),
    })),
  }));
  const runs = await nextRuns(db, [LIFECYCLE_JOBS.sweep]);
  const kinds = [...Object.values(APPROVAL_KINDS), ...Object.values(PURGE_APPROVALS), PERIOD_APPROVAL];
  return {
    ...{ months: months.map(nameOf), records, countedAt: dry?.finishedAt ?? null, isScheduled },
    trail: await trailLines(deps, db, { now, holds }),
    runs: [...runs].map(([kind, nextAt]) => ({ kind, nextAt })),
    waiting: await deps.approvals.waitingOf(db, kinds, WAITING_SHOWN_MAX),
  };
}

interface Range {
  from: Date | null;
  to: Date;
}

function rangeOf(rules: PeriodRules, name: RecordClass, { now, ahead }: { now: Date; ahead: number }): Range {
  const kept = rules[name].months;
  return {
    from: monthsBefore(monthsBefore(now, -ahead), kept),
    to: monthsBefore(monthsBefore(now, -ahead - 1), kept),
  };
}

/** Holds that may cover records of a class that ended in a time; which ones they do keep, a dry run tells. */
function holdsOver(holds: readonly HoldScope[], name: RecordClass | null, { from, to }: Range): number {
  return holds.filter((hold) => {
    if (name !== null && hold.recordClass !== null && hold.recordClass !== name) return false;
    if (name === null && isOfClassAlone(hold)) return false;
    return (
      (hold.fromAt === null || hold.fromAt < to) && (hold.toAt === null || from === null || hold.toAt > from)
    );
  }).length;
}

/** A hold that names nothing but a class of records says nothing of the trail. */
function isOfClassAlone({ requesterId, accountId, ticketId, fromAt, toAt }: HoldScope): boolean {
  return [requesterId, accountId, ticketId, fromAt, toAt].every((part) => part === null);
}

async function trailLines(
  { keepDays }: CalendarDeps,
  db: Db,
  { now, holds }: { now: Date; holds: readonly HoldScope[] },
): Promise<CalendarLine[]> {
  const lines: CalendarLine[] = [];
  for (const { entryClass, keepDays: days } of await currentPeriods(db, keepDays)) {
    const behind = (ahead: number) => new Date(monthsBefore(now, -ahead).getTime() - days * DAY_MS);
    const toAt = behind(CALENDAR_MONTHS);
    const rows = await db.all(TRAIL_DAYS, { entryClass: entryClass satisfies AuditClass, toAt });
    const sum = (from: Date | null, to: Date) =>
      rows.reduce(
        (all, row) => (row.at < to && (from === null || row.at >= from) ? all + row.entryCount : all),
        0,
      );
    lines.push({
      name: entryClass,
      due: { count: sum(null, behind(0)), holds: holdsOver(holds, null, { from: null, to: behind(0) }) },
      months: Array.from({ length: CALENDAR_MONTHS }, (_, ahead) => {
        const range = { from: behind(ahead), to: behind(ahead + 1) };
        return { count: sum(range.from, range.to), holds: holdsOver(holds, null, range) };
      }),
    });
  }
  return lines;
}
