import type { ClientFrame } from './frames.ts';
import { lastSeq, place } from './sequence.ts';
import { cancel, computeBackoff, step, then, timer, TIMING } from './state.ts';
import type { Effect, Input, Outgoing, ProtocolState, Step } from './state.ts';

/** Refusals that pass: the same message, under the same id, is sent again. */
const PASSING_CODES: readonly string[] = [
  'message.blocked',
  'request.rate_limited',
  'server.busy',
  'server.draining',
  'server.internal',
  'storage.full',
  'storage.unavailable',
  'audit.unavailable',
  'robot.not_ready',
  'network.failed',
];

/** How an outbox item looks on the wire. */
export function presentFrame(item: Outgoing): ClientFrame {
  if (item.kind === 'handover') return { t: 'handover', id: item.id };
  if (item.kind === 'choose') return { t: 'choose', id: item.id, articleId: item.articleId ?? '' };
  if (item.file) return { t: 'send', id: item.id, kind: 'file', fileId: item.file.id };
  return { t: 'send', id: item.id, kind: 'text', text: item.text };
}

const markAs =
  (phase: Outgoing['phase'], code?: string) =>
  (item: Outgoing): Outgoing =>
    code === undefined ? { ...item, phase } : { ...item, phase, code };

function update(state: ProtocolState, id: string, edit: (item: Outgoing) => Outgoing): ProtocolState {
  return { ...state, outbox: state.outbox.map((item) => (item.id === id ? edit(item) : item)) };
}

/**
 * Sends what is queued, in order. Over a socket everything at once; over HTTP one after the other, since two
 * requests may overtake each other. Nothing goes while a refused message waits.
 */
export function flush(state: ProtocolState): Step {
  const queued = state.outbox.filter((item) => item.phase === 'queued');
  const first = queued[0];
  if (state.isHolding || !first) return step(state);
  if (state.link === 'live') {
    const outbox = state.outbox.map((item) => (item.phase === 'queued' ? markAs('sent')(item) : item));
    return step(
      { ...state, outbox },
      ...queued.map((item): Effect => ({ do: 'transmit', frame: presentFrame(item) })),
    );
  }
  if (state.link === 'polling' && !state.outbox.some((item) => item.phase === 'sent')) {
    return step(update(state, first.id, markAs('sent')), { do: 'post', item: first });
  }
  return step(state);
}

/** Takes a message of the requester into the outbox. The same id again changes nothing. */
export function submit(state: ProtocolState, item: Extract<Input, { kind: 'submit' }>['item']): Step {
  const isKnown = state.outbox.some((known) => known.id === item.id);
  if (isKnown || state.outbox.length >= TIMING.outboxMax) return step(state);
  return flush({ ...state, outbox: [...state.outbox, { ...item, phase: 'queued' }] });
}

/** The requester wants a failed message sent again: it goes to the end, under its id. */
export function retry(state: ProtocolState, id: string): Step {
  const item = state.outbox.find((known) => known.id === id && known.phase === 'failed');
  if (!item) return step(state);
  const others = state.outbox.filter((known) => known !== item);
  return flush({ ...state, refusedRounds: 0, outbox: [...others, markAs('queued')(item)] });
}

/** The requester gives a failed message up. One that may be on its way cannot be taken back. */
export function discard(state: ProtocolState, id: string): Step {
  const outbox = state.outbox.filter((item) => item.id !== id || item.phase !== 'failed');
  return flush({ ...state, outbox });
}

/** The server has it for good: it leaves the outbox and takes its place among the messages. */
export function acknowledge(state: ProtocolState, ack: { id: string; seq?: number; at?: string }): Step {
  const item = state.outbox.find((known) => known.id === ack.id);
  // The message itself may have come before its acknowledgement; over HTTP the next one may go now.
  if (!item) return flush(state);
  const delivered: ProtocolState = {
    ...state,
    refusedRounds: 0,
    outbox: state.outbox.filter((known) => known !== item),
  };
  if (item.kind === 'handover' || ack.seq === undefined) return flush(delivered);
  const message = {
    seq: ack.seq,
    from: 'requester' as const,
    kind: item.file ? 'file' : 'text',
    text: item.text,
    at: ack.at ?? '',
    id: item.id,
    ...(item.file && { file: item.file }),
  };
  return then(watchGap({ ...delivered, ...place(delivered, message) }), flush);
}

/** A gap that does not close by itself is closed by a resume. */
export function watchGap(state: ProtocolState): Step {
  return state.early.length > 0 ? step(state, timer('gap', TIMING.gapMs)) : step(state, cancel('gap'));
}

/** The server did not take a message: later again when that can help, otherwise it waits for the requester. */
export function refused(state: ProtocolState, refusal: { id: string; code: string; retryMs?: number }): Step {
  const { id, code, retryMs } = refusal;
  const item = state.outbox.find((known) => known.id === id);
  if (!item || item.phase === 'failed') return step(state);
  if (PASSING_CODES.includes(code) || retryMs !== undefined) {
    return hold(update(state, id, markAs('queued', code)), retryMs);
  }
  const failed = update(state, id, markAs('failed', code));
  return flush(code === 'conversation.closed' ? { ...failed, conversation: 'closed' } : failed);
}

function hold(state: ProtocolState, retryMs: number | undefined): Step {
  if (state.isHolding) return step(state);
  const { delayMs, jitterMs } = computeBackoff(state.refusedRounds + 1);
  return step({ ...state, isHolding: true }, timer('resend', Math.max(retryMs ?? 0, delayMs), jitterMs));
}

/**
 * The pause after a refusal is over: everything from the first refused message on goes again, in order; what the
 * server already has keeps its `seq`. `reconnect` is used when the server keeps blocking without our knowing why.
 */
export function resend(state: ProtocolState, reconnect: (state: ProtocolState) => Step): Step {
  const firstIndex = state.outbox.findIndex((item) => item.phase === 'queued');
  const first = state.outbox[firstIndex];
  const refusedRounds = state.refusedRounds + 1;
  const released: ProtocolState = { ...state, isHolding: false, refusedRounds };
  if (!first) return step(released);
  const isBlocked = first.code === 'message.blocked';
  if (isBlocked && refusedRounds >= TIMING.blockedRoundsMax) {
    const giveUp = (item: Outgoing) => (item.phase === 'queued' ? markAs('failed')(item) : item);
    return step({ ...released, refusedRounds: 0, outbox: state.outbox.map(giveUp) });
  }
  if (isBlocked && refusedRounds === TIMING.blockedRoundsReconnect) return reconnect(released);
  const outbox = state.outbox.map((item, index) =>
    index >= firstIndex && item.phase === 'sent' ? markAs('queued')(item) : item,
  );
  return flush({ ...released, outbox });
}

/** Tells the server how far the requester has read; only forward. */
export function seen(state: ProtocolState, seq: number): Step {
  const readSeq = Math.min(seq, lastSeq(state));
  if (readSeq <= state.readSeq) return step(state);
  const next = { ...state, readSeq };
  return state.link === 'live'
    ? step(next, { do: 'transmit', frame: { t: 'read', seq: readSeq } })
    : step(next);
}

/** Tells the agent that the requester writes, at most once in `TIMING.typingQuietMs`. */
export function typed(state: ProtocolState): Step {
  if (state.isTypingQuiet || state.link !== 'live') return step(state);
  return step(
    { ...state, isTypingQuiet: true },
    { do: 'transmit', frame: { t: 'typing' } },
    timer('typing-quiet', TIMING.typingQuietMs),
  );
}
