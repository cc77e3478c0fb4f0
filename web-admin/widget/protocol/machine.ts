import * as delivery from './delivery.ts';
import type { ChatMessage, ServerFrame } from './frames.ts';
import * as link from './link.ts';
import { change, changeFile, lastSeq, place } from './sequence.ts';
import { cancel, computeBackoff, step, then, timer, TIMING } from './state.ts';
import type { Input, ProtocolState, Step, TimerName } from './state.ts';

type FrameOf<T extends ServerFrame['t']> = Extract<ServerFrame, { t: T }>;
type InputOf<K extends Input['kind']> = Extract<Input, { kind: K }>;

/** Codes after which the token is worth nothing; the resume token gives another one. */
const TOKEN_CODES: readonly string[] = ['visitor.token_invalid', 'access.unauthenticated', 'session.expired'];

/** A message of ours that comes back is as good as its acknowledgement: the commit is what made it come. */
function receive(state: ProtocolState, message: ChatMessage): Step {
  const outbox = message.id ? state.outbox.filter((item) => item.id !== message.id) : state.outbox;
  const isReply = message.from === 'agent' || message.from === 'robot';
  const isOurs = outbox.length < state.outbox.length;
  return delivery.watchGap({
    ...state,
    ...place(state, message),
    outbox: isOurs ? outbox : state.outbox,
    refusedRounds: isOurs ? 0 : state.refusedRounds,
    typingFrom: isReply ? undefined : state.typingFrom,
  });
}

function onError(state: ProtocolState, frame: FrameOf<'error'>): Step {
  if (TOKEN_CODES.includes(frame.code)) return link.renewSession(state);
  return frame.id === undefined ? step(state) : delivery.refused(state, { ...frame, id: frame.id });
}

const FRAMES: { [T in ServerFrame['t']]: (state: ProtocolState, frame: FrameOf<T>) => Step } = {
  welcome: (state, frame) => (state.link === 'greeting' ? link.welcomed(state, frame) : step(state)),
  message: (state, { t: _t, ...message }) => receive(state, message),
  ack: (state, frame) => delivery.acknowledge(state, frame),
  change: (state, frame) => step({ ...state, ...change(state, frame) }),
  file: (state, { file }) => step({ ...state, ...changeFile(state, file) }),
  error: onError,
  state: (state, frame) =>
    step({
      ...state,
      conversation: frame.state,
      queuePosition: frame.position,
      typingFrom: frame.state === 'closed' ? undefined : state.typingFrom,
    }),
  typing: (state, frame) =>
    step({ ...state, typingFrom: frame.from }, timer('typing-end', TIMING.typingEndMs)),
  pong: (state) => step(state),
};

function onFrame(state: ProtocolState, frame: ServerFrame): Step {
  const handle = FRAMES[frame.t] as (state: ProtocolState, frame: ServerFrame) => Step;
  return then(step(state, cancel('pong')), (now) => handle(now, frame));
}

const TIMERS: Record<TimerName, (state: ProtocolState) => Step> = {
  reconnect: (state) => (state.link === 'waiting' ? link.connect(state) : step(state)),
  connect: (state) =>
    state.link === 'connecting' || state.link === 'greeting' ? link.dropSocket(state) : step(state),
  ping: (state) =>
    state.link === 'live'
      ? step(
          state,
          { do: 'transmit', frame: { t: 'ping' } },
          timer('pong', TIMING.pongMs),
          timer('ping', TIMING.pingMs),
        )
      : step(state),
  pong: (state) => (state.link === 'live' ? link.dropSocket(state) : step(state)),
  gap: (state) => (state.link === 'live' && state.early.length > 0 ? link.dropSocket(state) : step(state)),
  resend: (state) => delivery.resend(state, state.link === 'live' ? link.dropSocket : delivery.flush),
  'typing-quiet': (state) => step({ ...state, isTypingQuiet: false }),
  'typing-end': (state) => step({ ...state, typingFrom: undefined }),
  poll: (state) =>
    state.link === 'polling' ? step(state, { do: 'poll', after: lastSeq(state) }) : step(state),
  probe: (state) => (state.link === 'polling' ? link.connect(state) : step(state)),
};

function onPolled(state: ProtocolState, input: InputOf<'polled'>): Step {
  const told: ProtocolState =
    input.state === undefined
      ? state
      : { ...state, conversation: input.state, queuePosition: input.position };
  let result = step({ ...told, failureCount: 0 });
  for (const message of input.items) result = then(result, (now) => receive(now, message));
  // An empty answer that came at once must not make a loop without a pause.
  if (input.items.length === 0) return then(result, (now) => step(now, timer('poll', TIMING.pollPauseMs)));
  return then(result, TIMERS.poll);
}

function onPollFailed(state: ProtocolState, code: string): Step {
  if (state.link !== 'polling') return step(state);
  if (TOKEN_CODES.includes(code)) return link.renewSession(state);
  const failureCount = state.failureCount + 1;
  const { delayMs, jitterMs } = computeBackoff(failureCount);
  return step({ ...state, failureCount }, timer('poll', delayMs, jitterMs));
}

function onPostFailed(state: ProtocolState, input: InputOf<'post-failed'>): Step {
  if (state.link === 'polling' && TOKEN_CODES.includes(input.code)) return link.renewSession(state);
  return delivery.refused(state, input);
}

const INPUTS: { [K in Input['kind']]: (state: ProtocolState, input: InputOf<K>) => Step } = {
  start: (state) => (state.link === 'idle' ? link.openSession(state) : step(state)),
  'session-opened': (state, { session }) =>
    state.link === 'opening-session' ? link.sessionOpened(state, session) : step(state),
  'session-failed': (state, input) =>
    state.link === 'opening-session' ? link.sessionFailed(state, input) : step(state),
  'socket-opened': (state) => link.socketOpened(state),
  'socket-closed': (state) => link.socketLost(state),
  frame: (state, { frame }) => onFrame(state, frame),
  timer: (state, { name }) => TIMERS[name](state),
  network: (state, { isOnline }) => link.networkChanged(state, isOnline),
  submit: (state, { item }) => {
    const taken = delivery.submit(state, item);
    return state.link === 'idle' ? then(taken, link.openSession) : taken;
  },
  retry: (state, { id }) => delivery.retry(state, id),
  discard: (state, { id }) => delivery.discard(state, id),
  restart: (state) => link.restart(state),
  typed: (state) => delivery.typed(state),
  seen: (state, { seq }) => delivery.seen(state, seq),
  polled: onPolled,
  'poll-failed': (state, { code }) => onPollFailed(state, code),
  posted: (state, input) => delivery.acknowledge(state, input),
  'post-failed': onPostFailed,
};

/**
 * The protocol client of `vaultdesk.v1` as a pure function: what is known and what happened give what is known now
 * and what is to be done. It keeps the promises of the contract from the client's side: nothing submitted is lost
 * or sent under a second id, nothing received is shown twice, out of order, or before what came ahead of it.
 */
export function advance(state: ProtocolState, input: Input): Step {
  const handle = INPUTS[input.kind] as (state: ProtocolState, input: Input) => Step;
  return handle(state, input);
}
