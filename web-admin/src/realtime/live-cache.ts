import type { QueryClient } from '@tanstack/react-query';
import type { PendingMessage } from './outbox.ts';
import type { Conversation, Message, ServerFrame } from './frames.ts';

/** Cache keys of everything the socket keeps up to date. */
export const LIVE_KEYS = {
  lists: ['conversations', 'list'] as const,
  conversation: (id: string) => ['conversations', 'one', id] as const,
  messages: (id: string) => ['conversations', 'messages', id] as const,
  notes: (id: string) => ['conversations', 'notes', id] as const,
};

/** Messages of one conversation as the cache holds them: by seq, without repeats. */
export interface MessageLog {
  items: Message[];
  /** False while older messages may exist before the first one. */
  isFromStart: boolean;
}

/** Puts messages into a log: sorted by seq, a repeated seq replaces the one held. */
export function mergeMessages(held: readonly Message[], added: readonly Message[]): Message[] {
  if (added.length === 0) return [...held];
  const last = held[held.length - 1];
  const first = added[0];
  if (added.length === 1 && first && (!last || first.seq === last.seq + 1)) return [...held, first];
  const bySeq = new Map(held.map((message) => [message.seq, message]));
  for (const message of added) bySeq.set(message.seq, { ...bySeq.get(message.seq), ...message });
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** Highest seq up to which nothing is missing; a resume asks for everything after it. */
export function contiguousSeq(items: readonly Message[]): number {
  let seq = items[0]?.seq ?? 0;
  for (const message of items.slice(1)) {
    if (message.seq !== seq + 1) break;
    seq = message.seq;
  }
  return seq;
}

/** Applies a `change` frame (a correction or a recall). */
export function changeMessage(
  items: readonly Message[],
  change: { seq: number; text?: string; recalled?: boolean },
): Message[] {
  return items.map((message) => {
    if (message.seq !== change.seq) return message;
    return change.recalled
      ? { ...message, text: '', isRecalled: true }
      : { ...message, text: change.text ?? message.text };
  });
}

function messageOf(frame: Extract<ServerFrame, { t: 'message' }>): Message {
  const { t: _t, conversation: _conversation, internal: _internal, ...message } = frame;
  return message;
}

/** Applies a frame to the query cache. Lists are read again, coalesced by the caller through `refreshLists`. */
export function applyToCache(cache: QueryClient, frame: ServerFrame, refreshLists: () => void): void {
  switch (frame.t) {
    case 'message':
      if (frame.internal) {
        void cache.invalidateQueries({ queryKey: LIVE_KEYS.notes(frame.conversation) });
      } else updateLog(cache, frame.conversation, (items) => mergeMessages(items, [messageOf(frame)]));
      return refreshLists();
    case 'change':
      return updateLog(cache, frame.conversation, (items) => changeMessage(items, frame));
    case 'conversation':
      updateConversation(cache, frame.conversation);
      return refreshLists();
    case 'assigned':
    case 'queue':
      return refreshLists();
    default:
      return undefined;
  }
}

function updateLog(cache: QueryClient, id: string, work: (items: Message[]) => Message[]): void {
  cache.setQueryData<MessageLog>(LIVE_KEYS.messages(id), (log) =>
    log ? { ...log, items: work(log.items) } : log,
  );
}

function updateConversation(cache: QueryClient, conversation: Conversation): void {
  cache.setQueryData<Conversation>(LIVE_KEYS.conversation(conversation.id), (held) =>
    held ? { ...held, ...conversation } : held,
  );
}

/** An acknowledged message as it stands in the log until the server's own frame replaces it. */
export function acknowledgedMessage(
  pending: PendingMessage,
  ack: { seq: number; at: string },
  agent: { id: string; displayName: string },
): Message {
  return {
    seq: ack.seq,
    from: 'agent',
    kind: 'text',
    text: pending.text,
    at: ack.at,
    id: pending.id,
    agentId: agent.id,
    agentName: agent.displayName,
  };
}

/** Adds an acknowledged message to the log of its conversation; a frame that came first is kept. */
export function addAcknowledged(cache: QueryClient, conversationId: string, message: Message): void {
  updateLog(cache, conversationId, (items) =>
    items.some((held) => held.seq === message.seq) ? items : mergeMessages(items, [message]),
  );
}

/** Last seq held of each conversation in the cache, for the hello frame. */
export function heldPositions(cache: QueryClient): Record<string, number> {
  const positions: Record<string, number> = {};
  for (const [key, log] of cache.getQueriesData<MessageLog>({ queryKey: ['conversations', 'messages'] })) {
    const id = key[2];
    if (typeof id === 'string' && log) positions[id] = contiguousSeq(log.items);
  }
  return positions;
}
