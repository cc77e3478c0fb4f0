import { connect } from 'node:net';
import { AppError, type ErrorCode, type ErrorDetails } from '../../kernel/index.ts';
import type { ClusterLog } from './types.ts';
import type { Peer } from './members.ts';
import { pathOf } from './address.ts';
import { createWire, type Frame, type Wire } from './wire.ts';

const REDIAL_FIRST_MS = 20;
const REDIAL_MAX_MS = 1_000;
/** Calls one peer may owe an answer; more are refused with `server.busy`. */
const CALLS_MAX = 50_000;
/** Longer than a commit may take: then nobody knows whether it happened, and the sender asks again with its id. */
const CALL_TIMEOUT_MS = 20_000;

/** The way to one peer. */
export interface Dialer {
  readonly peer: Peer;
  call(payload: unknown): Promise<unknown>;
  close(): void;
}

interface DialerDeps {
  self: { id: string; incarnation: string };
  peer: Peer;
  log: ClusterLog;
  onEvent(topic: string, payload: unknown, nodeId: string): void;
  onRefused(peer: Peer): void;
  /** The link broke, or is there now: what the peer told before was missed. */
  onGap(): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  atMs: number;
}

/** Keeps a link to a peer open until `close`. */
export function createDialer(deps: DialerDeps): Dialer {
  return new PeerDialer(deps);
}

class PeerDialer implements Dialer {
  readonly peer: Peer;
  readonly #deps: DialerDeps;
  readonly #pending = new Map<number, Pending>();
  readonly #sweep: NodeJS.Timeout;
  #wire: Wire | undefined;
  #isUp = false;
  #isClosed = false;
  #lastId = 0;
  #waitMs = REDIAL_FIRST_MS;
  #retry: NodeJS.Timeout | undefined;

  constructor(deps: DialerDeps) {
    this.#deps = deps;
    this.peer = deps.peer;
    this.#sweep = setInterval(() => this.#expire(), CALL_TIMEOUT_MS / 4);
    this.#sweep.unref();
    this.#dial();
  }

  call(payload: unknown): Promise<unknown> {
    if (!this.#isUp || this.#pending.size >= CALLS_MAX) return Promise.reject(new AppError('server.busy'));
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, atMs: performance.now() });
      this.#wire?.send(['call', id, payload]);
    });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#sweep);
    this.#wire?.destroy();
    this.#refuseAll();
  }

  #dial(): void {
    const { peer, self, log } = this.#deps;
    const path = pathOf(peer.address);
    if (path === undefined) {
      log.warn('server process is on another machine', { node: peer.id });
      return;
    }
    const socket = connect(path);
    let fault: NodeJS.ErrnoException | undefined;
    const wire = createWire(socket, (frame) => this.#hear(frame, wire));
    this.#wire = wire;
    socket.on('connect', () => wire.send(['hello', self]));
    socket.on('error', (error) => (fault = error));
    socket.on('close', () => this.#lost(fault));
  }

  #lost(fault: NodeJS.ErrnoException | undefined): void {
    const wasUp = this.#isUp;
    this.#isUp = false;
    this.#wire = undefined;
    this.#refuseAll();
    if (this.#isClosed) return;
    if (wasUp) this.#deps.onGap();
    // The kernel answers for a process that is gone; one that hangs still has its socket.
    if (fault?.code === 'ECONNREFUSED' || fault?.code === 'ENOENT') this.#deps.onRefused(this.peer);
    this.#retry = setTimeout(() => this.#dial(), this.#waitMs);
    this.#retry.unref();
    this.#waitMs = Math.min(REDIAL_MAX_MS, this.#waitMs * 2);
  }

  #hear(frame: Frame, wire: Wire): void {
    switch (frame[0]) {
      case 'hello':
        if (frame[1].incarnation !== this.peer.incarnation) return wire.destroy();
        this.#isUp = true;
        this.#waitMs = REDIAL_FIRST_MS;
        // Since it came, and until now, it told others what it did not tell here.
        return this.#deps.onGap();
      case 'answer':
        return this.#settle(frame[1], (pending) => pending.resolve(frame[2]));
      case 'refusal':
        return this.#settle(frame[1], (pending) => pending.reject(toError(frame[2])));
      case 'event':
        return this.#deps.onEvent(frame[1], frame[2], this.peer.id);
      case 'bye':
        // It ends in order: nothing it told is missing.
        this.#isUp = false;
        return;
      default:
        wire.destroy();
    }
  }

  #settle(id: number, how: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending) how(pending);
  }

  #expire(): void {
    const beforeMs = performance.now() - CALL_TIMEOUT_MS;
    for (const [id, { atMs, reject }] of this.#pending) {
      // They are in the order in which they were made.
      if (atMs > beforeMs) return;
      this.#pending.delete(id);
      reject(new AppError('server.busy'));
    }
  }

  #refuseAll(): void {
    const owed = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of owed) reject(new AppError('server.busy'));
  }
}

/** The error a peer answered with. */
function toError({ code, details }: { code: string; details?: unknown }): AppError {
  return new AppError(code as ErrorCode, details === undefined ? {} : { details: details as ErrorDetails });
}
