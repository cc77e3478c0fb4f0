import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { askInstance, TestSocket, type Frame, type VisitorSession } from './instance-client.ts';
import type { Instance } from './instance.ts';

/** Messages a visitor has under way at once. */
const WINDOW = 4;
const PAUSE_MS = 10;
/** After a blow everything is acknowledged within this. */
export const SETTLE_MS = 180_000;

/** A visitor who writes without end: what was not acknowledged is sent again, in order, with its id. */
export class Writer {
  readonly acked = new Map<string, number>();
  readonly sentOrder: string[] = [];
  readonly contradictions: string[] = [];
  /** When the last acknowledgement came, in milliseconds of this process. */
  ackedAtMs = 0;
  session: VisitorSession;
  #open: { id: string; text: string }[] = [];
  #isWriting = true;
  /** The server it writes to; another one from the next connection on. */
  instance: Instance;
  readonly #done: Promise<void>;

  constructor(instance: Instance, session: VisitorSession) {
    this.instance = instance;
    this.session = session;
    this.#done = this.#run();
  }

  /** Takes up no new message; resolves when each one is acknowledged. */
  async finish(): Promise<void> {
    this.#isWriting = false;
    await this.#done;
  }

  get isIdle(): boolean {
    return !this.#isWriting && this.#open.length === 0;
  }

  async #run(): Promise<void> {
    const endMs = () => performance.now() + SETTLE_MS;
    let limitMs = endMs();
    while (!this.isIdle) {
      if (this.#isWriting) limitMs = endMs();
      if (performance.now() > limitMs)
        throw new Error(`${this.#open.length} messages got no acknowledgement`);
      try {
        const socket = await TestSocket.enter(this.instance, this.session);
        await socket.next((frame) => frame.t === 'welcome', 5_000).catch(() => socket.close());
        await this.#write(socket);
        socket.close();
      } catch {
        await wait(100);
      }
    }
  }

  async #write(socket: TestSocket): Promise<void> {
    let heard = 0;
    let resendAtMs = 0;
    for (const item of this.#open) this.#send(socket, item);
    while (socket.isOpen && !this.isIdle) {
      for (; heard < socket.frames.length; heard += 1) {
        const frame = socket.frames[heard] as Frame;
        if (frame.t === 'ack') this.#acknowledge(frame);
        if (frame.t === 'error') resendAtMs ||= performance.now() + Math.min(frame.retryMs ?? 300, 300);
      }
      if (resendAtMs > 0) {
        if (performance.now() > resendAtMs) {
          resendAtMs = 0;
          for (const item of this.#open) this.#send(socket, item);
        }
      } else if (this.#isWriting && this.#open.length < WINDOW) {
        const item = { id: randomUUID(), text: `消息 ${this.sentOrder.length}` };
        this.sentOrder.push(item.id);
        this.#open.push(item);
        this.#send(socket, item);
      }
      await wait(PAUSE_MS);
    }
  }

  #send(socket: TestSocket, item: { id: string; text: string }): void {
    socket.send({ t: 'send', id: item.id, kind: 'text', text: item.text });
  }

  #acknowledge({ id, seq }: Frame): void {
    this.ackedAtMs = performance.now();
    const known = this.acked.get(id as string);
    if (known !== undefined && known !== seq) this.contradictions.push(`${id}: ${known}, then ${seq}`);
    this.acked.set(id as string, seq as number);
    this.#open = this.#open.filter((item) => item.id !== id);
  }
}

/** A program that makes tickets, each under a key, and asks again until it is told 201. */
export class TicketMaker {
  readonly made = new Map<string, { id: string; number: number }>();
  readonly surprises: string[] = [];
  #isMaking = true;
  readonly #instance: Instance;
  readonly #token: string;
  readonly #done: Promise<void>;

  constructor(instance: Instance) {
    this.#instance = instance;
    this.#token = instance.token;
    this.#done = this.#run();
  }

  async finish(): Promise<void> {
    this.#isMaking = false;
    await this.#done;
  }

  post(key: string) {
    return askInstance(this.#instance, '/api/v1/tickets', {
      headers: { Authorization: `Bearer ${this.#token}`, 'Idempotency-Key': key },
      body: { subject: subjectOf(key), description: '服务器在写入时被终止。' },
    });
  }

  async #run(): Promise<void> {
    while (this.#isMaking) {
      const key = randomUUID();
      const endMs = performance.now() + SETTLE_MS;
      while (!this.made.has(key) && performance.now() < endMs) {
        const reply = await this.post(key).catch(() => undefined);
        if (reply?.status === 201) this.made.set(key, reply.json);
        else if (reply && reply.status !== 503) this.surprises.push(`${reply.status} ${reply.text}`);
        if (reply?.status !== 201) await wait(100);
      }
      if (!this.made.has(key)) throw new Error(`ticket ${key} was never made`);
      await wait(PAUSE_MS * 5);
    }
  }
}

/** The whole conversation as a new device of the visitor gets it. */
export async function readAll(instance: Instance, session: VisitorSession): Promise<Frame[]> {
  const socket = await TestSocket.enter(instance, session);
  const { last } = await socket.next((frame) => frame.t === 'welcome');
  if (last > 0) await socket.next((frame) => frame.t === 'message' && frame.seq >= last, SETTLE_MS);
  socket.close();
  return socket.frames.filter((frame) => frame.t === 'message');
}

/** A subject that no mask changes: a key holds runs of digits that look like a phone number. */
export function subjectOf(key: string): string {
  return `故障演练 ${key.replace(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)))}`;
}
