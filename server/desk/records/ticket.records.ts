import type { Ids, RecordSubject } from '../../kernel/index.ts';
import { ownedRows, portable, type OwnedRows, type RecordStore } from '../../platform/persistence/index.ts';
import { FIELD_ROWS } from '../fields/field.records.ts';
import { ticketCommentEntity, ticketEntity, ticketEventEntity } from '../tickets/ticket.entity.ts';
import { uncounting } from '../tickets/ticket.figures.ts';
import { dueParams } from './conversation.records.ts';

interface TicketFacts {
  id: string;
  requesterId: string;
  conversationId: string | null;
  assigneeId: string | null;
  state: string;
  openedAt: Date;
  updatedAt: Date;
  solvedAt: Date | null;
}

const COLUMNS =
  't.id, t.requester_id, t.conversation_id, t.assignee_id, t.state, t.opened_at, t.updated_at, t.solved_at';
const RESULT = {
  id: 'uuid',
  requesterId: 'uuid',
  conversationId: 'uuid',
  assigneeId: 'uuid',
  state: 'text',
  openedAt: 'instant',
  updatedAt: 'instant',
  solvedAt: 'instant',
} as const;

/** A solved ticket's period begins with the last thing written on it. */
const TICKETS_DUE = portable<{ before: Date; afterAt: Date; afterId: string; limit: number }, TicketFacts>(
  'ticket.due',
  `SELECT ${COLUMNS} FROM ticket t
    WHERE t.solved_at < :before AND t.updated_at < :before AND t.state IN ('solved', 'closed')
      AND t.solved_at >= :afterAt AND (t.solved_at > :afterAt OR t.id > :afterId)
    ORDER BY t.solved_at, t.id FETCH FIRST :limit ROWS ONLY`,
  {
    params: { before: 'instant', afterAt: 'instant', afterId: 'uuid', limit: 'int' },
    result: RESULT,
  },
);
const LOCK = portable<{ ids: readonly string[]; before: Date }, { id: string }>(
  'ticket.lock_due',
  `SELECT t.id FROM ticket t WHERE t.id IN (:ids...) AND t.updated_at < :before AND t.state IN ('solved', 'closed')
    FOR UPDATE`,
  { params: { ids: 'uuid', before: 'instant' }, result: { id: 'uuid' } },
);
const INVOLVED = portable<
  { ids: readonly string[]; authors: readonly string[] },
  { id: string; accountId: string }
>(
  'ticket.involved',
  `SELECT DISTINCT c.ticket_id AS id, c.author_id AS account_id FROM ticket_comment c
    WHERE c.ticket_id IN (:ids...) AND c.author_id IN (:authors...)
    UNION SELECT e.ticket_id, e.actor_id FROM ticket_event e
    WHERE e.ticket_id IN (:ids...) AND e.actor_id IN (:authors...)`,
  { params: { ids: 'uuid', authors: 'text' }, result: { id: 'uuid', accountId: 'text' } },
);
const OF_CONVERSATIONS = portable<{ ids: readonly string[]; limit: number }, TicketFacts>(
  'ticket.of_conversations',
  `SELECT ${COLUMNS} FROM ticket t WHERE t.conversation_id IN (:ids...) FETCH FIRST :limit ROWS ONLY`,
  { params: { ids: 'uuid', limit: 'int' }, result: RESULT },
);
const OF_REQUESTERS = portable<{ ids: readonly string[]; limit: number }, TicketFacts>(
  'ticket.of_requesters',
  `SELECT ${COLUMNS} FROM ticket t WHERE t.requester_id IN (:ids...) FETCH FIRST :limit ROWS ONLY`,
  { params: { ids: 'uuid', limit: 'int' }, result: RESULT },
);
const BY_ID = portable<{ id: string }, TicketFacts>(
  'ticket.subject',
  `SELECT ${COLUMNS} FROM ticket t WHERE t.id = :id`,
  { params: { id: 'uuid' }, result: RESULT },
);
const COUNT_SOLVED = portable<{ fromAt: Date; toAt: Date }, { records: number }>(
  'ticket.count_solved',
  'SELECT COUNT(*) AS records FROM ticket WHERE solved_at >= :fromAt AND solved_at < :toAt',
  { params: { fromAt: 'instant', toAt: 'instant' }, result: { records: 'int' } },
);
const TOKENS_REMOVE = portable<{ ids: readonly string[] }>(
  'ticket_token.remove_owned',
  'DELETE FROM ticket_token WHERE ticket_id IN (:ids...)',
  { params: { ids: 'uuid' } },
);

/** Made from the ticket's words, so the archive needs none. */
const TOKENS: OwnedRows = { table: 'ticket_token', remove: (tx, ids) => tx.run(TOKENS_REMOVE, { ids }) };

const BELONGINGS: readonly OwnedRows[] = [
  ownedRows(ticketCommentEntity, { key: 'ticketId' }),
  ownedRows(ticketEventEntity, { key: 'ticketId' }),
  TOKENS,
  ...FIELD_ROWS.ticket,
];
const OWN_ROW = ownedRows(ticketEntity, { key: 'id' });

/** A ticket has its row, tokens, and history, and a few comments: about what it is made of. */
const ROWS_PER_TICKET = 8;

function toSubject(row: TicketFacts): RecordSubject {
  const isOver = row.state === 'solved' || row.state === 'closed';
  return {
    recordClass: 'ticket',
    id: row.id,
    requesterId: row.requesterId,
    ticketId: row.id,
    accountIds: row.assigneeId === null ? [] : [row.assigneeId],
    startedAt: row.openedAt,
    endedAt: isOver ? row.updatedAt : null,
    rowCount: ROWS_PER_TICKET,
  };
}

/** Tickets with comments, history, and search tokens. A ticket keeps its conversation and its requester's profile. */
export function ticketRecords({ ids }: { ids: Ids }): RecordStore {
  return {
    name: 'desk.ticket',
    recordClass: 'ticket',
    rows: [...BELONGINGS, uncounting(OWN_ROW, ids)],
    async due(db, query) {
      const rows = await db.all(TICKETS_DUE, dueParams(query.thresholds.ticket, query));
      return rows.map((row) => ({
        record: toSubject(row),
        cursor: { at: row.solvedAt as Date, id: row.id },
      }));
    },
    async lock(tx, ids, thresholds) {
      return (await tx.all(LOCK, { ids, before: thresholds.ticket })).map(({ id }) => id);
    },
    involved: (db, ids, accountIds) => db.all(INVOLVED, { ids, authors: accountIds }),
    async keeping(db, { recordClass, ids, limit }) {
      if (recordClass === 'profile') {
        const rows = await db.all(OF_REQUESTERS, { ids, limit });
        return rows.map((row) => ({ keptId: row.requesterId, record: toSubject(row) }));
      }
      if (recordClass !== 'chat') return [];
      const rows = await db.all(OF_CONVERSATIONS, { ids, limit });
      return rows.map((row) => ({ keptId: row.conversationId as string, record: toSubject(row) }));
    },
    async count(db, { from: fromAt, to: toAt }) {
      return (await db.one(COUNT_SOLVED, { fromAt, toAt }))?.records ?? 0;
    },
    async find(db, id) {
      const row = await db.one(BY_ID, { id });
      return row && toSubject(row);
    },
  };
}
