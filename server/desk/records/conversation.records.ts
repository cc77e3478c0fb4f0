import type { Ids, RecordCursor, RecordSubject, Thresholds } from '../../kernel/index.ts';
import { ownedRows, portable, type OwnedRows, type RecordStore } from '../../platform/persistence/index.ts';
import { conversationEntity, messageEntity } from '../conversations/conversation.entity.ts';
import { uncountingConversations } from '../conversations/conversation.figures.ts';
import { FIELD_ROWS } from '../fields/field.records.ts';
import { MESSAGE_TOKEN_ROWS } from '../search/message-token.repo.ts';
import { noteEntity } from '../notes/note.service.ts';

interface ConversationFacts {
  id: string;
  requesterId: string;
  assigneeId: string | null;
  state: string;
  openedAt: Date;
  lastSeq: number;
  lastAt: Date;
  closedAt: Date | null;
}

const COLUMNS =
  'c.id, c.requester_id, c.assignee_id, c.state, c.opened_at, c.last_seq, c.last_at, c.closed_at';
const RESULT = {
  id: 'uuid',
  requesterId: 'uuid',
  assigneeId: 'uuid',
  state: 'text',
  openedAt: 'instant',
  lastSeq: 'int',
  lastAt: 'instant',
  closedAt: 'instant',
} as const;

interface DueParams {
  before: Date;
  afterAt: Date;
  afterId: string;
  limit: number;
}
const DUE_KINDS = { before: 'instant', afterAt: 'instant', afterId: 'uuid', limit: 'int' } as const;

const CLOSED_DUE = portable<DueParams, ConversationFacts>(
  'conversation.closed_due',
  `SELECT ${COLUMNS} FROM conversation c
    WHERE c.closed_at < :before AND c.closed_at >= :afterAt AND (c.closed_at > :afterAt OR c.id > :afterId)
    ORDER BY c.closed_at, c.id FETCH FIRST :limit ROWS ONLY`,
  { params: DUE_KINDS, result: RESULT },
);
/** Left alone with the robot: nobody works on them, and nothing ever closes them. Found by when they were opened. */
const LEFT_DUE = portable<DueParams, ConversationFacts>(
  'conversation.left_due',
  `SELECT ${COLUMNS} FROM conversation c
    WHERE c.state = 'robot' AND c.opened_at < :before AND c.last_at < :before
      AND c.opened_at >= :afterAt AND (c.opened_at > :afterAt OR c.id > :afterId)
    ORDER BY c.opened_at, c.id FETCH FIRST :limit ROWS ONLY`,
  { params: DUE_KINDS, result: RESULT },
);
const LOCK = portable<{ ids: readonly string[]; before: Date }, { id: string }>(
  'conversation.lock_due',
  `SELECT c.id FROM conversation c
    WHERE c.id IN (:ids...) AND (c.closed_at < :before OR (c.state = 'robot' AND c.last_at < :before))
      AND NOT EXISTS (SELECT t.id FROM ticket t WHERE t.conversation_id = c.id)
    FOR UPDATE`,
  { params: { ids: 'uuid', before: 'instant' }, result: { id: 'uuid' } },
);
const WRITERS = portable<
  { ids: readonly string[]; accounts: readonly string[]; senders: readonly string[] },
  { id: string; accountId: string }
>(
  'conversation.involved',
  `SELECT DISTINCT m.conversation_id AS id, m.sender_id AS account_id FROM message m
    WHERE m.conversation_id IN (:ids...) AND m.sender = 'agent' AND m.sender_id IN (:senders...)
    UNION SELECT n.conversation_id, CAST(n.author_id AS VARCHAR(64)) FROM conversation_note n
    WHERE n.conversation_id IN (:ids...) AND n.author_id IN (:accounts...)`,
  {
    params: { ids: 'uuid', accounts: 'uuid', senders: 'text' },
    result: { id: 'uuid', accountId: 'text' },
  },
);
const OF_REQUESTERS = portable<{ ids: readonly string[]; limit: number }, ConversationFacts>(
  'conversation.of_requesters',
  `SELECT ${COLUMNS} FROM conversation c WHERE c.requester_id IN (:ids...) FETCH FIRST :limit ROWS ONLY`,
  { params: { ids: 'uuid', limit: 'int' }, result: RESULT },
);
const COUNT_CLOSED = portable<{ fromAt: Date; toAt: Date }, { records: number }>(
  'conversation.count_closed',
  'SELECT COUNT(*) AS records FROM conversation WHERE closed_at >= :fromAt AND closed_at < :toAt',
  { params: { fromAt: 'instant', toAt: 'instant' }, result: { records: 'int' } },
);

const MESSAGES = ownedRows(messageEntity, { key: 'conversationId' });
const NOTES = ownedRows(noteEntity, { key: 'conversationId' });
const OWN_ROW = ownedRows(conversationEntity, { key: 'id' });

const FIRST = { afterAt: new Date(0), afterId: '00000000-0000-0000-0000-000000000000' };

/** Parameters of a walk over what is due; from the beginning without a cursor. */
export function dueParams(before: Date, query: { after: RecordCursor | null; limit: number }): DueParams {
  const after = query.after === null ? FIRST : { afterAt: query.after.at, afterId: query.after.id };
  return { before, ...after, limit: query.limit };
}

/** A conversation's own row and its requester's messages and notes: about what it is made of. */
function toSubject(row: ConversationFacts): RecordSubject {
  return {
    recordClass: 'chat',
    id: row.id,
    requesterId: row.requesterId,
    ticketId: null,
    accountIds: row.assigneeId === null ? [] : [row.assigneeId],
    startedAt: row.openedAt,
    endedAt: row.closedAt ?? (row.state === 'robot' ? row.lastAt : null),
    rowCount: row.lastSeq + 1,
  };
}

/** Conversations with their messages and notes: those that were closed, and those that were left with the robot. */
export function conversationRecords(deps: {
  ids: Ids;
  forget(conversationIds: readonly string[]): void;
}): RecordStore[] {
  const shared = {
    recordClass: 'chat' as const,
    lock: async (
      tx: Parameters<NonNullable<RecordStore['lock']>>[0],
      ids: readonly string[],
      thresholds: Thresholds,
    ) => (await tx.all(LOCK, { ids, before: thresholds.chat })).map(({ id }) => id),
    involved: (
      db: Parameters<NonNullable<RecordStore['involved']>>[0],
      ids: readonly string[],
      accounts: readonly string[],
    ) => db.all(WRITERS, { ids, accounts, senders: accounts }),
    rows: [
      MESSAGE_TOKEN_ROWS,
      MESSAGES,
      NOTES,
      ...FIELD_ROWS.conversation,
      forgetting(uncountingConversations(OWN_ROW, deps.ids), (ids) => deps.forget(ids)),
    ],
  };
  const closed: RecordStore = {
    ...shared,
    name: 'desk.conversation',
    async due(db, query) {
      const rows = await db.all(CLOSED_DUE, dueParams(query.thresholds.chat, query));
      return rows.map((row) => ({
        record: toSubject(row),
        cursor: { at: row.closedAt as Date, id: row.id },
      }));
    },
    async keeping(db, { recordClass, ids, limit }) {
      if (recordClass !== 'profile') return [];
      const rows = await db.all(OF_REQUESTERS, { ids, limit });
      return rows.map((row) => ({ keptId: row.requesterId, record: toSubject(row) }));
    },
    async count(db, { from: fromAt, to: toAt }) {
      return (await db.one(COUNT_CLOSED, { fromAt, toAt }))?.records ?? 0;
    },
  };
  const left: RecordStore = {
    ...shared,
    name: 'desk.conversation-left',
    async due(db, query) {
      const rows = await db.all(LEFT_DUE, dueParams(query.thresholds.chat, query));
      return rows.map((row) => ({ record: toSubject(row), cursor: { at: row.openedAt, id: row.id } }));
    },
  };
  return [closed, left];
}

/** The conversations are gone from memory as well, once the removal is committed. */
function forgetting(rows: OwnedRows, forget: (ids: readonly string[]) => void): OwnedRows {
  return {
    ...rows,
    remove(tx, ids) {
      tx.afterCommit(() => forget(ids));
      return rows.remove(tx, ids);
    },
  };
}
