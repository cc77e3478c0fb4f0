import { advance } from '../machine.ts';
import type { ClientFrame, ServerFrame } from '../frames.ts';
import { initialState } from '../state.ts';
import type { Effect, Input, Outgoing, ProtocolState } from '../state.ts';

/** Drives the state machine by hand and remembers what it asked for. */
export interface Drive {
  state(): ProtocolState;
  /** Feeds inputs; answers the effects of the last one. */
  feed(...inputs: Input[]): Effect[];
  frame(...frames: ServerFrame[]): Effect[];
  submit(id: string, text?: string): Effect[];
}

/** A client before its start. */
export function buildDrive(outbox: readonly Outgoing[] = []): Drive {
  let state = initialState(outbox);
  const feed = (...inputs: Input[]) => {
    let effects: Effect[] = [];
    for (const input of inputs) {
      const before = JSON.stringify(state);
      const result = advance(state, input);
      if (JSON.stringify(state) !== before) throw new Error('advance changed its argument');
      ({ state, effects } = result);
    }
    return effects;
  };
  return {
    state: () => state,
    feed,
    frame: (...frames) => feed(...frames.map((frame): Input => ({ kind: 'frame', frame }))),
    submit: (id, text = `text of ${id}`) => feed({ kind: 'submit', item: { id, kind: 'text', text } }),
  };
}

/** A client in a live conversation `C` that has `last` messages. */
export function buildLive(last = 0, outbox: readonly Outgoing[] = []): Drive {
  const drive = buildDrive(outbox);
  drive.feed(
    { kind: 'start' },
    { kind: 'session-opened', session: { token: 'T', conversationId: 'C' } },
    { kind: 'socket-opened' },
  );
  drive.frame({ t: 'welcome', conversation: 'C', last });
  for (let seq = 1; seq <= last; seq += 1) drive.frame(robotSays(seq));
  return drive;
}

/** Brings a client that lost its socket back to `welcome`; answers the frames it then sent. */
export function reconnect(drive: Drive, last = drive.state().messages.length): ClientFrame[] {
  drive.feed({ kind: 'timer', name: 'reconnect' });
  if (drive.state().link === 'opening-session') {
    drive.feed({ kind: 'session-opened', session: { token: 'T2', conversationId: 'C' } });
  }
  const hello = transmitted(drive.feed({ kind: 'socket-opened' }));
  return [...hello, ...transmitted(drive.frame({ t: 'welcome', conversation: 'C', last }))];
}

/** A message of the robot. */
export function robotSays(seq: number, text = `m${seq}`): ServerFrame {
  return { t: 'message', seq, from: 'robot', kind: 'text', text, at: '2026-01-05T01:00:00.000Z' };
}

/** The frames among the effects. */
export function transmitted(effects: Effect[]): ClientFrame[] {
  return effects.filter((effect) => effect.do === 'transmit').map(({ frame }) => frame);
}

/** The ids of the messages among the frames, in order. */
export function sentIds(effects: Effect[] | ClientFrame[]): string[] {
  const frames = effects.map((one) => ('do' in one ? (one.do === 'transmit' ? one.frame : undefined) : one));
  return frames.flatMap((frame) => (frame?.t === 'send' ? [frame.id] : []));
}

/** The delay of a timer among the effects, with its full jitter; undefined when it was not set. */
export function timerOf(effects: Effect[], name: string): { delayMs: number; jitterMs: number } | undefined {
  const found = effects.find((effect) => effect.do === 'set-timer' && effect.name === name);
  return found?.do === 'set-timer' ? { delayMs: found.delayMs, jitterMs: found.jitterMs } : undefined;
}
