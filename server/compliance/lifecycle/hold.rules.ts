import type { RecordClass, RecordSubject } from '../../kernel/index.ts';

/** What a hold covers: a record must fit every part that is named. */
export interface HoldScope {
  requesterId: string | null;
  accountId: string | null;
  ticketId: string | null;
  recordClass: RecordClass | null;
  /** First instant, and the first one behind the end: half-open, UTC. A record fits that lived in between. */
  fromAt: Date | null;
  toAt: Date | null;
}

/** A hold in force. */
export interface Hold extends HoldScope {
  id: string;
}

/** A record with everybody and every ticket that had to do with it. */
export interface HeldSubject extends RecordSubject {
  /** Its own ticket and those that keep it. */
  ticketIds: readonly string[];
}

/** Whether a scope names at least somebody, something, or a time; a class alone names all of it and is allowed. */
export function isScopeEmpty(scope: HoldScope): boolean {
  return Object.values(scope).every((part) => part === null);
}

/** Whether the period of a scope can be: its end lies behind its start. */
export function isPeriodPossible({ fromAt, toAt }: HoldScope): boolean {
  return fromAt === null || toAt === null || fromAt < toAt;
}

/** Longest time a hold is planned for; longer ones are prolonged, so that people look at them. */
export const HOLD_DAYS_MAX = 3_653;
/** A hold that nobody has confirmed by then is told again, and so is one that is over. */
export const UNCONFIRMED_TOLD_MS = 24 * 60 * 60_000;
/** Between two reminders. */
export const DUE_TOLD_AGAIN_MS = 7 * 24 * 60 * 60_000;

/** What decides whether a hold waits for people. */
export interface HoldTerm {
  placedAt: Date;
  endsAt: Date | null;
  confirmedAt: Date | null;
}

/** Why a hold in force waits for people: its planned end has come, or no second person has confirmed it. */
export type HoldDue = 'ended' | 'unconfirmed';

/** What a hold in force waits for at an instant; undefined when for nothing. A hold without an end is over. */
export function dueOf({ endsAt, confirmedAt }: HoldTerm, now: Date): HoldDue | undefined {
  if (endsAt === null || endsAt <= now) return 'ended';
  return confirmedAt === null ? 'unconfirmed' : undefined;
}

/** Whether a hold may be planned to end then: later than now, and at most HOLD_DAYS_MAX ahead. */
export function isEndPossible(endsAt: Date, now: Date): boolean {
  return endsAt > now && endsAt.getTime() - now.getTime() <= HOLD_DAYS_MAX * 86_400_000;
}

/**
 * Whether a hold covers a record. One that names a ticket covers the ticket itself whatever class it names: without
 * the ticket nothing would tell what else belongs to it.
 */
export function isCovered(hold: HoldScope, subject: HeldSubject): boolean {
  const isItsTicket = hold.ticketId !== null && hold.ticketId === subject.ticketId;
  if (hold.recordClass !== null && hold.recordClass !== subject.recordClass && !isItsTicket) return false;
  if (hold.requesterId !== null && hold.requesterId !== subject.requesterId) return false;
  if (hold.ticketId !== null && !subject.ticketIds.includes(hold.ticketId)) return false;
  if (hold.accountId !== null && !subject.accountIds.includes(hold.accountId)) return false;
  if (hold.toAt !== null && subject.startedAt >= hold.toAt) return false;
  // A record that has not ended lives on, whatever the period's start.
  return hold.fromAt === null || subject.endedAt === null || subject.endedAt >= hold.fromAt;
}
