import { request as httpsRequest } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Ask, Reply } from './ask.ts';
import type { Instance } from './instance.ts';

/** A frame of `vaultdesk.v1` as it came. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into frames of every form
export type Frame = Record<string, any>;

const FRAME_MS = 20_000;
const LOOK_EVERY_MS = 50;

/** One request to a running instance, over TLS, on a connection of its own. Rejects when the server is gone. */
export function askInstance(instance: Instance, path: string, options: Ask = {}): Promise<Reply> {
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const headers = {
    ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...options.headers,
  };
  const method = options.method ?? (body === undefined ? 'GET' : 'POST');
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(
      new URL(path, instance.url),
      { method, headers, agent: false, ca: instance.certificate },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('error', reject);
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString('utf8');
          const isJson = (answer.headers['content-type'] ?? '').includes('json');
          const json = isJson && text !== '' ? (JSON.parse(text) as unknown) : undefined;
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, bytes, json });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Asks again until `isGood`; throws with the last answer after `limitMs`. */
export async function askUntil(
  instance: Instance,
  path: string,
  isGood: (reply: Reply) => boolean,
  limitMs = 90_000,
): Promise<Reply> {
  const endMs = performance.now() + limitMs;
  let last: unknown;
  while (performance.now() < endMs) {
    try {
      const reply = await askInstance(instance, path);
      if (isGood(reply)) return reply;
      last = `${reply.status} ${reply.text}`;
    } catch (error) {
      last = error;
    }
    await wait(LOOK_EVERY_MS);
  }
  throw new Error(`${path} did not become what was waited for; last: ${String(last)}`);
}

/** Waits until the instance takes work. */
export async function untilReady(instance: Instance): Promise<void> {
  await askUntil(instance, '/readyz', ({ status }) => status === 200);
}

/** Starts the instance and waits until it takes work; the robot may still be learning. */
export async function startListening(instance: Instance): Promise<void> {
  await instance.startUntil(() => untilReady(instance));
}

/** A visitor's tokens on the demonstration site. */
export interface VisitorSession {
  token: string;
  resumeToken: string;
  conversationId: string;
}

/** Begins a conversation. */
export async function openVisitor(instance: Instance): Promise<VisitorSession> {
  const reply = await askInstance(instance, '/api/v1/visitor/session', { body: { site: 'demo' } });
  if (reply.status !== 200) throw new Error(`no visitor session: ${reply.status} ${reply.text}`);
  return reply.json as VisitorSession;
}

/** A socket that keeps what it hears. */
export class TestSocket {
  readonly frames: Frame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  readonly #listeners = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString('utf8')) as Frame);
      for (const listener of [...this.#listeners]) listener();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') }));
    });
    void this.closed.then(() => this.#listeners.forEach((listener) => listener()));
  }

  /** Opens `/ws/visitor`; rejects when the upgrade is refused. */
  static open(instance: Instance, path = '/ws/visitor'): Promise<TestSocket> {
    const url = new URL(path, instance.url.replace('https:', 'wss:'));
    const socket = new WebSocket(url, 'vaultdesk.v1', { ca: instance.certificate });
    const opened = new TestSocket(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(opened));
      socket.once('error', reject);
    });
  }

  /** Opens a socket and says hello. */
  static async enter(instance: Instance, session: VisitorSession, after = 0): Promise<TestSocket> {
    const socket = await TestSocket.open(instance);
    socket.send({ t: 'hello', token: session.token, after });
    return socket;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(frame: object | string): void {
    if (this.isOpen) this.#socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Called at each frame and at the end. */
  listen(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** The first frame that fits, already come or still to come. */
  async next(isIt: (frame: Frame) => boolean, limitMs = FRAME_MS): Promise<Frame> {
    const find = () => this.frames.find(isIt);
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find();
        if (!found && this.isOpen) return;
        clearTimeout(timer);
        this.#listeners.delete(look);
        if (found) resolve(found);
        else reject(new Error(`the socket closed; it had said ${JSON.stringify(this.frames.slice(-3))}`));
      };
      const timer = setTimeout(() => {
        this.#listeners.delete(look);
        reject(new Error(`no such frame; the last ones: ${JSON.stringify(this.frames.slice(-3))}`));
      }, limitMs);
      this.#listeners.add(look);
      look();
    });
  }

  close(): void {
    this.#socket.terminate();
  }
}
