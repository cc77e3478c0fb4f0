import type { ClientPorts, SocketEvents } from '../client.ts';
import type { ChatMessage, ClientFrame, ServerFrame } from '../frames.ts';

/** What the world does to the next frames; drawn by the property test. */
export interface Weather {
  /** Answers true when the next thing of this kind shall go wrong. */
  strikes(kind: 'cut-before-commit' | 'cut-after-commit' | 'refuse' | 'shuffle' | 'no-session'): boolean;
}

type Task = { atMs: number; order: number; run: () => void };

/**
 * A server of one conversation that keeps the contract, a network that does not, and a clock that stands still
 * between events. Nothing here waits for real time.
 */
export class World {
  /** The committed messages of the conversation, in order. */
  readonly log: ChatMessage[] = [];
  nowMs = 0;
  private readonly tasks: Task[] = [];
  private taskCount = 0;
  private socket: { events: SocketEvents; isHeard: boolean } | undefined;
  /** Id of the refused message that must come again first. */
  private refusedId: string | undefined;

  private readonly weather: Weather;

  constructor(weather: Weather) {
    this.weather = weather;
  }

  readonly ports: ClientPorts = {
    openSession: () =>
      this.weather.strikes('no-session')
        ? Promise.resolve({ isOk: false, code: 'server.draining', isFinal: false })
        : Promise.resolve({ isOk: true, session: { token: 'T', conversationId: 'C' } }),
    openSocket: (events) => {
      const socket = { events, isHeard: false };
      this.socket = socket;
      this.later(5, () => this.socket === socket && events.opened());
      return {
        send: (text) =>
          this.later(2, () => this.socket === socket && this.hear(JSON.parse(text) as ClientFrame)),
        close: () => {
          if (this.socket === socket) this.socket = undefined;
        },
      };
    },
    poll: () => Promise.resolve({ isOk: false, code: 'network.failed', isFinal: false }),
    post: () => Promise.resolve({ isOk: false, code: 'network.failed', isFinal: false }),
    setTimer: (run, delayMs) => this.later(delayMs, run),
    random: () => 0.5,
  };

  /** Runs events in the order of their time until none is left or `untilMs` is reached. */
  async run(untilMs: number): Promise<void> {
    for (;;) {
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
      this.tasks.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const next = this.tasks[0];
      if (!next || next.atMs > untilMs) return;
      this.tasks.shift();
      this.nowMs = next.atMs;
      next.run();
    }
  }

  /** Plans something; the answer takes it back. */
  later(delayMs: number, run: () => void): () => void {
    this.taskCount += 1;
    const task = { atMs: this.nowMs + delayMs, order: this.taskCount, run };
    this.tasks.push(task);
    return () => {
      const index = this.tasks.indexOf(task);
      if (index >= 0) this.tasks.splice(index, 1);
    };
  }

  private tell(frame: ServerFrame, delayMs = 2): void {
    const socket = this.socket;
    this.later(delayMs, () => this.socket === socket && socket?.events.received(JSON.stringify(frame)));
  }

  private cut(): void {
    const socket = this.socket;
    this.socket = undefined;
    socket?.events.closed();
  }

  private hear(frame: ClientFrame): void {
    if (frame.t === 'hello') {
      this.refusedId = undefined;
      this.tell({ t: 'welcome', conversation: 'C', last: this.log.length });
      for (const message of this.log.slice(frame.after)) this.tell({ t: 'message', ...message });
    } else if (frame.t === 'ping') {
      this.tell({ t: 'pong' });
    } else if (frame.t === 'send') {
      this.take(frame as Extract<ClientFrame, { kind: 'text' }>);
    }
  }

  private take({ id, text }: Extract<ClientFrame, { kind: 'text' }>): void {
    if (this.weather.strikes('cut-before-commit')) return this.cut();
    const known = this.log.find((message) => message.id === id);
    if (known) return this.tell({ t: 'ack', id, seq: known.seq, at: known.at });
    if (this.refusedId !== undefined && this.refusedId !== id) {
      return this.tell({ t: 'error', id, code: 'message.blocked', message: '' });
    }
    if (this.weather.strikes('refuse')) {
      this.refusedId = id;
      return this.tell({ t: 'error', id, code: 'server.busy', message: '', retryMs: 20 });
    }
    this.refusedId = undefined;
    const at = new Date(this.nowMs).toISOString();
    const seq = this.log.length + 1;
    this.log.push({ seq, from: 'requester', kind: 'text', text, at, id });
    this.log.push({ seq: seq + 1, from: 'robot', kind: 'text', text: `re ${text}`, at });
    if (this.weather.strikes('cut-after-commit')) return this.cut();
    // The reply may reach the customer before the acknowledgement of what it replies to.
    const isShuffled = this.weather.strikes('shuffle');
    this.tell({ t: 'ack', id, seq, at }, isShuffled ? 9 : 2);
    this.tell({ t: 'message', ...this.log[seq]! }, 3);
  }
}
