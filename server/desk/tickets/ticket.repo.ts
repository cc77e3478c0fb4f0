import type { DataScope } from '../../kernel/index.ts';
import {
  insert,
  portable,
  scopeParams,
  select,
  selectWithin,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import {
  ticketCommentEntity,
  ticketEntity,
  ticketEventEntity,
  type TicketCommentRow,
  type TicketEventRow,
  type TicketRow,
} from './ticket.entity.ts';

const TICKET_INSERT = insert(ticketEntity);
const COMMENT_INSERT = insert(ticketCommentEntity);
const EVENT_INSERT = insert(ticketEventEntity);
const TICKET_WITHIN = selectWithin(ticketEntity, { name: 'ticket.within', owner: 'assignee_id' });
const TICKET_MOVE = update(ticketEntity, {
  name: 'ticket.move',
  set: ['state', 'solvedAt', 'updatedAt', 'version'],
  where: ['id', 'version'],
});
const TICKET_CHANGE = update(ticketEntity, {
  name: 'ticket.change',
  set: ['subjectEnc', 'priority', 'assigneeId', 'unitId', 'indexVersion', 'updatedAt', 'version'],
  where: ['id', 'version'],
});
const TICKET_TRANSFER = update(ticketEntity, {
  name: 'ticket.transfer',
  set: ['unitId', 'assigneeId', 'skillGroupId', 'updatedAt', 'version'],
  where: ['id', 'version'],
});
/** Comments need no version; the state in the condition keeps one out that races with the closing. */
const TICKET_TOUCH = update(ticketEntity, {
  name: 'ticket.touch',
  set: ['updatedAt'],
  where: ['id'],
  and: `state <> 'closed'`,
});
const COMMENTS = select(ticketCommentEntity, {
  name: 'ticket_comment.of_ticket',
  where: ['ticketId'],
  orderBy: [
    ['at', 'asc'],
    ['id', 'asc'],
  ],
  limit: true,
});
const EVENTS = select(ticketEventEntity, {
  name: 'ticket_event.of_ticket',
  where: ['ticketId'],
  orderBy: [
    ['at', 'asc'],
    ['id', 'asc'],
  ],
  limit: true,
});

const TOKENS_INSERT = portable<{ ticketId: string; tokens: bigint[]; list: string }>(
  'ticket_token.put',
  {
    postgres: 'INSERT INTO ticket_token (ticket_id, tokens) VALUES (:ticketId, CAST(:tokens AS bigint[]))',
    oracle: `INSERT INTO ticket_token (ticket_id, tokens)
      SELECT :ticketId, t.token FROM JSON_TABLE(:list, '$[*]' COLUMNS (token NUMBER PATH '$')) t`,
  },
  { params: { ticketId: 'uuid', tokens: 'tokens', list: 'clob' } },
);
const TOKENS_REMOVE = portable<{ ticketId: string }>(
  'ticket_token.remove',
  'DELETE FROM ticket_token WHERE ticket_id = :ticketId',
  { params: { ticketId: 'uuid' } },
);

/** Most comments and history entries one page shows. */
export const TICKET_PARTS_MAX = 500;

/** Tokens as a JSON list of numbers, the form Oracle unfolds; PostgreSQL takes the array itself. */
export function tokenParams(tokens: bigint[]): { tokens: bigint[]; list: string } {
  return { tokens, list: `[${tokens.join(',')}]` };
}

/** Inserts a new ticket with the tokens it is found by. */
export function insertTicket(tx: Tx, row: TicketRow, tokens: bigint[]): void {
  tx.later(TICKET_INSERT, row);
  tx.later(TOKENS_INSERT, { ticketId: row.id, ...tokenParams(tokens) });
}

/** Puts other tokens in the place of a ticket's. */
export async function replaceTokens(tx: Tx, ticketId: string, tokens: bigint[]): Promise<void> {
  await tx.run(TOKENS_REMOVE, { ticketId });
  await tx.run(TOKENS_INSERT, { ticketId, ...tokenParams(tokens) });
}

/** The ticket, if there is one within the scope. */
export async function findTicket(db: Db, id: string, scope: DataScope): Promise<TicketRow | undefined> {
  return (await db.one(TICKET_WITHIN, { id, ...scopeParams(scope) })) as TicketRow | undefined;
}

/** Writes the new state if nobody else changed the ticket since `version`; tells whether it did. */
export async function moveTicket(tx: Tx, next: TicketRow, version: number): Promise<boolean> {
  return (await tx.run(TICKET_MOVE, { ...next, whereId: next.id, whereVersion: version })) === 1;
}

/** Writes changed fields if nobody else changed the ticket since `version`; tells whether it did. */
export async function changeTicket(tx: Tx, next: TicketRow, version: number): Promise<boolean> {
  return (await tx.run(TICKET_CHANGE, { ...next, whereId: next.id, whereVersion: version })) === 1;
}

/** Gives the ticket to its new unit if nobody else changed it since `version`; tells whether it did. */
export async function transferTicket(tx: Tx, next: TicketRow, version: number): Promise<boolean> {
  return (await tx.run(TICKET_TRANSFER, { ...next, whereId: next.id, whereVersion: version })) === 1;
}

/** Notes that something was written on a ticket; false when it is closed. */
export async function touchTicket(tx: Tx, id: string, updatedAt: Date): Promise<boolean> {
  return (await tx.run(TICKET_TOUCH, { whereId: id, updatedAt })) === 1;
}

/** Inserts a comment. */
export function insertComment(tx: Tx, row: TicketCommentRow): void {
  tx.later(COMMENT_INSERT, row);
}

/** Inserts history entries. */
export function insertEvents(tx: Tx, rows: readonly TicketEventRow[]): void {
  for (const row of rows) tx.later(EVENT_INSERT, row);
}

/** Comments of a ticket, oldest first. */
export function listComments(db: Db, ticketId: string): Promise<TicketCommentRow[]> {
  return db.all(COMMENTS, { ticketId, limit: TICKET_PARTS_MAX });
}

/** History of a ticket, oldest first. */
export function listEvents(db: Db, ticketId: string): Promise<TicketEventRow[]> {
  return db.all(EVENTS, { ticketId, limit: TICKET_PARTS_MAX });
}
