import type { ServerFrame, SharedFile } from './frames.ts';

/** A message the server has not acknowledged yet, or has refused. */
export interface PendingMessage {
  id: string;
  text: string;
  /** A file that was uploaded before. */
  file?: SharedFile;
  at: string;
  state: 'sending' | 'refused';
  /** Code of the refusal. */
  code?: string;
}

/** Pending messages per conversation, in the order they were written. */
export type Outbox = Readonly<Record<string, readonly PendingMessage[]>>;

function change(
  outbox: Outbox,
  conversationId: string,
  work: (items: readonly PendingMessage[]) => readonly PendingMessage[],
): Outbox {
  const next = work(outbox[conversationId] ?? []);
  const rest = Object.fromEntries(Object.entries(outbox).filter(([id]) => id !== conversationId));
  return next.length === 0 ? rest : { ...rest, [conversationId]: next };
}

/** Adds a message at the end of its conversation's line. */
export function enqueue(outbox: Outbox, conversationId: string, item: PendingMessage): Outbox {
  return change(outbox, conversationId, (items) => [...items, item]);
}

/** Takes a message away: acknowledged, seen in the conversation, or given up by the agent. */
export function removePending(outbox: Outbox, conversationId: string, id: string): Outbox {
  return change(outbox, conversationId, (items) => items.filter((item) => item.id !== id));
}

/**
 * Marks a message as refused. A refused message refuses what follows it in that conversation until it came again, so
 * the following ones are refused with it: they must go out in order.
 */
export function refuse(outbox: Outbox, conversationId: string, id: string, code: string): Outbox {
  return change(outbox, conversationId, (items) => {
    const at = items.findIndex((item) => item.id === id);
    if (at < 0) return items;
    return items.map((item, index) =>
      index < at || item.state === 'refused'
        ? item
        : { ...item, state: 'refused', code: index === at ? code : 'message.blocked' },
    );
  });
}

/** Puts a refused message and all that follow it back into the line; answers what must be sent, in order. */
export function retryFrom(
  outbox: Outbox,
  conversationId: string,
  id: string,
): { outbox: Outbox; frames: PendingMessage[] } {
  const items = outbox[conversationId] ?? [];
  const at = items.findIndex((item) => item.id === id);
  if (at < 0) return { outbox, frames: [] };
  const again = items.map((item, index): PendingMessage => {
    if (index < at) return item;
    const { id: again, text, at: since, file } = item;
    return { id: again, text, at: since, state: 'sending', ...(file && { file }) };
  });
  return { outbox: { ...outbox, [conversationId]: again }, frames: again.slice(at) };
}

/** Everything that still waits for an ack, for the time after a reconnect. Sending twice is safe: ids are the same. */
export function unacknowledged(outbox: Outbox): { conversationId: string; item: PendingMessage }[] {
  return Object.entries(outbox).flatMap(([conversationId, items]) =>
    items.filter((item) => item.state === 'sending').map((item) => ({ conversationId, item })),
  );
}

/** The conversation a pending id belongs to: error frames may name the id alone. */
export function conversationOf(outbox: Outbox, id: string): string | undefined {
  return Object.entries(outbox).find(([, items]) => items.some((item) => item.id === id))?.[0];
}

/** Applies a frame of the server to the outbox; frames that do not concern it change nothing. */
export function applyToOutbox(outbox: Outbox, frame: ServerFrame): Outbox {
  if (frame.t === 'ack') return removePending(outbox, frame.conversation, frame.id);
  if (frame.t === 'message' && frame.id && frame.from === 'agent') {
    return removePending(outbox, frame.conversation, frame.id);
  }
  if (frame.t === 'error' && frame.id) {
    const conversationId = conversationOf(outbox, frame.id);
    return conversationId ? refuse(outbox, conversationId, frame.id, frame.code) : outbox;
  }
  return outbox;
}
