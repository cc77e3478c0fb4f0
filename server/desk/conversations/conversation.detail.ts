import type { DataScope } from '../../kernel/index.ts';
import { maskText, type Crypto } from '../../platform/crypto/index.ts';
import {
  portable,
  SCOPE_PARAMS,
  scopeParams,
  withinScope,
  type Db,
  type ScopeParams,
} from '../../platform/persistence/index.ts';
import { openTexts } from '../sealed-texts.ts';
import { namesOf, type Staff } from '../staff.ts';
import { presentForAgent } from '../workbench/frames.ts';
import type { ConversationRow } from './conversation.entity.ts';
import type { StoredMessage } from './append.ts';
import type { ConversationService } from './conversation.service.ts';

/** Messages looked through for what the robot last decided and the requester last asked. */
const CONTEXT_MESSAGES = 50;
const LAST_QUESTIONS = 3;
/** Tickets of one conversation that are named. */
const TICKETS_MAX = 50;

const RATING = portable<{ conversationId: string }, { score: number; commentEnc: Buffer | null }>(
  'conversation.rating',
  'SELECT score, comment_enc FROM conversation_rating WHERE conversation_id = :conversationId',
  { params: { conversationId: 'uuid' }, result: { score: 'int', commentEnc: 'sealed' } },
);
const TICKET_IDS = portable<{ conversationId: string; limit: number } & ScopeParams, { id: string }>(
  'conversation.tickets',
  `SELECT t.id FROM ticket t WHERE t.conversation_id = :conversationId AND ${withinScope('t', 'assignee_id')}
    ORDER BY t.id FETCH FIRST :limit ROWS ONLY`,
  { params: { conversationId: 'uuid', limit: 'int', ...SCOPE_PARAMS }, result: { id: 'uuid' } },
);

/** What the page of one conversation shows beside its list row. */
export interface ConversationDetail {
  ticketIds: string[];
  csat?: { score: number; comment?: string };
  /** What the robot decided last. */
  robotOutcome?: string;
  closedAt?: string;
  /** Why a person was called, with what the robot had in mind and the requester had asked (masked). */
  context?: {
    reason: string;
    candidates: { articleId: string; question: string; score: number }[];
    lastQuestions: string[];
  };
}

/** Reads what stands beside the list row; the caller has checked the access. Tickets are those within the scope. */
export async function readDetail(
  deps: { crypto: Crypto; conversations: ConversationService },
  db: Db,
  { row, scope }: { row: ConversationRow; scope: DataScope },
): Promise<ConversationDetail> {
  const conversationId = row.id;
  const rating = await db.one(RATING, { conversationId });
  const tickets = await db.all(TICKET_IDS, { conversationId, limit: TICKETS_MAX, ...scopeParams(scope) });
  const recent = await deps.conversations.historyBefore(db, row, row.lastSeq + 1, CONTEXT_MESSAGES);
  const robotOutcome = recent.findLast(({ from, meta }) => from === 'robot' && meta?.outcome)?.meta?.outcome;
  return {
    ticketIds: tickets.map(({ id }) => id),
    ...(rating ? { csat: await presentRating(deps.crypto, conversationId, rating) } : {}),
    ...(robotOutcome ? { robotOutcome } : {}),
    ...(row.closedAt ? { closedAt: row.closedAt.toISOString() } : {}),
    ...(row.handoverReason ? { context: handoverContext(row.handoverReason, recent) } : {}),
  };
}

async function presentRating(
  crypto: Crypto,
  conversationId: string,
  { score, commentEnc }: { score: number; commentEnc: Buffer | null },
) {
  const cell = { table: 'conversation_rating', column: 'comment_enc', rowId: conversationId };
  const [comment] = await openTexts(crypto, [{ cell, envelope: commentEnc }]);
  return comment ? { score, comment: maskText(comment) } : { score };
}

function handoverContext(reason: string, recent: readonly StoredMessage[]) {
  const options = recent.findLast(({ from, meta }) => from === 'robot' && meta?.options)?.meta?.options ?? [];
  const questions = recent.filter(({ from, text }) => from === 'requester' && text !== '');
  return {
    reason,
    candidates: options.map(({ articleId, question, score }) => ({ articleId, question, score })),
    lastQuestions: questions.slice(-LAST_QUESTIONS).map(({ text }) => maskText(text)),
  };
}

/** Messages as agents see them, with the names of the agents who wrote. */
export async function presentMessages(staff: Staff, messages: readonly StoredMessage[]) {
  const authors = messages.filter(({ from }) => from === 'agent').map(({ senderId }) => senderId);
  const names = await namesOf(staff, authors);
  return messages.map((message) => {
    const agentName = message.from === 'agent' ? names.get(message.senderId) : undefined;
    return { ...presentForAgent(message), ...(agentName ? { agentName } : {}) };
  });
}
