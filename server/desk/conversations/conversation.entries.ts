import type { AuditAction } from '../../../audit/index.ts';
import type { Actor, EventDraft } from '../../kernel/index.ts';
import type { UnitContext } from '../../platform/persistence/index.ts';
import type { ConversationRow, MessageMeta } from './conversation.entity.ts';
import { withoutSecrets } from '../../platform/crypto/index.ts';
import type { AppendCommand } from './append.ts';
import type { OutgoingMessage } from './message-file.ts';

/** Who asks for a state change, and the request it belongs to. */
export interface By {
  actor: Actor;
  requestId?: string;
}

/** The context of a message's unit. */
export function contextOf(by: By): UnitContext {
  return by.requestId ? { actor: by.actor, requestId: by.requestId } : { actor: by.actor };
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

/**
 * While no person has the conversation, the robot hears of each message: with it, or waiting for somebody. One function for
 * all of them, not one for each.
 */
function receivedEvents(
  now: Readonly<ConversationRow>,
  seq: number,
  messageId: string,
): readonly EventDraft[] {
  const isHeard = now.state === 'robot' || now.state === 'queued';
  return isHeard ? [event('message.received', now, { seq, messageId })] : NO_EVENTS;
}

/** A requester's words on their way to the lane. */
export function receiveCommand(
  by: By,
  { conversationId, id, text, origin }: OutgoingMessage,
  row: Readonly<ConversationRow>,
): AppendCommand {
  return {
    conversationId,
    id,
    sender: 'requester',
    senderId: row.requesterId,
    kind: 'text',
    text: withoutSecrets(text),
    audit: audit('message.receive', row),
    context: contextOf(by),
    events: receivedEvents,
    origin,
  };
}
