import { flush } from './delivery.ts';
import { EMPTY_TIMELINE, lastSeq } from './sequence.ts';
import { cancel, computeBackoff, initialState, step, then, timer, TIMING } from './state.ts';
import type { Outgoing, ProtocolState, Session, Step } from './state.ts';

const requeue = (item: Outgoing): Outgoing => (item.phase === 'sent' ? { ...item, phase: 'queued' } : item);

/** Asks for a session; the answer comes as `session-opened` or `session-failed`. */
export function openSession(state: ProtocolState, isNew = false): Step {
  return step({ ...state, link: 'opening-session' }, { do: 'open-session', isNew });
}

/** Takes the way to the server that is due: session first, then socket, or long polling where no socket works. */
export function connect(state: ProtocolState): Step {
  if (state.token === undefined) return openSession(state);
  return step(
    { ...state, link: 'connecting' },
    cancel('reconnect'),
    { do: 'open-socket' },
    timer('connect', TIMING.connectMs),
  );
}

function allowsNoSocket(state: ProtocolState): boolean {
  return !state.hasBeenLive && state.socketFailureCount >= TIMING.failuresBeforePolling;
}

function startPolling(state: ProtocolState): Step {
  const polling = step(
    { ...state, link: 'polling' },
    { do: 'poll', after: lastSeq(state) },
    timer('probe', TIMING.probeMs),
  );
  return then(polling, flush);
}

/** A session was given. Another conversation than the one shown starts the timeline afresh; the outbox goes on. */
export function sessionOpened(state: ProtocolState, session: Session): Step {
  const isOther = state.conversationId !== undefined && state.conversationId !== session.conversationId;
  const fresh = isOther ? { ...EMPTY_TIMELINE, conversation: 'robot' as const, readSeq: 0 } : {};
  const next: ProtocolState = { ...state, ...fresh, ...session, failureCount: 0 };
  return allowsNoSocket(next) ? startPolling(next) : connect(next);
}

/** No session: final when the site refuses us, otherwise tried again later. */
export function sessionFailed(
  state: ProtocolState,
  failure: { isFinal: boolean; code: string; retryMs?: number },
): Step {
  if (failure.isFinal) return step({ ...state, link: 'refused', refusal: failure.code });
  return waitForRetry({ ...state, failureCount: state.failureCount + 1 }, failure.retryMs);
}

function waitForRetry(state: ProtocolState, retryMs?: number): Step {
  const { delayMs, jitterMs } = computeBackoff(state.failureCount);
  return step({ ...state, link: 'waiting' }, timer('reconnect', Math.max(retryMs ?? 0, delayMs), jitterMs));
}

/** The socket is gone: what was on its way is to be sent again, with the same ids, over the next one. */
export function socketLost(state: ProtocolState): Step {
  const wasLive = state.link === 'live';
  const next: ProtocolState = {
    ...state,
    outbox: state.outbox.map(requeue),
    failureCount: state.failureCount + 1,
    socketFailureCount: wasLive ? 0 : state.socketFailureCount + 1,
    typingFrom: undefined,
    isHolding: false,
  };
  const quiet = (['connect', 'ping', 'pong', 'gap', 'resend', 'typing-end'] as const).map(cancel);
  const stopped = step(next, ...quiet);
  const isPollingDue = allowsNoSocket(next) && next.token !== undefined;
  return then(stopped, isPollingDue ? startPolling : waitForRetry);
}

/** Gives the socket up and takes another after a pause. */
export function dropSocket(state: ProtocolState): Step {
  return then(step(state, { do: 'close-socket' }), socketLost);
}

/** The server no longer knows our token: forget it and ask for another one after a pause. */
export function renewSession(state: ProtocolState): Step {
  const forgotten: ProtocolState = { ...state, token: undefined };
  if (state.link !== 'polling') return dropSocket(forgotten);
  const failed = { ...forgotten, outbox: state.outbox.map(requeue), failureCount: state.failureCount + 1 };
  return then(step(failed, cancel('probe'), cancel('poll')), waitForRetry);
}

/** The socket is open: say who we are and what we have. */
export function socketOpened(state: ProtocolState): Step {
  if (state.token === undefined) return dropSocket(state);
  return step(
    { ...state, link: 'greeting' },
    { do: 'transmit', frame: { t: 'hello', token: state.token, after: lastSeq(state) } },
  );
}

/** The server knows us; what we have not delivered goes out now. */
export function welcomed(state: ProtocolState, welcome: { conversation: string; last: number }): Step {
  // A server that was restored from an older backup, or moved us, has fewer messages: ours are not its.
  const isOther = welcome.last < lastSeq(state) || welcome.conversation !== state.conversationId;
  if (isOther && lastSeq(state) > 0) {
    return dropSocket({ ...state, ...EMPTY_TIMELINE, conversationId: welcome.conversation, readSeq: 0 });
  }
  const live = step(
    {
      ...state,
      link: 'live',
      conversationId: welcome.conversation,
      failureCount: 0,
      socketFailureCount: 0,
      hasBeenLive: true,
    },
    cancel('connect'),
    cancel('probe'),
    timer('ping', TIMING.pingMs),
  );
  if (state.readSeq > 0) live.effects.push({ do: 'transmit', frame: { t: 'read', seq: state.readSeq } });
  return then(live, flush);
}

/** The network came or went, as the browser sees it. Coming back ends a pause at once. */
export function networkChanged(state: ProtocolState, isOnline: boolean): Step {
  const next = { ...state, isOnline };
  return isOnline && state.link === 'waiting' ? then(step(next, cancel('reconnect')), connect) : step(next);
}

/** Leaves the conversation for a new one; everything of the old one is forgotten here, not on the server. */
export function restart(state: ProtocolState): Step {
  const clean: ProtocolState = {
    ...initialState(),
    isOnline: state.isOnline,
    hasBeenLive: state.hasBeenLive,
    socketFailureCount: state.socketFailureCount,
  };
  const timers = ['connect', 'reconnect', 'ping', 'pong', 'gap', 'resend', 'poll', 'probe'] as const;
  return then(step(clean, { do: 'close-socket' }, ...timers.map(cancel)), (now) => openSession(now, true));
}
