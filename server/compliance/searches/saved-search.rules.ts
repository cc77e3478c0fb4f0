import type { TimeZone } from '../../kernel/index.ts';
import { nextFiring, parseCron } from '../../platform/jobs/index.ts';

/** Limits of saved searches. */
export const SAVED_SEARCH_LIMITS = {
  perAccountMax: 50,
  nameCharactersMax: 80,
  /** Reports that are started in one look of the job. */
  startedAtOnce: 20,
  /** Reports of one search that are made up for after an outage; what is older is left out. */
  madeUpMax: 31,
} as const;

/** How often a report is made; it covers the period before: yesterday, last week, last month. */
export const REPORT_PERIODS = ['day', 'week', 'month'] as const;
/** One of the periods. */
export type ReportPeriod = (typeof REPORT_PERIODS)[number];

/** What a report may be; the other formats of exports are for one person's copy. */
export const REPORT_FORMATS = ['xlsx', 'csv', 'pdf'] as const;

const CRONS: Record<ReportPeriod, (hour: number) => string> = {
  day: (hour) => `0 ${hour} * * *`,
  week: (hour) => `0 ${hour} * * 1`,
  month: (hour) => `0 ${hour} 1 * *`,
};

/** When the next report is due after an instant, on the clock of the installation. */
export function nextReportAt(
  { period, atHour }: { period: ReportPeriod; atHour: number },
  zone: TimeZone,
  after: Date,
): Date {
  return nextFiring(parseCron(CRONS[period](atHour)), zone, after);
}

/** What a report that is due at an instant covers: half-open, whole days of the installation. Weeks begin on Monday. */
export function periodBefore(period: ReportPeriod, zone: TimeZone, dueAt: Date): { from: Date; to: Date } {
  const { year, month, day } = zone.wallAt(dueAt.getTime());
  const today = new Date(Date.UTC(year, month - 1, day));
  const begin = new Date(today);
  const end = new Date(today);
  if (period === 'day') begin.setUTCDate(begin.getUTCDate() - 1);
  if (period === 'week') {
    end.setUTCDate(end.getUTCDate() - ((end.getUTCDay() + 6) % 7));
    begin.setTime(end.getTime());
    begin.setUTCDate(begin.getUTCDate() - 7);
  }
  if (period === 'month') {
    end.setUTCDate(1);
    begin.setUTCDate(1);
    begin.setUTCMonth(begin.getUTCMonth() - 1);
  }
  const midnight = (at: Date) =>
    new Date(
      zone.instantOf({
        ...{ year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() },
        ...{ hour: 0, minute: 0 },
      }),
    );
  return { from: midnight(begin), to: midnight(end) };
}
