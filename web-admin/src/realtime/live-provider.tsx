import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import { createUuid, useApi } from '../api/index.ts';
import { SESSION_KEY, useSession } from '../auth/index.ts';
import { createAgentSocket, type AgentSocket, type SocketLike, type SocketState } from './agent-socket.ts';
import { randomRatio } from './backoff.ts';
import type { ClientFrame, PresenceState, ServerFrame } from './frames.ts';
import {
  acknowledgedMessage,
  addAcknowledged,
  applyToCache,
  heldPositions,
  LIVE_KEYS,
} from './live-cache.ts';
import { LiveContext, type Live } from './live-context.ts';
import {
  applyToOutbox,
  enqueue,
  removePending,
  conversationOf,
  retryFrom,
  unacknowledged,
  type Outbox,
  type PendingMessage,
} from './outbox.ts';

/** What may have changed while the line was down. */
const READ_AGAIN = [['conversations'], LIVE_KEYS.notices];

function openSocket(protocol: string): SocketLike {
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  // The DOM types its handlers with the whole event; only `data` and `code` are read.
  return new WebSocket(`${scheme}://${window.location.host}/ws/agent`, protocol) as unknown as SocketLike;
}

/** The outbox as state and as a reference: frames arrive outside of drawing and need its present value. */
function useOutbox() {
  const [outbox, setState] = useState<Outbox>({});
  const current = useRef<Outbox>({});
  const update = useCallback((next: Outbox) => {
    if (next === current.current) return;
    current.current = next;
    setState(next);
  }, []);
  return { outbox, current, update };
}

function sendFrame(conversation: string, item: PendingMessage): ClientFrame {
  const { id, text, file } = item;
  if (file) return { t: 'send', conversation, id, kind: 'file', fileId: file.id };
  return { t: 'send', conversation, id, kind: 'text', text };
}

/** Applies frames to everything that is not in the query cache: presence, queue length, typing. */
function useLiveFacts() {
  const [presence, setPresence] = useState<PresenceState | 'offline'>('online');
  const [queuedCount, setQueuedCount] = useState<number>();
  const [typingAtMs, setTypingAtMs] = useState<Record<string, number>>({});
  const applyToFacts = useCallback((frame: ServerFrame) => {
    if ((frame.t === 'queue' || frame.t === 'welcome') && frame.queued !== undefined) {
      setQueuedCount(frame.queued);
    }
    if (frame.t === 'typing') setTypingAtMs((held) => ({ ...held, [frame.conversation]: Date.now() }));
    if (frame.t === 'message' && frame.from === 'requester') {
      setTypingAtMs((held) => ({ ...held, [frame.conversation]: 0 }));
    }
    if (frame.t === 'presence') setPresence(frame.state);
  }, []);
  return { presence, setPresence, queuedCount, typingAtMs, applyToFacts };
}

/** What the socket needs to reach from outside of drawing. */
interface SocketUse {
  onFrame(frame: ServerFrame): void;
  onState(state: SocketState): void;
}

/** Opens the agent socket for as long as the caller is shown. `use` must keep its identity. */
function useAgentSocket(socket: RefObject<AgentSocket | undefined>, use: SocketUse): void {
  const cache = useQueryClient();
  const session = useSession();
  const current = useRef(session);
  useEffect(() => {
    current.current = session;
  }, [session]);
  useEffect(() => {
    const opened = createAgentSocket({
      open: openSocket,
      csrf: () => current.current.csrfToken,
      positions: () => heldPositions(cache, current.current.account.id),
      onFrame: use.onFrame,
      onState: use.onState,
      onRefused: () => void cache.invalidateQueries({ queryKey: SESSION_KEY }),
      setTimeout: (work, ms) => setTimeout(work, ms),
      clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
      nowMs: Date.now,
      randomRatio,
    });
    socket.current = opened;
    opened.setPresence('online');
    opened.start();
    return () => opened.stop();
  }, [cache, socket, use]);
}

/** Frames go to the outbox, the query cache, and the facts; after a reconnect the outbox is sent again. */
function useFrameRouting(box: ReturnType<typeof useOutbox>, applyToFacts: (frame: ServerFrame) => void) {
  const cache = useQueryClient();
  const { account } = useSession();
  const { current, update } = box;
  return useCallback(
    (frame: ServerFrame) => {
      if (frame.t === 'ack') {
        const pending = current.current[frame.conversation]?.find((item) => item.id === frame.id);
        if (pending) {
          addAcknowledged(cache, frame.conversation, acknowledgedMessage(pending, frame, account));
        }
      }
      update(applyToOutbox(current.current, frame));
      applyToCache(cache, frame, account.id);
      applyToFacts(frame);
    },
    [cache, current, update, applyToFacts, account],
  );
}

/** Leaving the page with messages the server has not acknowledged asks first. */
function useLeaveWarning(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isNeeded]);
}

type Resend = (conversationId: string, id: string) => void;

/** A refusal for a moment (server busy, disk full for now) is tried again when the server says. */
function useTimedResend(box: ReturnType<typeof useOutbox>, resend: Resend) {
  const { current } = box;
  const latest = useRef(resend);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());
  useEffect(() => {
    latest.current = resend;
  }, [resend]);
  useEffect(() => {
    const held = timers.current;
    return () => held.forEach((timer) => clearTimeout(timer));
  }, []);
  return useCallback(
    (frame: ServerFrame) => {
      if (frame.t !== 'error' || !frame.id || !frame.retryMs) return;
      const { id, retryMs } = frame;
      const conversationId = conversationOf(current.current, id);
      if (!conversationId) return;
      const timer = setTimeout(() => {
        timers.current.delete(timer);
        latest.current(conversationId, id);
      }, retryMs);
      timers.current.add(timer);
    },
    [current],
  );
}

/** Sends a message again, and whatever was refused behind it. */
function useResend(box: ReturnType<typeof useOutbox>, socket: RefObject<AgentSocket | undefined>): Resend {
  const { current, update } = box;
  return useCallback(
    (conversationId, id) => {
      const again = retryFrom(current.current, conversationId, id);
      update(again.outbox);
      for (const item of again.frames) socket.current?.send(sendFrame(conversationId, item));
    },
    [current, update, socket],
  );
}

/** Holds the agent's live connection and keeps the query cache up to date from it. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const api = useApi();
  const cache = useQueryClient();
  const box = useOutbox();
  const { outbox, current, update } = box;
  const { presence, setPresence, queuedCount, typingAtMs, applyToFacts } = useLiveFacts();
  const [state, setState] = useState<SocketState>('connecting');
  const socket = useRef<AgentSocket>(undefined);
  const resend = useResend(box, socket);
  const resendLater = useTimedResend(box, resend);
  const route = useFrameRouting(box, applyToFacts);
  const onFrame = useCallback(
    (frame: ServerFrame) => {
      route(frame);
      resendLater(frame);
    },
    [route, resendLater],
  );
  const justOpened = useRef<() => void>(() => undefined);
  const onState = useCallback((next: SocketState) => {
    setState(next);
    if (next === 'open') justOpened.current();
  }, []);
  useAgentSocket(
    socket,
    useMemo(() => ({ onFrame, onState }), [onFrame, onState]),
  );
  useEffect(() => {
    justOpened.current = () => {
      for (const { conversationId, item } of unacknowledged(current.current)) {
        socket.current?.send(sendFrame(conversationId, item));
      }
      // What changed while the line was down: lists and conversations are read again, messages are resumed.
      for (const queryKey of READ_AGAIN) void cache.invalidateQueries({ queryKey });
    };
  }, [cache, current, socket]);

  useLeaveWarning(Object.keys(outbox).length > 0);
  const submit = useCallback(
    (conversationId: string, written: Pick<PendingMessage, 'id' | 'text' | 'file'>) => {
      const item: PendingMessage = { ...written, at: new Date().toISOString(), state: 'sending' };
      update(enqueue(current.current, conversationId, item));
      if (socket.current?.send(sendFrame(conversationId, item))) api.noteActivity();
    },
    [api, current, update],
  );
  const live = useMemo<Live>(
    () => ({
      state,
      presence,
      queuedCount,
      typingAtMs,
      outbox,
      setPresence(next) {
        setPresence(next);
        socket.current?.setPresence(next);
      },
      sendMessage: (conversationId, text) => submit(conversationId, { id: createUuid(), text }),
      // The id of the upload: however often it is tried, it is one message.
      sendFile: (conversationId, file) => submit(conversationId, { id: file.id, text: file.name, file }),
      resend,
      discard: (conversationId, id) => update(removePending(current.current, conversationId, id)),
      notify(frame) {
        if (socket.current?.send(frame)) api.noteActivity();
      },
    }),
    [state, presence, setPresence, queuedCount, typingAtMs, outbox, current, update, resend, api, submit],
  );
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}
