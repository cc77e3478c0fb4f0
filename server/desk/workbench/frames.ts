import type { StoredMessage } from '../conversations/conversation-owner.ts';

/** A message as agents see it, in pushes and lists alike. */
export function presentForAgent(message: StoredMessage): Record<string, unknown> {
  return {
    ...presentForRequester(message),
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
  if (from === 'system' && meta?.state) frame.state = meta.state;
  return frame;
}
