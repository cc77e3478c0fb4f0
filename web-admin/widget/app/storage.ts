import type { Outgoing } from '../protocol/index.ts';

/**
 * What the chat keeps in the browser, under the desk's own origin (the frame's), never the host page's:
 *
 * - `localStorage`: the resume token, because the answer to a question must be there when the customer comes back
 *   tomorrow. It opens this one customer's conversations and nothing else, the server can end it, and browsers
 *   keep it apart per host site. A cookie would be sent along with every request and is blocked in frames by more
 *   browsers. Texts are not kept: they come from the server.
 * - `sessionStorage`: messages that the server has not acknowledged, and the draft, so that a reload loses neither.
 *   They go with the tab, which matters on a shared computer.
 *
 * Where storage is blocked everything works until the page is left.
 */
export interface WidgetStorage {
  resumeToken(): string | undefined;
  setResumeToken(token: string | undefined): void;
  outbox(): Outgoing[];
  setOutbox(items: readonly Outgoing[]): void;
  draft(): string;
  setDraft(text: string): void;
  isRated(conversationId: string): boolean;
  setRated(conversationId: string): void;
}

const KINDS: readonly unknown[] = ['text', 'choose', 'handover', 'file'];
const PHASES: readonly unknown[] = ['queued', 'sent', 'failed'];

function isOutgoing(value: unknown): value is Outgoing {
  const item = value as Partial<Outgoing> | null;
  return (
    typeof item?.id === 'string' &&
    typeof item.text === 'string' &&
    KINDS.includes(item.kind) &&
    PHASES.includes(item.phase)
  );
}

function parseOutbox(text: string | undefined): Outgoing[] {
  try {
    const items: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(items) ? items.filter(isOutgoing) : [];
  } catch {
    // Somebody else's value under our key is worth no more than none.
    return [];
  }
}

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** A store that falls back to memory when the browser refuses; even touching the property may throw. */
function openShelf(pick: () => Shelf): {
  get(key: string): string | undefined;
  set(key: string, value?: string): void;
} {
  const memory = new Map<string, string>();
  return {
    get(key) {
      try {
        return pick().getItem(key) ?? memory.get(key);
      } catch {
        return memory.get(key);
      }
    },
    set(key, value) {
      if (value === undefined) memory.delete(key);
      else memory.set(key, value);
      try {
        if (value === undefined) pick().removeItem(key);
        else pick().setItem(key, value);
      } catch {
        // Memory has it already; a full or forbidden store is no reason to stop the conversation.
      }
    },
  };
}

/** Opens the storage of one site. */
export function createStorage(
  site: string,
  shelves: { lasting: () => Shelf; tab: () => Shelf },
): WidgetStorage {
  const lasting = openShelf(shelves.lasting);
  const tab = openShelf(shelves.tab);
  const key = (name: string) => `vaultdesk.${site}.${name}`;
  return {
    resumeToken: () => lasting.get(key('resume')),
    setResumeToken: (token) => lasting.set(key('resume'), token),
    outbox: () => parseOutbox(tab.get(key('outbox'))),
    setOutbox: (items) => tab.set(key('outbox'), items.length > 0 ? JSON.stringify(items) : undefined),
    draft: () => tab.get(key('draft')) ?? '',
    setDraft: (text) => tab.set(key('draft'), text || undefined),
    isRated: (conversationId) => lasting.get(key('rated')) === conversationId,
    setRated: (conversationId) => lasting.set(key('rated'), conversationId),
  };
}
