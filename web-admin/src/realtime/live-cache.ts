import type { QueryClient } from '@tanstack/react-query';
import {
  afterMessage,
  applyMessageToList,
  belongsTo,
  mergeConversation,
  placeConversation,
  type ConversationPages,
  type ConversationView,
} from './live-lists.ts';
import type { PendingMessage } from './outbox.ts';
import type { Conversation, Message, ServerFrame, SharedFile } from './frames.ts';

/** Cache keys of everything the socket keeps up to date. */
export const LIVE_KEYS = {
  lists: ['conversations', 'list'] as const,
  conversation: (id: string) => ['conversations', 'one', id] as const,
  messages: (id: string) => ['conversations', 'messages', id] as const,
  notes: (id: string) => ['conversations', 'notes', id] as const,
  /** The bell, its drawer, and the banner. */
  notices: ['notices'] as const,
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

/** What became of a file, in every message that carries it. */
export function changeFile(
  items: readonly Message[],
  told: Pick<SharedFile, 'id' | 'state' | 'type' | 'hasThumbnail'>,
): Message[] {
  return items.map((message) =>
    message.file?.id === told.id ? { ...message, file: { ...message.file, ...told } } : message,
  );
}

function messageOf(frame: Extract<ServerFrame, { t: 'message' }>): Message {
  const { t: _t, conversation: _conversation, internal: _internal, ...message } = frame;
  return message;
}

/** Applies a frame of the server to the query cache of the agent `myId`. */
export function applyToCache(cache: QueryClient, frame: ServerFrame, myId: string): void {
  switch (frame.t) {
    case 'message':
      if (frame.internal) {
        void cache.invalidateQueries({ queryKey: LIVE_KEYS.notes(frame.conversation) });
      } else addMessage(cache, frame.conversation, messageOf(frame));
      return undefined;
    case 'change':
      return updateLog(cache, frame.conversation, (items) => changeMessage(items, frame));
    case 'file':
      return updateLog(cache, frame.conversation, (items) => changeFile(items, frame.file));
    case 'conversation':
      return replaceConversation(cache, frame.conversation, myId);
    case 'notice':
      return void cache.invalidateQueries({ queryKey: LIVE_KEYS.notices });
    case 'assigned':
      return void cache.invalidateQueries({ queryKey: LIVE_KEYS.conversation(frame.conversation) });
    default:
      return undefined;
  }
}

function updateLog(cache: QueryClient, id: string, work: (items: Message[]) => Message[]): void {
  cache.setQueryData<MessageLog>(LIVE_KEYS.messages(id), (log) =>
    log ? { ...log, items: work(log.items) } : log,
  );
}

function updateLists(
  cache: QueryClient,
  work: (list: ConversationPages, view: ConversationView) => ConversationPages,
): void {
  for (const [key, list] of cache.getQueriesData<ConversationPages>({ queryKey: LIVE_KEYS.lists })) {
    const view = (key[2] as { view?: ConversationView } | undefined)?.view;
    if (list && view) cache.setQueryData(key, work(list, view));
  }
}

function addMessage(cache: QueryClient, conversationId: string, message: Message): void {
  updateLog(cache, conversationId, (items) => mergeMessages(items, [message]));
  updateLists(cache, (list) => applyMessageToList(list, conversationId, message));
  cache.setQueryData<Conversation>(LIVE_KEYS.conversation(conversationId), (held) =>
    held ? afterMessage(held, message) : held,
  );
}

function replaceConversation(cache: QueryClient, conversation: Conversation, myId: string): void {
  updateLists(cache, (list, view) => placeConversation(list, conversation, { view, myId }));
  cache.setQueryData<Conversation>(LIVE_KEYS.conversation(conversation.id), (held) =>
    held ? mergeConversation(held, conversation) : held,
  );
}

/** The opened conversation is read: its row shows no unread messages any more. */
export function markRead(cache: QueryClient, conversationId: string): void {
  updateLists(cache, (list) => ({
    ...list,
    pages: list.pages.map((page) => ({
      ...page,
      items: page.items.map((item) => (item.id === conversationId ? { ...item, unread: 0 } : item)),
    })),
  }));
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
    kind: pending.file ? 'file' : 'text',
    text: pending.text,
    ...(pending.file && { file: pending.file }),
    at: ack.at,
    id: pending.id,
    agentId: agent.id,
    agentName: agent.displayName,
  };
}

/** Adds an acknowledged message to its conversation; a frame that came first is kept. */
export function addAcknowledged(cache: QueryClient, conversationId: string, message: Message): void {
  const log = cache.getQueryData<MessageLog>(LIVE_KEYS.messages(conversationId));
  if (log?.items.some((held) => held.seq === message.seq)) return;
  addMessage(cache, conversationId, message);
}

/**
 * Last seq held of the agent's own conversations, for the hello frame. Others are left out: the server refuses a
 * resume of what the agent may no longer read; they are read again over REST.
 */
export function heldPositions(cache: QueryClient, myId: string): Record<string, number> {
  const positions: Record<string, number> = {};
  for (const [key, log] of cache.getQueriesData<MessageLog>({ queryKey: ['conversations', 'messages'] })) {
    const id = key[2];
    if (typeof id !== 'string' || !log) continue;
    const conversation = cache.getQueryData<Conversation>(LIVE_KEYS.conversation(id));
    if (conversation && belongsTo(conversation, 'mine', myId)) positions[id] = contiguousSeq(log.items);
  }
  return positions;
}
