import { computeBackoffMs } from './backoff.ts';
import { parseFrame, type ClientFrame, type PresenceState, type ServerFrame } from './frames.ts';

/** `connecting` until the first frame came, `waiting` between two attempts. */
export type SocketState = 'connecting' | 'open' | 'waiting' | 'stopped';

/** Nothing heard for this long after a ping: the connection is dead though the browser does not know it. */
const PING_MS = 20_000;
const SILENCE_MS_MAX = 45_000;
const PROTOCOL = 'vaultdesk.v1';

/** Close codes after which another attempt is of no use: session gone, origin refused. */
const FINAL_CLOSE_CODES = new Set([4401, 4403]);
/** The session ended, or the account may see other things now: asked about at once. */
const RIGHTS_CHANGED = 4410;

const DOUBT_ATTEMPTS = 3;

/** The part of a WebSocket that is used; tests hand in their own. */
export interface SocketLike {
  readyState: number;
  send(text: string): void;
  close(code?: number): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

export interface AgentSocketDeps {
  open(protocol: string): SocketLike;
  csrf(): string;
  /** Last seq known of each conversation whose messages are held, so that the server sends the rest. */
  positions(): Record<string, number>;
  onFrame(frame: ServerFrame): void;
  onState(state: SocketState): void;
  /** The server ended the session, or may have: it refuses the connection. */
  onRefused(): void;
  setTimeout(work: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  nowMs(): number;
  randomRatio(): number;
}

export interface AgentSocket {
  start(): void;
  stop(): void;
  /** Hands a frame to an open connection; false when there is none (the caller keeps what must not be lost). */
  send(frame: ClientFrame): boolean;
  /** Sets the presence; it is said again after each reconnect. */
  setPresence(state: PresenceState): void;
  state(): SocketState;
}

const OPEN = 1;

class AgentConnection implements AgentSocket {
  readonly #deps: AgentSocketDeps;
  #socket: SocketLike | undefined;
  #state: SocketState = 'stopped';
  #attempt = 0;
  #heardAtMs = 0;
  #timer: unknown;
  #presence: PresenceState | undefined;

  constructor(deps: AgentSocketDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#state === 'stopped') this.#connect();
  }

  stop(): void {
    this.#deps.clearTimeout(this.#timer);
    this.#setState('stopped');
    this.#drop();
  }

  send(frame: ClientFrame): boolean {
    return this.#state === 'open' && this.#write(frame);
  }

  setPresence(next: PresenceState): void {
    this.#presence = next;
    this.#write({ t: 'presence', state: next });
  }

  state(): SocketState {
    return this.#state;
  }

  #setState(next: SocketState): void {
    if (this.#state === next) return;
    this.#state = next;
    this.#deps.onState(next);
  }

  #plan(work: () => void, ms: number): void {
    this.#deps.clearTimeout(this.#timer);
    this.#timer = this.#deps.setTimeout(work, ms);
  }

  #write(frame: ClientFrame): boolean {
    if (!this.#socket || this.#socket.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #connect(): void {
    this.#setState('connecting');
    const opened = this.#deps.open(PROTOCOL);
    this.#socket = opened;
    opened.onopen = () => this.#handleOpened();
    opened.onmessage = (event) => this.#handleText(event.data);
    opened.onclose = (event) => this.#handleClosed(event.code);
  }

  #handleOpened(): void {
    this.#heardAtMs = this.#deps.nowMs();
    this.#write({ t: 'hello', csrf: this.#deps.csrf(), after: this.#deps.positions() });
    if (this.#presence) this.#write({ t: 'presence', state: this.#presence });
    this.#plan(() => this.#watch(), PING_MS);
  }

  #handleText(data: unknown): void {
    this.#heardAtMs = this.#deps.nowMs();
    const frame = typeof data === 'string' ? parseFrame(data) : undefined;
    if (!frame) return;
    this.#attempt = 0;
    this.#setState('open');
    this.#deps.onFrame(frame);
  }

  #handleClosed(code: number): void {
    this.#socket = undefined;
    if (this.#state === 'stopped') return;
    // A refused upgrade looks like a lost line: after some of them, ask whether the session still lives.
    const isInDoubt = this.#attempt > 0 && this.#attempt % DOUBT_ATTEMPTS === 0;
    if (isInDoubt || code === RIGHTS_CHANGED) this.#deps.onRefused();
    if (!FINAL_CLOSE_CODES.has(code)) return this.#retry();
    this.#deps.clearTimeout(this.#timer);
    this.#setState('stopped');
    this.#deps.onRefused();
  }

  #watch(): void {
    if (this.#deps.nowMs() - this.#heardAtMs > SILENCE_MS_MAX) {
      this.#drop();
      return this.#retry();
    }
    this.#write({ t: 'ping' });
    this.#plan(() => this.#watch(), PING_MS);
  }

  #drop(): void {
    const old = this.#socket;
    if (!old) return;
    old.onopen = old.onmessage = old.onclose = null;
    old.close();
    this.#socket = undefined;
  }

  #retry(): void {
    this.#setState('waiting');
    this.#plan(() => this.#connect(), computeBackoffMs(this.#attempt++, this.#deps.randomRatio()));
  }
}

/** The live connection of an agent: reconnects with jitter, resumes at the last seq known, notices a dead line. */
export function createAgentSocket(deps: AgentSocketDeps): AgentSocket {
  return new AgentConnection(deps);
}
