import { RECORD_CLASSES, type RecordClass, type Thresholds } from '../../kernel/index.ts';

/** What happens to a record at the end of its period. */
export const RECORD_ACTIONS = ['archive-and-delete', 'delete'] as const;
/** One of them. */
export type RecordAction = (typeof RECORD_ACTIONS)[number];

/** How long the records of a class are kept. */
export interface PeriodRule {
  months: number;
  action: RecordAction;
}

/** What a class starts with, and what nobody may go below. */
export interface ClassTerms extends PeriodRule {
  floorMonths: number;
  /** Contents of files are too large for archives, which are made chunk by chunk in memory. */
  canArchive: boolean;
}

/** A century: longer than any rule we know asks for. */
export const MONTHS_MAX = 1_200;

/**
 * Defaults of a bank, to be confirmed by its own lawyers; docs/compliance/records.md says where each comes from.
 * Chat: the general limitation of actions, three years (Civil Code of China, art. 188). Tickets and complaints: two
 * years more, for a suit brought on the last day. Recordings: at least six months behind the end of the product that
 * was sold. Floors keep a record at least as long as a complaint about it may take (15, 30, and 30 more days), doubled.
 */
export const CLASS_TERMS: Readonly<Record<RecordClass, ClassTerms>> = {
  chat: { months: 36, floorMonths: 6, action: 'archive-and-delete', canArchive: true },
  ticket: { months: 60, floorMonths: 6, action: 'archive-and-delete', canArchive: true },
  complaint: { months: 60, floorMonths: 36, action: 'archive-and-delete', canArchive: true },
  recording: { months: 36, floorMonths: 6, action: 'delete', canArchive: false },
  qa: { months: 36, floorMonths: 6, action: 'archive-and-delete', canArchive: true },
  file: { months: 36, floorMonths: 1, action: 'delete', canArchive: false },
  profile: { months: 12, floorMonths: 1, action: 'delete', canArchive: true },
  export: { months: 1, floorMonths: 1, action: 'delete', canArchive: false },
};

/** The rule of every class. */
export type PeriodRules = Readonly<Record<RecordClass, PeriodRule>>;

/** Why a rule cannot be. */
export type PeriodFault = 'below_floor' | 'above_max' | 'not_whole' | 'no_archive';

/** What is wrong with a rule; undefined when nothing is. */
export function periodFault(
  recordClass: RecordClass,
  { months, action }: PeriodRule,
): PeriodFault | undefined {
  const terms = CLASS_TERMS[recordClass];
  if (!Number.isInteger(months)) return 'not_whole';
  if (months < terms.floorMonths) return 'below_floor';
  if (action === 'archive-and-delete' && !terms.canArchive) return 'no_archive';
  return months > MONTHS_MAX ? 'above_max' : undefined;
}

/** Whether a change makes records go sooner, or without an archive: it needs a second person. */
export function isShortening(before: PeriodRule, after: PeriodRule): boolean {
  const losesArchive = before.action === 'archive-and-delete' && after.action === 'delete';
  return after.months < before.months || losesArchive;
}

/** The instant this many calendar months earlier, in UTC; the last day of a month stays one (31 March → 28 February). */
export function monthsBefore(at: Date, months: number): Date {
  const result = new Date(at);
  result.setUTCDate(1);
  result.setUTCMonth(result.getUTCMonth() - months);
  const dayMax = new Date(Date.UTC(result.getUTCFullYear(), result.getUTCMonth() + 1, 0)).getUTCDate();
  result.setUTCDate(Math.min(at.getUTCDate(), dayMax));
  return result;
}

/** What ended before its class's threshold is due. */
export function thresholdsAt(asOf: Date, rules: PeriodRules): Thresholds {
  return Object.fromEntries(
    RECORD_CLASSES.map((recordClass) => [recordClass, monthsBefore(asOf, rules[recordClass].months)]),
  ) as unknown as Thresholds;
}
