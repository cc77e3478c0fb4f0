import { parseServerFrame, type ChatMessage, type ConversationState } from './frames.ts';
import { advance } from './machine.ts';
import { initialState } from './state.ts';
import type { Effect, Input, Outgoing, ProtocolState, Session, TimerName } from './state.ts';

/** One open socket, as the client needs it. After `close` it must report nothing. */
export interface SocketPort {
  send(text: string): void;
  close(): void;
}

/** What a socket reports; each at most once except `received`. */
export interface SocketEvents {
  opened(): void;
  received(data: unknown): void;
  closed(): void;
}

/** A refusal of an HTTP call: `network.failed` when there was no answer at all. */
export interface Failure {
  isOk: false;
  code: string;
  /** True when trying again cannot help. */
  isFinal: boolean;
  retryMs?: number;
}

/** The outside world of the protocol client. None of the promises rejects. */
export interface ClientPorts {
  openSession(options: { isNew: boolean }): Promise<{ isOk: true; session: Session } | Failure>;
  openSocket(events: SocketEvents): SocketPort;
  poll(
    token: string,
    after: number,
  ): Promise<{ isOk: true; items: ChatMessage[]; state?: ConversationState; position?: number } | Failure>;
  post(token: string, item: Outgoing): Promise<{ isOk: true; seq?: number; at?: string } | Failure>;
  setTimer(run: () => void, delayMs: number): () => void;
  /** A random number from 0 to below 1. */
  random(): number;
}

/** A running protocol client. */
export interface ProtocolClient {
  state(): ProtocolState;
  dispatch(input: Input): void;
  /** Closes the socket and stops all timers; nothing happens afterwards. */
  stop(): void;
}

/** How a client is set up. */
export interface ClientOptions {
  ports: ClientPorts;
  outbox?: readonly Outgoing[];
  /** Called after each change of the state, never within another call of it. */
  onChange: (state: ProtocolState) => void;
}

/** Runs `advance` against the world: carries out its effects and feeds it what happens. */
export function createProtocolClient(options: ClientOptions): ProtocolClient {
  return new Runtime(options);
}

class Runtime implements ProtocolClient {
  readonly #ports: ClientPorts;
  readonly #onChange: (state: ProtocolState) => void;
  readonly #inputs: Input[] = [];
  readonly #timers = new Map<TimerName, () => void>();
  #state: ProtocolState;
  #socket: SocketPort | undefined;
  /** Counts sockets and session requests, so that a late report of an old one is not taken for the new one's. */
  #generation = 0;
  /** Counts polls: one that was overtaken by a probe must not start a second chain. */
  #pollCount = 0;
  #isRunning = false;
  #isStopped = false;

  constructor({ ports, outbox, onChange }: ClientOptions) {
    this.#ports = ports;
    this.#onChange = onChange;
    this.#state = initialState(outbox);
  }

  state(): ProtocolState {
    return this.#state;
  }

  dispatch(input: Input): void {
    if (this.#isStopped) return;
    this.#inputs.push(input);
    // An effect or a listener may dispatch again; its input waits its turn.
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#inputs.shift(); next; next = this.#inputs.shift()) {
      const before = this.#state;
      const result = advance(before, next);
      this.#state = result.state;
      for (const effect of result.effects) this.#run(effect);
      if (result.state !== before) this.#onChange(result.state);
    }
    this.#isRunning = false;
  }

  stop(): void {
    this.#isStopped = true;
    this.#closeSocket();
    for (const stopTimer of this.#timers.values()) stopTimer();
    this.#timers.clear();
  }

  #run(effect: Effect): void {
    switch (effect.do) {
      case 'open-session':
        return void this.#openSession(effect.isNew);
      case 'open-socket':
        return this.#openSocket();
      case 'close-socket':
        return this.#closeSocket();
      case 'transmit':
        return this.#socket?.send(JSON.stringify(effect.frame));
      case 'set-timer':
        return this.#setTimer(effect);
      case 'cancel-timer':
        return this.#cancelTimer(effect.name);
      case 'poll':
        return void this.#poll(effect.after);
      case 'post':
        return void this.#post(effect.item);
    }
  }

  #openSocket(): void {
    this.#closeSocket();
    const mine = this.#generation;
    const report = (input: Input) => {
      if (mine === this.#generation) this.dispatch(input);
    };
    this.#socket = this.#ports.openSocket({
      opened: () => report({ kind: 'socket-opened' }),
      received: (data) => {
        const frame = parseServerFrame(data);
        if (frame) report({ kind: 'frame', frame });
      },
      closed: () => report({ kind: 'socket-closed' }),
    });
  }

  #closeSocket(): void {
    this.#generation += 1;
    this.#socket?.close();
    this.#socket = undefined;
  }

  async #openSession(isNew: boolean): Promise<void> {
    this.#generation += 1;
    const mine = this.#generation;
    const answer = await this.#ports.openSession({ isNew });
    if (mine !== this.#generation) return;
    this.dispatch(
      answer.isOk
        ? { kind: 'session-opened', session: answer.session }
        : { ...answer, kind: 'session-failed' },
    );
  }

  async #poll(after: number): Promise<void> {
    const { token } = this.#state;
    if (token === undefined) return;
    this.#pollCount += 1;
    const mine = this.#pollCount;
    const answer = await this.#ports.poll(token, after);
    if (mine !== this.#pollCount) return;
    this.dispatch(answer.isOk ? { ...answer, kind: 'polled' } : { kind: 'poll-failed', code: answer.code });
  }

  async #post(item: Outgoing): Promise<void> {
    const { token } = this.#state;
    if (token === undefined) return;
    const answer = await this.#ports.post(token, item);
    this.dispatch(
      answer.isOk
        ? { ...answer, kind: 'posted', id: item.id }
        : { ...answer, kind: 'post-failed', id: item.id },
    );
  }

  #setTimer({ name, delayMs, jitterMs }: Extract<Effect, { do: 'set-timer' }>): void {
    this.#timers.get(name)?.();
    const fire = () => {
      this.#timers.delete(name);
      this.dispatch({ kind: 'timer', name });
    };
    this.#timers.set(name, this.#ports.setTimer(fire, delayMs + this.#ports.random() * jitterMs));
  }

  #cancelTimer(name: TimerName): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }
}
