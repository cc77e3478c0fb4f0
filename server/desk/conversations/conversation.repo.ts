import type { DataScope, Ids } from '../../kernel/index.ts';
import {
  batchPlan,
  insert,
  portable,
  scopeParams,
  select,
  selectWithin,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import {
  conversationEntity,
  messageEntity,
  type ConversationRow,
  type MessageRow,
} from './conversation.entity.ts';
import { countConversation } from './conversation.figures.ts';

const CONVERSATION_INSERT = insert(conversationEntity);
const MESSAGE_INSERT = insert(messageEntity);
const CONVERSATION_BY_ID = select(conversationEntity, { name: 'conversation.by_id', where: ['id'] });
const CONVERSATION_WITHIN = selectWithin(conversationEntity, {
  name: 'conversation.within',
  owner: 'assignee_id',
});
const CONVERSATIONS_BY_STATE = select(conversationEntity, {
  name: 'conversation.by_state',
  where: ['state'],
  orderBy: [
    ['openedAt', 'asc'],
    ['id', 'asc'],
  ],
  limit: true,
});
const CONVERSATION_READ = portable<{ id: string; seq: number }>(
  'conversation.read',
  'UPDATE conversation SET agent_read_seq = :seq WHERE id = :id AND agent_read_seq < :seq',
  { params: { id: 'uuid', seq: 'int' } },
);
const MESSAGES_AFTER = portable<
  { conversationId: string; openedMonth: number; afterSeq: number; limit: number },
  MessageRow
>(
  'message.after',
  `SELECT conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at FROM message
    WHERE conversation_id = :conversationId AND opened_month = :openedMonth AND seq > :afterSeq
    ORDER BY seq FETCH FIRST :limit ROWS ONLY`,
  {
    params: { conversationId: 'uuid', openedMonth: 'int', afterSeq: 'int', limit: 'int' },
    result: kinds(),
  },
);
const MESSAGES_BEFORE = portable<
  { conversationId: string; openedMonth: number; beforeSeq: number; limit: number },
  MessageRow
>(
  'message.before',
  `SELECT conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, meta, at FROM message
    WHERE conversation_id = :conversationId AND opened_month = :openedMonth AND seq < :beforeSeq
    ORDER BY seq DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { conversationId: 'uuid', openedMonth: 'int', beforeSeq: 'int', limit: 'int' },
    result: kinds(),
  },
);
const MESSAGE_BY_CLIENT_ID = select(messageEntity, {
  name: 'message.by_client_id',
  where: ['conversationId', 'openedMonth', 'id'],
});
const OPEN_OF_REQUESTER = portable<{ requesterId: string }, { openCount: number }>(
  'conversation.open_of_requester',
  `SELECT COUNT(*) AS open_count FROM conversation WHERE requester_id = :requesterId AND state <> 'closed'`,
  { params: { requesterId: 'uuid' }, result: { openCount: 'int' } },
);

function kinds() {
  return {
    conversationId: 'uuid',
    openedMonth: 'int',
    seq: 'int',
    id: 'uuid',
    sender: 'text',
    senderId: 'text',
    kind: 'text',
    bodyEnc: 'sealed',
    meta: 'json',
    at: 'instant',
  } as const;
}

/** The hot path: a message and its conversation's counters and state, in the lane's one statement. */
const STANDS = portable<{ idList: string[] }, { id: string; lastSeq: number }>(
  'conversation.stands',
  'SELECT id, last_seq FROM conversation WHERE id IN (:idList...)',
  { params: { idList: 'uuid' }, result: { id: 'uuid', lastSeq: 'int' } },
);
export const MESSAGE_BATCH = batchPlan('message.batch', {
  entity: messageEntity,
  insertStatement: MESSAGE_INSERT,
  merge: {
    entity: conversationEntity,
    key: 'id',
    set: [
      'state',
      'skillGroupId',
      'unitId',
      'assigneeId',
      'lastSeq',
      'lastFrom',
      'lastAt',
      'agentReadSeq',
      'robotMisses',
      'handoverReason',
      'queuedAt',
      'assignedAt',
      'firstResponseAt',
      'closedAt',
      'version',
    ],
    touch: ['lastSeq', 'lastFrom', 'lastAt', 'version'],
  },
});

/** Most messages one read gives; a resume reads on from the last. */
export const MESSAGE_PAGE_MAX = 500;

/** Inserts and counts a new conversation, with its requester's unit of work. */
export async function insertConversation(
  tx: Tx,
  ids: Ids,
  opened: Omit<ConversationRow, 'firstUnitId'>,
): Promise<ConversationRow> {
  const row = { ...opened, firstUnitId: opened.unitId };
  await tx.run(CONVERSATION_INSERT, row);
  countConversation(tx, ids, row);
  return row;
}

/** The conversation, if it exists. */
export function findConversation(db: Db, id: string): Promise<ConversationRow | undefined> {
  return db.one(CONVERSATION_BY_ID, { id });
}

/** The conversation, if it exists within a scope. */
export function findConversationWithin(
  db: Db,
  id: string,
  scope: DataScope,
): Promise<ConversationRow | undefined> {
  return db.one(CONVERSATION_WITHIN, { id, ...scopeParams(scope) });
}

/** Conversations in a state, oldest first. */
export function listByState(db: Db, state: string, limit: number): Promise<ConversationRow[]> {
  return db.all(CONVERSATIONS_BY_STATE, { state, limit });
}

/** Messages with a higher `seq`, in order. */
export function listMessagesAfter(
  db: Db,
  conversation: { id: string; openedMonth: number },
  afterSeq: number,
  limit = MESSAGE_PAGE_MAX,
): Promise<MessageRow[]> {
  const { id: conversationId, openedMonth } = conversation;
  return db.all(MESSAGES_AFTER, { conversationId, openedMonth, afterSeq, limit });
}

/** The newest messages below a `seq`, given in order. */
export async function listMessagesBefore(
  db: Db,
  conversation: { id: string; openedMonth: number },
  beforeSeq: number,
  limit: number,
): Promise<MessageRow[]> {
  const { id: conversationId, openedMonth } = conversation;
  return (await db.all(MESSAGES_BEFORE, { conversationId, openedMonth, beforeSeq, limit })).reverse();
}

/** A message by the id its sender gave it. */
export function findMessageById(
  db: Db,
  conversation: { id: string; openedMonth: number },
  id: string,
): Promise<MessageRow | undefined> {
  return db.one(MESSAGE_BY_CLIENT_ID, {
    conversationId: conversation.id,
    openedMonth: conversation.openedMonth,
    id,
  });
}

/** How many conversations of a requester are open. */
export async function countOpen(db: Db, requesterId: string): Promise<number> {
  return (await db.one(OPEN_OF_REQUESTER, { requesterId }))?.openCount ?? 0;
}

/** Raises the number up to which the assignee has read; never lowers it. */
export async function markRead(tx: Tx, id: string, seq: number): Promise<void> {
  await tx.run(CONVERSATION_READ, { id, seq });
}

/** How far conversations have come; at most 500. */
export function listStands(db: Db, ids: readonly string[]): Promise<{ id: string; lastSeq: number }[]> {
  return db.all(STANDS, { idList: [...ids] });
}
