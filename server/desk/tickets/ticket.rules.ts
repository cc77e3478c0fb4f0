import { AppError, type DataScope } from '../../kernel/index.ts';

/** Where a ticket stands. */
export const TICKET_STATES = ['new', 'open', 'pending', 'on-hold', 'solved', 'closed'] as const;
/** One of them. */
export type TicketState = (typeof TICKET_STATES)[number];

/** How pressing it is. */
export const TICKET_PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
/** One of them. */
export type TicketPriority = (typeof TICKET_PRIORITIES)[number];

/**
 * Which state may follow which. `pending` waits for the requester, `on-hold` for somebody else. A solved ticket may
 * be opened again; a closed one is over, and what comes later is a new ticket.
 */
const NEXT_STATES: Record<TicketState, readonly TicketState[]> = {
  new: ['open', 'pending', 'on-hold', 'solved'],
  open: ['pending', 'on-hold', 'solved'],
  pending: ['open', 'on-hold', 'solved'],
  'on-hold': ['open', 'pending', 'solved'],
  solved: ['open', 'closed'],
  closed: [],
};

/** States that may follow. */
export function nextStates(from: TicketState): readonly TicketState[] {
  return NEXT_STATES[from];
}

/** Throws `ticket.transition_refused`, naming both states. */
export function assertTransition(from: TicketState, to: TicketState): void {
  if (!NEXT_STATES[from].includes(to))
    throw new AppError('ticket.transition_refused', { details: { from, to } });
}

/** When the ticket counts as solved: from the move to `solved` until it is opened again. */
export function solvedAtAfter(to: TicketState, before: Date | null, at: Date): Date | null {
  if (to === 'solved') return at;
  return to === 'closed' ? before : null;
}

/** Who looks at tickets, and how far that one sees. */
export interface TicketViewer {
  accountId: string;
  /** Who assigns tickets sees all; so does a program with a token for tickets. */
  seesAll: boolean;
  groupIds: readonly string[];
  /** What of the organisation all this is narrowed to. */
  scope: DataScope;
}

/** What of a ticket decides who may see it. */
export interface PlacedTicket {
  assigneeId: string | null;
  skillGroupId: string | null;
}

/** An agent sees tickets of nobody's group, of the own skill groups, and those assigned to them. */
export function maySeeTicket(viewer: Omit<TicketViewer, 'scope'>, ticket: PlacedTicket): boolean {
  if (viewer.seesAll || ticket.skillGroupId === null) return true;
  return ticket.assigneeId === viewer.accountId || viewer.groupIds.includes(ticket.skillGroupId);
}

/** Who assigns gives any ticket to another unit; agents those they have, and those nobody has. */
export function mayTransfer(
  change: { actorId: string; assigneeId: string | null },
  permissions: ReadonlySet<string>,
): boolean {
  const { actorId, assigneeId } = change;
  return permissions.has('ticket:assign') || assigneeId === null || assigneeId === actorId;
}

/** Agents take tickets and give their own back; giving them to somebody else is for those who assign. */
export function mayAssign(
  change: { actorId: string; from: string | null; to: string | null },
  permissions: ReadonlySet<string>,
): boolean {
  if (permissions.has('ticket:assign')) return true;
  const { actorId, from, to } = change;
  return to === actorId ? from === null || from === actorId : to === null && from === actorId;
}

/** What a ticket is found by; a line break between the two keeps their words apart. */
export function ticketWords(subject: string, description: string): string {
  return `${subject}\n${description}`;
}
