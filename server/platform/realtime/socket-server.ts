import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { encodeFrame, encodeText, type EncodedFrame } from './frame.ts';
import { createGate, type Gate, type Pass, type SocketLimits } from './gate.ts';

/** Close codes of the protocol. */
export const CLOSE = {
  helloTimeout: 4408,
  tooLarge: 1009,
  unauthorised: 4401,
  /** The session ended or its account has other rights: come back, and the server says which. */
  rightsChanged: 4410,
  draining: 1012,
  policy: 1008,
} as const;

/** What a refused peer has to read its refusal. */
const REFUSED_MS = 1_000;
const SUBPROTOCOL = 'vaultdesk.v1';
const PING_EVERY_MS = 30_000;
/** Heartbeats are spread over this many slots, so that no tick writes to every socket at once. */
const PING_SLOTS = 30;
/** Bytes kept back for one system call; more are handed on, so that only a slow receiver fills its buffer. */
const GATHERED_BYTES_MAX = 64 * 1024;

/** One open socket. Frames are JSON objects in text frames. */
export interface SocketConnection {
  readonly ip: string;
  readonly isOpen: boolean;
  /** Sends a frame; a receiver that does not read is dropped at `unreadBytesMax` and catches up by resume. */
  send(frame: object): void;
  /** Sends a frame whose JSON the caller wrote: for the few that go out with every message. */
  sendText(json: string): void;
  /** Sends a frame that was encoded once for many receivers. */
  sendEncoded(frame: EncodedFrame): void;
  close(code: number, reason: string): void;
  /** Ends the wait for the hello. */
  markReady(): void;
}

/** Says that a frame is not dealt with yet. */
export const LATER = Symbol('later');

/** What an endpoint does with a connection. Frames come one after the other. */
export interface SocketHandlers {
  /** Gives a promise or, for frames that come by the thousand, `LATER`, and calls `next` once, after it has returned. */
  onFrame(frame: Record<string, unknown>, next: () => void): Promise<void> | void | typeof LATER;
  /** A frame that is no JSON object, or one over `frameBytesMax`, after which the socket is closed with 1009. */
  onMalformed(code: 'frame.malformed' | 'frame.too_large'): void;
  onClose(): void;
}

/** A path that speaks `vaultdesk.v1`. */
export interface SocketEndpoint {
  path: string;
  /** Whether only those are accepted who signed in before. */
  isSignedIn?: boolean;
  /** Whether this request may open a socket: Host, Origin, cookie. Refused requests get 403. */
  accept(request: IncomingMessage): Promise<boolean>;
  open(connection: SocketConnection, request: IncomingMessage): SocketHandlers;
}

/** Sockets on an HTTP server. */
export interface SocketServer {
  attach(server: Server): void;
  readonly count: number;
  /** Bytes of frames that wait for the ones before them. */
  readonly waitingBytes: number;
  /** Tells every peer to come back later, and closes. */
  close(): void;
}

interface Live {
  socket: WebSocket;
  isAlive: boolean;
  slot: number;
}

/** What sockets need. */
export interface SocketServerDeps {
  endpoints: readonly SocketEndpoint[];
  clientAddress(request: IncomingMessage): string;
  onFault(error: unknown): void;
  limits: SocketLimits;
  /** Whether a request names one host, and one of ours. */
  isKnownHost(request: IncomingMessage): boolean;
  /** A request to open a socket was refused. */
  onRefused?(refusal: { status: number; ip: string }): void;
  /** Whether sockets of an address are counted; the loopback is left alone by default. */
  isLimited(address: string): boolean;
}

/** Speaks the socket protocol's envelope: frames, limits, heartbeats, back-pressure. permessage-deflate is off. */
export function createSocketServer(deps: SocketServerDeps): SocketServer {
  const { limits } = deps;
  const gate = createGate(limits, (address) => deps.isLimited(address));
  const sockets = new WebSocketServer({
    noServer: true,
    // Up to this a frame is read, so that it can be refused by name; a larger one is cut off with 1009 unread.
    maxPayload: 4 * limits.frameBytesMax,
    // Compression costs 6 to 11 times the CPU and 300 KiB a connection.
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  const live = new Set<Live>();
  let slot = 0;
  const heartbeat = setInterval(() => {
    slot = (slot + 1) % PING_SLOTS;
    for (const peer of live) if (peer.slot === slot) beat(peer);
  }, PING_EVERY_MS / PING_SLOTS);
  heartbeat.unref();

  async function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    const ip = deps.clientAddress(request);
    const refuse = (status: number) => {
      deps.onRefused?.({ status, ip });
      hangUp(stream, status);
    };
    const endpoint = endpointFor(request, deps);
    if (typeof endpoint === 'number') return refuse(endpoint);
    // Whoever says hello makes room at once; only those who never do can fill the place.
    const pass = gate.enter(ip, endpoint.isSignedIn === true);
    if (!pass) return refuse(503);
    stream.once('close', () => pass.leave());
    if (!(await endpoint.accept(request))) return refuse(403);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      const peer: Live = { socket, isAlive: true, slot: Math.floor(live.size % PING_SLOTS) };
      live.add(peer);
      socket.on('pong', () => (peer.isAlive = true));
      socket.on('close', () => live.delete(peer));
      const wire = { socket, stream, gate, pass, limits };
      serve(wire, ip, (connection) => endpoint.open(connection, request), deps.onFault);
    });
  }

  return {
    attach(server) {
      server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
        stream.on('error', () => stream.destroy());
        upgrade(request, stream, head).catch((error: unknown) => {
          deps.onFault(error);
          hangUp(stream, 500);
        });
      });
    },
    get count() {
      return live.size;
    },
    get waitingBytes() {
      return gate.waitingBytes;
    },
    close() {
      clearInterval(heartbeat);
      for (const { socket } of live) socket.close(CLOSE.draining, 'server.draining');
    },
  };
}

/** The endpoint that a request asks for, or the status of its refusal. */
function endpointFor(
  request: IncomingMessage,
  { endpoints, isKnownHost }: Pick<SocketServerDeps, 'endpoints' | 'isKnownHost'>,
): SocketEndpoint | number {
  if (!isKnownHost(request)) return 421;
  // Compared as text: an address that has to be read first ("//", "/ws/../ws") is none of ours.
  const [path] = (request.url ?? '').split('?');
  const offered = String(request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
  const endpoint = endpoints.find((candidate) => candidate.path === path);
  if (endpoint === undefined) return 404;
  return offered.includes(SUBPROTOCOL) ? endpoint : 400;
}

function hangUp(stream: Duplex, status: number): void {
  stream.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
  // Whoever does not hang up after a no is hung up on: the server's own limits do not hold for this stream any more.
  setTimeout(() => stream.destroy(), REFUSED_MS).unref();
}

function beat(peer: Live): void {
  if (!peer.isAlive) {
    peer.socket.terminate();
    return;
  }
  peer.isAlive = false;
  peer.socket.ping();
}

/** A socket, the stream below it, and what it may take up. */
interface Wire {
  socket: WebSocket;
  stream: Duplex;
  gate: Gate;
  pass: Pass;
  limits: SocketLimits;
}

function serve(
  wire: Wire,
  ip: string,
  open: (connection: SocketConnection) => SocketHandlers,
  onFault: (error: unknown) => void,
): void {
  const { socket, gate, pass, limits } = wire;
  const helloTimer = setTimeout(() => socket.close(CLOSE.helloTimeout, 'hello expected'), limits.helloMs);
  const endWait = () => {
    clearTimeout(helloTimer);
    pass.greet();
  };
  const connection = toConnection(wire, ip, endWait);
  const handlers = open(connection);
  const waiting: { data: Buffer; isBinary: boolean }[] = [];
  let isWorking = false;
  const next = () => {
    isWorking = false;
    work();
  };
  const fail = (error: unknown) => {
    onFault(error);
    next();
  };
  const deal = ({ data, isBinary }: { data: Buffer; isBinary: boolean }) => {
    gate.count(-data.length);
    try {
      if (data.length <= limits.frameBytesMax) return dispatch(handlers, { data, isBinary, next });
      refuseLarge(connection, handlers);
    } catch (error) {
      onFault(error);
    }
    return undefined;
  };
  const work = () => {
    while (!isWorking) {
      const frame = waiting.shift();
      if (frame === undefined) break;
      const outcome = deal(frame);
      isWorking = outcome !== undefined;
      if (outcome instanceof Promise) outcome.then(next, fail);
    }
    if (!isWorking && socket.isPaused) socket.resume();
  };
  socket.on('message', (data: RawData, isBinary: boolean) => {
    const frame = data as Buffer;
    waiting.push({ data: frame, isBinary });
    gate.count(frame.length);
    if (isWorking) {
      if (waiting.length >= limits.framesWaitingMax || gate.isOverMark) socket.pause();
    } else work();
  });
  // A broken frame closes the socket with its own code (1007, 1009); the close handler does the rest.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    endWait();
    handlers.onClose();
  });
}

function refuseLarge(connection: SocketConnection, handlers: SocketHandlers): void {
  handlers.onMalformed('frame.too_large');
  // Through the connection, which lets go of what it gathered first: the refusal by name.
  connection.close(CLOSE.tooLarge, 'frame.too_large');
}

function dispatch(
  handlers: SocketHandlers,
  { data, isBinary, next }: { data: Buffer; isBinary: boolean; next: () => void },
): Promise<void> | void | typeof LATER {
  let frame: unknown;
  try {
    frame = isBinary ? undefined : JSON.parse(data.toString('utf8'));
  } catch {
    frame = undefined;
  }
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame))
    return handlers.onMalformed('frame.malformed');
  return handlers.onFrame(frame as Record<string, unknown>, next);
}

function toConnection({ socket, stream, limits }: Wire, ip: string, markReady: () => void): SocketConnection {
  let gathered: EncodedFrame[] = [];
  let gatheredBytes = 0;
  const release = () => {
    if (gatheredBytes === 0) return;
    const [first] = gathered;
    const bytes = gathered.length === 1 && first ? first : Buffer.concat(gathered, gatheredBytes);
    gathered = [];
    gatheredBytes = 0;
    // Whoever said goodbye since is not spoken to: RFC 6455 §5.5.1 lets nothing follow the close frame.
    if (socket.readyState === socket.OPEN) stream.write(bytes);
  };
  /**
   * What is said in one turn of the event loop leaves in one system call: a batch brings an agent many frames. They
   * go past the library's sender, which has nothing to add to a frame that is neither masked nor compressed; its own
   * frames (ping, close) take the same stream, so the order holds.
   */
  const write = (frame: EncodedFrame) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > limits.unreadBytesMax) {
      socket.terminate();
      return;
    }
    gathered.push(frame);
    gatheredBytes += frame.length;
    if (gatheredBytes > GATHERED_BYTES_MAX) release();
    else if (gathered.length === 1) process.nextTick(release);
  };
  return {
    ip,
    get isOpen() {
      return socket.readyState === socket.OPEN;
    },
    send: (frame) => write(encodeFrame(frame)),
    sendText: (json) => write(encodeText(json)),
    sendEncoded: write,
    close: (code, reason) => {
      release();
      socket.close(code, reason);
    },
    markReady,
  };
}
