import type { AuditAction } from '../../../audit/index.ts';
import type { Actor, EventDraft } from '../../kernel/index.ts';
import type { UnitContext } from '../../platform/persistence/index.ts';
import type { ConversationRow, MessageMeta } from './conversation.entity.ts';
import type { AppendCommand } from './append.ts';

/** Who asks for a state change, and the request it belongs to. */
export interface By {
  actor: Actor;
  requestId?: string;
}

/** The context of a message's unit. */
export function contextOf(by: By): UnitContext {
  return { actor: by.actor, ...(by.requestId ? { requestId: by.requestId } : {}) };
}

/** The entry of an act on a conversation. */
export function audit(action: AuditAction, row: Readonly<ConversationRow>) {
  const target = { type: 'conversation', id: row.id };
  return { action, outcome: 'ok' as const, target, customer: row.requesterId };
}

/** A robot that only says it cannot answer has neither answered nor asked back. */
const ROBOT_ACTS: Record<NonNullable<MessageMeta['outcome']>, AuditAction> = {
  answer: 'robot.answer',
  clarify: 'robot.clarify',
  handoff: 'message.robot',
};

/** The entry of what the robot said. */
export function robotAudit(row: Readonly<ConversationRow>, meta: MessageMeta): AppendCommand['audit'] {
  return {
    ...audit(ROBOT_ACTS[meta.outcome ?? 'handoff'], row),
    details: {
      ...(meta.articleId ? { articleId: meta.articleId } : {}),
      ...(meta.articleVersion ? { articleVersion: meta.articleVersion } : {}),
      ...(meta.options ? { offered: meta.options.map((option) => option.articleId) } : {}),
    },
  };
}

/** An event of a conversation. */
export function event(
  type: string,
  row: Readonly<ConversationRow>,
  payload: EventDraft['payload'],
): EventDraft {
  return { type, key: row.id, payload: { conversationId: row.id, ...payload } };
}

const NO_EVENTS: readonly EventDraft[] = [];

/** While the robot has the conversation, it hears of each message. One function for all of them, not one for each. */
export function receivedEvents(
  now: Readonly<ConversationRow>,
  seq: number,
  messageId: string,
): readonly EventDraft[] {
  return now.state === 'robot' ? [event('message.received', now, { seq, messageId })] : NO_EVENTS;
}
