import type { AuditClass, EventRow } from '../../../audit/index.ts';
import type { Config } from '../../platform/config/index.ts';
import type { HoldScope } from '../lifecycle/hold.rules.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Limits of purging the trail. */
export const PURGE_RULES = {
  /** Nothing younger goes, whatever the periods are; the database refuses it as well. */
  floorDays: 200,
  /** Longest period of a class: a century. */
  keepDaysMax: 36_525,
  /** A seal this much behind the floor is left alone: clocks of program and database differ. */
  marginMs: 10 * 60_000,
  /** Entries of one purge; what is left over goes with the next one. Bounds archive and time. */
  entriesMax: 5_000_000,
  /** Entries removed in one unit of work. */
  entriesPerTurn: 10_000,
  /** A hold that comes while a purge is planned makes it plan again; so often. */
  plansMax: 3,
} as const;

/** Days each class of entries is kept. */
export type KeepDays = Readonly<Record<AuditClass, number>>;

/** The periods of the configuration, never below the floor. */
export function keepDaysOf({ keepDays }: Config['audit']): KeepDays {
  const { personalData, ...rest } = keepDays;
  const all = { ...rest, 'personal-data': personalData };
  const raised = Object.entries(all).map(([name, days]) => [name, Math.max(days, PURGE_RULES.floorDays)]);
  return Object.fromEntries(raised) as KeepDays;
}

/** What a purge decides by. */
export interface PurgeTerms {
  asOf: Date;
  keepDays: KeepDays;
  /** Entries of this instant or later stay, if somebody asked for less than is due. */
  before: Date;
  holds: readonly (HoldScope & { id: string })[];
}

/** No seal of this instant or later is looked at: the shortest period, and the floor with its margin, are behind it. */
export function sealedBefore({ asOf, keepDays, before }: PurgeTerms): Date {
  const days = Math.min(...Object.values(keepDays));
  const dueMs = asOf.getTime() - days * DAY_MS - PURGE_RULES.marginMs;
  return new Date(Math.min(dueMs, before.getTime()));
}

/** Why an entry stays: its class's period is not over, or a hold covers it. Undefined when it may go. */
export function stayOf(
  row: EventRow,
  terms: PurgeTerms,
): { by: 'period' } | { by: 'hold'; id: string } | undefined {
  // A class this version does not know is kept as long as the longest known one.
  const days = terms.keepDays[row.class as AuditClass] ?? Math.max(...Object.values(terms.keepDays));
  const isOver = row.at.getTime() < terms.asOf.getTime() - days * DAY_MS;
  if (!isOver || row.at >= terms.before) return { by: 'period' };
  const hold = terms.holds.find((one) => coversEntry(one, row));
  return hold === undefined ? undefined : { by: 'hold', id: hold.id };
}

/**
 * Whether a hold covers an entry: every person, ticket, and time it names fits. One that names only a class of records
 * says nothing of the trail.
 */
export function coversEntry(hold: HoldScope, row: EventRow): boolean {
  const { requesterId, accountId, ticketId, fromAt, toAt } = hold;
  if ([requesterId, accountId, ticketId, fromAt, toAt].every((part) => part === null)) return false;
  if (requesterId !== null && row.customerRef !== requesterId && !isTarget(row, 'requester', requesterId))
    return false;
  if (accountId !== null && row.actorId !== accountId && !isTarget(row, 'account', accountId)) return false;
  if (ticketId !== null && !isTarget(row, 'ticket', ticketId) && ticketOf(row) !== ticketId) return false;
  return (fromAt === null || row.at >= fromAt) && (toAt === null || row.at < toAt);
}

function isTarget(row: EventRow, type: string, id: string): boolean {
  return row.targetType === type && row.targetId === id;
}

function ticketOf(row: EventRow): unknown {
  return (JSON.parse(row.body) as { ticket?: unknown }).ticket;
}
