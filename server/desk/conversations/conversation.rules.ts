import { LIMITS, type ErrorCode } from '../../kernel/index.ts';
import type { ConversationState, Sender } from './conversation.entity.ts';

/** Which state may follow which. A closed conversation stays closed: the requester opens a new one. */
const NEXT_STATES: Record<ConversationState, readonly ConversationState[]> = {
  robot: ['queued', 'assigned', 'closed'],
  queued: ['assigned', 'robot', 'closed'],
  assigned: ['assigned', 'queued', 'closed'],
  closed: [],
};

/** Tells whether a conversation may go from one state to another. */
export function canMove(from: ConversationState, to: ConversationState): boolean {
  return NEXT_STATES[from].includes(to);
}

/** Who may write in which state. The system may always: it writes the closing line too. */
export function maySend(state: ConversationState, sender: Sender): boolean {
  if (sender === 'system') return true;
  if (state === 'closed') return false;
  // The robot helps who waits; who decides about a message looks closer.
  if (sender === 'robot') return state === 'robot' || state === 'queued';
  if (sender === 'agent') return state === 'assigned';
  return true;
}

/** What a message of the robot changes: its misses while it has the conversation, nothing in the queue, else it is unsaid. */
export function robotChange(
  state: string,
  message: { misses: number; mayWait?: boolean },
): { robotMisses?: number } | 'skip' {
  if (state === 'robot') return { robotMisses: message.misses };
  return state === 'queued' && message.mayWait === true ? {} : 'skip';
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** What is wrong with a message's text, if anything. */
export function textFault(text: unknown): ErrorCode | undefined {
  if (typeof text !== 'string') return 'frame.malformed';
  if (text.length > LIMITS.messageTextCharacters * 2) return 'message.text_too_long';
  if (text.includes('\0') || LONE_SURROGATE.test(text)) return 'message.text_invalid';
  if (text.trim() === '') return 'message.text_empty';
  // A text of so few units has as many characters at most: only longer ones are counted.
  const isLong = text.length > LIMITS.messageTextCharacters;
  return isLong && [...text].length > LIMITS.messageTextCharacters ? 'message.text_too_long' : undefined;
}

/** The month a conversation was opened in, UTC, as yyyymm: the partition key of its messages. */
export function monthOf(at: Date): number {
  return at.getUTCFullYear() * 100 + at.getUTCMonth() + 1;
}

/** How often in a row the robot may be unsure before a person takes over. */
export const ROBOT_MISSES_MAX = 2;

/** Whose conversation goes where: to a colleague, or with neither to a queue; `reason` is a code. */
export interface ConversationGift {
  fromId: string;
  toAccountId: string | null;
  toSkillGroupId: string | null;
  reason: string;
}
