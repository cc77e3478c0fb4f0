import { maskText } from '../../platform/crypto/index.ts';
import type { StoredMessage } from '../conversations/append.ts';

/** Whose words may hold personal data. The robot quotes approved articles, where a hotline's number must stay. */
const MASKED_SENDERS: ReadonlySet<string> = new Set(['requester', 'agent']);

/**
 * A message as agents see it, in pushes and lists alike: card, identity, and phone numbers and mail addresses are
 * masked for everybody, its assignee too. Clear values are shown by a reveal with a purpose alone.
 */
export function presentForAgent(message: StoredMessage): Record<string, unknown> {
  return {
    ...presentForRequester(message),
    ...(MASKED_SENDERS.has(message.from) ? { text: maskText(message.text) } : {}),
    ...(message.file ? { file: { ...message.file, name: maskText(message.file.name) } } : {}),
    ...(message.from === 'agent' ? { agentId: message.senderId } : {}),
  };
}

/** A message as its requester sees it: no account ids. */
export function presentForRequester(message: StoredMessage): Record<string, unknown> {
  const { seq, from, kind, text, at, id, meta } = message;
  const frame: Record<string, unknown> = { seq, from, kind, text, at: at.toISOString(), id };
  if (from === 'robot') {
    // Robot answers are labelled as made by a machine (label rule in force since 2025-09-01).
    frame.generatedByMachine = true;
    frame.robot = meta;
  }
  if (message.file) frame.file = message.file;
  if (from === 'system' && meta?.state) frame.state = meta.state;
  return frame;
}
