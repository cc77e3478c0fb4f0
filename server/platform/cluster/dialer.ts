import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { AppError, type ErrorCode, type ErrorDetails } from '../../kernel/index.ts';
import type { ClusterLog } from './types.ts';
import type { Peer } from './members.ts';
import { wayTo, type LinkPlace } from './address.ts';
import type { LinkProof } from './link-proof.ts';
import { createWire, type Frame, type Wire } from './wire.ts';

const REDIAL_FIRST_MS = 20;
const REDIAL_MAX_MS = 1_000;
/** Calls one peer may owe an answer; more are refused with `server.busy`. */
const CALLS_MAX = 50_000;
/** A place on the network that does not say hello within this is dialled again. */
const SILENT_MS = 5_000;
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
  /** The own socket; peers whose socket lies beside it are near. */
  socketPath: string;
  /** How peers on the network prove themselves; without it they are not dialled. */
  proof: LinkProof | undefined;
  peer: Peer;
  log: ClusterLog;
  onEvent(topic: string, payload: unknown, nodeId: string): void;
  onRefused(peer: Peer): void;
  /** The link broke, or is there now: what the peer told before was missed. */
  onGap(): void;
}

type Hello = Extract<Frame, ['hello', ...unknown[]]>[1];

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
    const { peer, log, socketPath, proof } = this.#deps;
    const way = wayTo(peer.address, socketPath);
    if (way !== undefined && 'path' in way) return this.#dialNear(way.path);
    if (way !== undefined && proof !== undefined) return this.#dialFar(way, proof);
    log.warn('server process cannot be reached: cluster.listen is not set at both', { node: peer.id });
  }

  #dialNear(path: string): void {
    const socket = connect(path);
    socket.on('connect', () => this.#wire?.send(['hello', this.#deps.self]));
    this.#follow(socket, true);
  }

  #dialFar({ host, port }: LinkPlace, proof: LinkProof): void {
    const { self } = this.#deps;
    // Whose certificate it is says nothing: the proof is bound to this connection.
    const socket = connectTls({ host, port, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
    socket.setTimeout(SILENT_MS, () => this.#isUp || socket.destroy());
    socket.on('secureConnect', () => {
      this.#wire?.send(['hello', { ...self, proof: proof.prove(socket, 'dialer', self) }]);
    });
    this.#follow(socket, false, (hello) => proof.isProven(socket as TLSSocket, 'listener', hello));
  }

  #follow(socket: Socket, isNear: boolean, isProven: (hello: Hello) => boolean = () => true): void {
    let fault: NodeJS.ErrnoException | undefined;
    const hear = (frame: Frame) => {
      if (this.#isUp || (frame[0] === 'hello' && isProven(frame[1]))) return this.#hear(frame, wire);
      wire.destroy();
    };
    const wire = createWire(socket, hear);
    this.#wire = wire;
    socket.on('error', (error) => (fault = error));
    socket.on('close', () => this.#lost(isNear ? fault : undefined));
  }

  #lost(fault: NodeJS.ErrnoException | undefined): void {
    const wasUp = this.#isUp;
    this.#isUp = false;
    this.#wire = undefined;
    this.#refuseAll();
    if (this.#isClosed) return;
    if (wasUp) this.#deps.onGap();
    // The system answers for a process of this machine that is gone; one that hangs still has its socket. What the
    // network says of a far one is no proof: only its count that stands still is.
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
