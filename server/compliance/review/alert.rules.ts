import type { AuditAction } from '../../../audit/index.ts';
import type { TimeZone } from '../../kernel/index.ts';

/** What a rule looks for: many entries of one account, or of the system, within a day or a night. */
export interface AlertRule {
  name: Exclude<AlertRuleName, 'own-record' | 'colleague-record'>;
  /** Acts that count; all acts of the class with personal data without them. */
  actions: readonly AuditAction[] | null;
  /** Whose acts count: those of accounts, each by itself, unless the system notes them. */
  by?: 'system';
  outcome: 'ok' | 'refused' | 'failed';
  /** From so many on it is told. */
  least: number;
  when: 'day' | 'night';
  /** Name of a detail that is added up, instead of counting entries. */
  weighs?: string;
}

/** Rules there are; names are permanent. The first two are about customers who are on the staff. */
export const ALERT_RULES = [
  'own-record',
  'colleague-record',
  'mass-reveal',
  'mass-view',
  'mass-export',
  'large-export',
  'many-refused',
  'out-of-hours',
  'value-unreadable',
] as const;

/** Name of a rule. */
export type AlertRuleName = (typeof ALERT_RULES)[number];

/** The rules with their limits. An agent reveals a handful of values a day and opens some dozens of customers. */
export const RULES: readonly AlertRule[] = [
  { name: 'mass-reveal', actions: ['requester.reveal'], outcome: 'ok', least: 20, when: 'day' },
  {
    name: 'mass-view',
    actions: ['requester.view', 'requester.search'],
    outcome: 'ok',
    least: 200,
    when: 'day',
  },
  {
    ...{ name: 'mass-export', outcome: 'ok', least: 5, when: 'day' },
    actions: ['export.download', 'requester.export', 'report.export', 'audit.export'],
  },
  // Few files may hold many rows.
  {
    name: 'large-export',
    actions: ['export.make'],
    outcome: 'ok',
    least: 5_000,
    when: 'day',
    weighs: 'rowCount',
  },
  { name: 'many-refused', actions: ['access.refuse'], outcome: 'refused', least: 20, when: 'day' },
  { name: 'out-of-hours', actions: null, outcome: 'ok', least: 5, when: 'night' },
  // Damage, or somebody who wrote past the server: one value is enough, and whoever met it has not done it.
  {
    ...{ name: 'value-unreadable', by: 'system', outcome: 'failed', least: 1, when: 'day' },
    actions: ['crypto.auth-failed'],
  },
];

/** Days after which an alert nobody has signed is told to more people, and days behind that after which it is closed. */
export const ESCALATE_DAYS = 3;
export const EXPIRE_DAYS = 27;

/** A night lasts from this hour to that of the next day, on the clock of the installation. */
export const NIGHT = { from: 22, to: 6 } as const;

/** What a rule covers: half-open, and the day it is filed under, `YYYY-MM-DD` in the installation's zone. */
export interface AlertWindow {
  day: string;
  from: Date;
  to: Date;
}

/** The window of a rule that began `daysAgo` days before the day of `now`. */
export function windowOf(
  rule: Pick<AlertRule, 'when'>,
  zone: TimeZone,
  at: { now: Date; daysAgo: number },
): AlertWindow {
  const { year, month, day } = zone.wallAt(at.now.getTime());
  const begin = new Date(Date.UTC(year, month - 1, day - at.daysAgo));
  const end = new Date(Date.UTC(year, month - 1, day - at.daysAgo + 1));
  const instant = (date: Date, hour: number) =>
    new Date(
      zone.instantOf({
        ...{ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() },
        ...{ hour, minute: 0 },
      }),
    );
  const isDay = rule.when === 'day';
  return {
    day: begin.toISOString().slice(0, 10),
    from: instant(begin, isDay ? 0 : NIGHT.from),
    to: instant(end, isDay ? 0 : NIGHT.to),
  };
}
