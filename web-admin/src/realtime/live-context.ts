import { createContext, useContext } from 'react';
import type { SocketState } from './agent-socket.ts';
import type { ClientFrame, PresenceState, SharedFile } from './frames.ts';
import type { Outbox } from './outbox.ts';

/** The live side of an agent's console. */
export interface Live {
  state: SocketState;
  presence: PresenceState | 'offline';
  setPresence(state: PresenceState): void;
  /** Conversations waiting in the queue; undefined until the server said it. */
  queuedCount: number | undefined;
  /** Conversations in which the requester is typing, with the time it was said (ms of the epoch). */
  typingAtMs: Readonly<Record<string, number>>;
  outbox: Outbox;
  /** Sends a message exactly once: shown at once, repeated after a reconnect under the same id. */
  sendMessage(conversationId: string, text: string): void;
  sendFile(conversationId: string, file: SharedFile): void;
  resend(conversationId: string, id: string): void;
  discard(conversationId: string, id: string): void;
  /** Frames that need no ack. */
  notify(frame: ClientFrame): void;
}

export const LiveContext = createContext<Live | undefined>(undefined);

/** The live side; undefined for accounts without conversations. */
export function useLive(): Live | undefined {
  return useContext(LiveContext);
}
