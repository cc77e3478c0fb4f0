import type { ChatFile, ChatMessage, ClientFrame, ConversationState, ServerFrame } from './frames.ts';
import { EMPTY_TIMELINE, type Timeline } from './sequence.ts';

/** How the program reaches the server now. `refused` is final: the site does not exist or does not want us. */
export type Link =
  'idle' | 'opening-session' | 'connecting' | 'greeting' | 'live' | 'waiting' | 'polling' | 'refused';

/**
 * Something the requester did that must reach the server exactly once. It stays in the outbox, under the same id,
 * until the server acknowledged it, refused it for good, or sent it back as a message.
 */
export interface Outgoing {
  id: string;
  kind: 'text' | 'choose' | 'handover' | 'file';
  /** What is shown; empty for `handover`. For `choose` the question of the chosen article. */
  text: string;
  articleId?: string;
  /** What the server said of the file when it had all of it. */
  file?: ChatFile;
  /** `queued`: to be sent; `sent`: on its way; `failed`: refused for good, waits for the requester. */
  phase: 'queued' | 'sent' | 'failed';
  /** Code of the last refusal. */
  code?: string;
}

/** What the requester's session is known by. The token is secret. */
export interface Session {
  token: string;
  conversationId: string;
}

/** The whole of what the protocol client knows. Never changed in place. */
export interface ProtocolState extends Timeline {
  link: Link;
  /** Absent until a session was opened, and again when the server no longer knows the token. */
  token: string | undefined;
  conversationId: string | undefined;
  conversation: ConversationState;
  /** Place in the queue, from 1, while `queued` and told by the server. */
  queuePosition: number | undefined;
  typingFrom: 'agent' | 'robot' | undefined;
  outbox: readonly Outgoing[];
  /** Attempts to reach the server that failed in a row, of any kind; drives the back-off. */
  failureCount: number;
  /** Sockets in a row that closed before `welcome`. */
  socketFailureCount: number;
  /** Whether a socket ever worked since the start; long polling is only for networks where none does. */
  hasBeenLive: boolean;
  isOnline: boolean;
  /** True while refused messages wait for their time to be sent again; nothing may overtake them. */
  isHolding: boolean;
  /** Rounds of resending in a row that brought no acknowledgement. */
  refusedRounds: number;
  /** True for some seconds after a typing frame went out. */
  isTypingQuiet: boolean;
  readSeq: number;
  /** Code of the refusal that ended the link, for `refused`. */
  refusal: string | undefined;
}

/** Names of the timers; setting one that runs replaces it. */
export type TimerName =
  | 'reconnect'
  | 'connect'
  | 'ping'
  | 'pong'
  | 'gap'
  | 'resend'
  | 'typing-quiet'
  | 'typing-end'
  | 'poll'
  | 'probe';

/** What can happen to the client. */
export type Input =
  | { kind: 'start' }
  | { kind: 'session-opened'; session: Session }
  | { kind: 'session-failed'; isFinal: boolean; code: string; retryMs?: number }
  | { kind: 'socket-opened' }
  | { kind: 'socket-closed' }
  | { kind: 'frame'; frame: ServerFrame }
  | { kind: 'timer'; name: TimerName }
  | { kind: 'network'; isOnline: boolean }
  | { kind: 'submit'; item: Pick<Outgoing, 'id' | 'kind' | 'text' | 'articleId' | 'file'> }
  | { kind: 'retry'; id: string }
  | { kind: 'discard'; id: string }
  | { kind: 'restart' }
  | { kind: 'typed' }
  | { kind: 'seen'; seq: number }
  | { kind: 'polled'; items: ChatMessage[]; state?: ConversationState; position?: number }
  | { kind: 'poll-failed'; code: string }
  | { kind: 'posted'; id: string; seq?: number; at?: string }
  | { kind: 'post-failed'; id: string; code: string; retryMs?: number };

/** What the client wants done. Effects are data; `createProtocolClient` carries them out. */
export type Effect =
  | { do: 'open-session'; isNew: boolean }
  | { do: 'open-socket' }
  | { do: 'close-socket' }
  | { do: 'transmit'; frame: ClientFrame }
  /** The timer fires after `delayMs` and a random share of `jitterMs`. */
  | { do: 'set-timer'; name: TimerName; delayMs: number; jitterMs: number }
  | { do: 'cancel-timer'; name: TimerName }
  | { do: 'poll'; after: number }
  | { do: 'post'; item: Outgoing };

/** A new state and what is to be done, in order. */
export interface Step {
  state: ProtocolState;
  effects: Effect[];
}

/** Times and counts of the protocol client; milliseconds. */
export const TIMING = {
  /** From opening the socket to `welcome`. */
  connectMs: 10_000,
  pingMs: 25_000,
  pongMs: 10_000,
  /** How long a gap in the sequence may last before we ask again by a new connection. */
  gapMs: 2_000,
  typingQuietMs: 3_000,
  typingEndMs: 6_000,
  backoffFirstMs: 500,
  backoffMaxMs: 30_000,
  /** Without any socket having worked, this many failures in a row mean that the network allows none. */
  failuresBeforePolling: 3,
  /** While polling, a socket is tried again this often. */
  probeMs: 120_000,
  /** Between an empty answer and the next poll. */
  pollPauseMs: 250,
  /** Rounds of `message.blocked` after which a new connection is tried, and after which the requester decides. */
  blockedRoundsReconnect: 3,
  blockedRoundsMax: 6,
  /** More unacknowledged messages than this are not taken. */
  outboxMax: 100,
} as const;

/** The state before anything happened; `outbox` holds what an earlier page left unacknowledged. */
export function initialState(outbox: readonly Outgoing[] = []): ProtocolState {
  return {
    ...EMPTY_TIMELINE,
    link: 'idle',
    token: undefined,
    conversationId: undefined,
    conversation: 'robot',
    queuePosition: undefined,
    typingFrom: undefined,
    outbox: outbox.map((item) => (item.phase === 'sent' ? { ...item, phase: 'queued' } : item)),
    failureCount: 0,
    socketFailureCount: 0,
    hasBeenLive: false,
    isOnline: true,
    isHolding: false,
    refusedRounds: 0,
    isTypingQuiet: false,
    readSeq: 0,
    refusal: undefined,
  };
}

/**
 * Exponential back-off with equal jitter: half of the span is fixed, half is random, so that clients that lost the
 * same server do not come back together.
 */
export function computeBackoff(failureCount: number): { delayMs: number; jitterMs: number } {
  const exponent = Math.min(Math.max(failureCount, 1) - 1, 16);
  const spanMs = Math.min(TIMING.backoffFirstMs * 2 ** exponent, TIMING.backoffMaxMs);
  return { delayMs: spanMs / 2, jitterMs: spanMs / 2 };
}

/** A step that changes nothing but what `state` says and asks for `effects`. */
export function step(state: ProtocolState, ...effects: Effect[]): Step {
  return { state, effects };
}

/** Two steps, one after the other. */
export function then(first: Step, next: (state: ProtocolState) => Step): Step {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

/** The effect that starts a timer; without `jitterMs` it fires exactly after `delayMs`. */
export function timer(name: TimerName, delayMs: number, jitterMs = 0): Effect {
  return { do: 'set-timer', name, delayMs, jitterMs };
}

/** The effect that stops a timer. */
export function cancel(name: TimerName): Effect {
  return { do: 'cancel-timer', name };
}
