import type { Conversation, Message } from './frames.ts';

/** The lists of the inbox, as the REST interface names them. */
export type ConversationView = 'mine' | 'queue' | 'all' | 'closed';

/** One page of a list as the query cache holds it. */
interface ListPage {
  items: Conversation[];
  nextCursor?: string | null;
}

/** A list in the query cache. */
export interface ConversationPages {
  pages: ListPage[];
  pageParams: unknown[];
}

const PREVIEW_CHARACTERS = 80;

/** Tells whether a conversation stands in a list of the agent `myId`. */
export function belongsTo(conversation: Conversation, view: ConversationView, myId: string): boolean {
  switch (view) {
    case 'mine':
      return conversation.state === 'assigned' && conversation.assignee?.id === myId;
    case 'queue':
      return conversation.state === 'queued';
    case 'all':
      return conversation.state !== 'closed';
    case 'closed':
      return conversation.state === 'closed';
  }
}

/** Order of a list: whoever waits longest first in the queue, the newest words first elsewhere. */
export function compareConversations(view: ConversationView, a: Conversation, b: Conversation): number {
  const order =
    view === 'queue'
      ? (a.waitingSince ?? a.openedAt).localeCompare(b.waitingSince ?? b.openedAt)
      : (b.lastAt ?? b.openedAt).localeCompare(a.lastAt ?? a.openedAt);
  return order || a.id.localeCompare(b.id);
}

/**
 * A row as it stands after a frame about it. Agents who may not see a conversation are told where it stands without
 * name and words, so that it leaves their lists; those who see it get both frames. What is held is therefore kept.
 */
export function mergeConversation<T extends Conversation>(held: T, told: Conversation): T {
  if (!isWithoutWords(told)) return { ...held, ...told };
  const { lastText, requester } = held;
  return { ...held, ...told, lastText, requester };
}

/** Tells whether a frame says only where a conversation stands. */
export function isWithoutWords(conversation: Conversation): boolean {
  return conversation.lastText === null && conversation.requester.nameMasked === null;
}

/** Puts a changed conversation where it belongs: replaced, added to the first page, or taken away. */
export function placeConversation(
  list: ConversationPages,
  conversation: Conversation,
  place: { view: ConversationView; myId: string },
): ConversationPages {
  const held = list.pages.flatMap((page) => page.items).find((item) => item.id === conversation.id);
  const pages = list.pages.map((page) => ({
    ...page,
    items: page.items.filter((item) => item.id !== conversation.id),
  }));
  const isMember = belongsTo(conversation, place.view, place.myId);
  // Without words and not held: it stands in somebody else's list.
  const row = held
    ? mergeConversation(held, conversation)
    : isWithoutWords(conversation)
      ? undefined
      : conversation;
  const first = pages[0];
  if (isMember && row && first) first.items = [row, ...first.items];
  return { ...list, pages };
}

/**
 * First words of a message for a list row. The server masks its previews; a pushed message carries the whole text, so
 * runs of six or more digits are covered here in the same way.
 */
export function previewOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').replace(/\d(?:[ -]?\d){5,}/g, '••••••');
  const characters = [...line];
  return characters.length > PREVIEW_CHARACTERS
    ? `${characters.slice(0, PREVIEW_CHARACTERS - 1).join('')}…`
    : line;
}

/** A list row after a message: last words, time, and one more unread when the requester wrote it. */
export function afterMessage(conversation: Conversation, message: Message): Conversation {
  if (message.seq <= conversation.lastSeq) return conversation;
  return {
    ...conversation,
    lastText: previewOf(message.text),
    lastFrom: message.from,
    lastAt: message.at,
    lastSeq: message.seq,
    unread: message.from === 'requester' ? conversation.unread + 1 : conversation.unread,
  };
}

/** Applies a message to the row of its conversation, where the list holds it. */
export function applyMessageToList(
  list: ConversationPages,
  conversationId: string,
  message: Message,
): ConversationPages {
  const isHeld = list.pages.some((page) => page.items.some((item) => item.id === conversationId));
  if (!isHeld) return list;
  return {
    ...list,
    pages: list.pages.map((page) => ({
      ...page,
      items: page.items.map((item) => (item.id === conversationId ? afterMessage(item, message) : item)),
    })),
  };
}
