import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import {
  askInstance,
  openVisitor,
  startListening,
  TestSocket,
  untilReady,
  type Frame,
  type VisitorSession,
} from './support/instance-client.ts';
import { Instance } from './support/instance.ts';

const IS_LONG = process.env['VAULTDESK_TEST_LONG'] === '1';
const SERVER_KILLS = IS_LONG ? 100 : 2;
const DATABASE_KILLS = IS_LONG ? 100 : 2;
const VISITORS = 4;
/** Messages a visitor has under way at once. */
const WINDOW = 4;
const PAUSE_MS = 10;
const SETTLE_MS = 60_000;

/** A visitor who writes without end: what was not acknowledged is sent again, in order, with its id. */
class Writer {
  readonly acked = new Map<string, number>();
  readonly sentOrder: string[] = [];
  readonly contradictions: string[] = [];
  session: VisitorSession;
  #open: { id: string; text: string }[] = [];
  #isWriting = true;
  readonly #instance: Instance;
  readonly #done: Promise<void>;

  constructor(instance: Instance, session: VisitorSession) {
    this.#instance = instance;
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
        const socket = await TestSocket.enter(this.#instance, this.session);
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
    const known = this.acked.get(id as string);
    if (known !== undefined && known !== seq) this.contradictions.push(`${id}: ${known}, then ${seq}`);
    this.acked.set(id as string, seq as number);
    this.#open = this.#open.filter((item) => item.id !== id);
  }
}

/** A program that makes tickets, each under a key, and asks again until it is told 201. */
class TicketMaker {
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
      body: { subject: `故障演练 ${key}`, description: '服务器在写入时被终止。' },
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
async function readAll(instance: Instance, session: VisitorSession): Promise<Frame[]> {
  const socket = await TestSocket.enter(instance, session);
  const { last } = await socket.next((frame) => frame.t === 'welcome');
  if (last > 0) await socket.next((frame) => frame.t === 'message' && frame.seq >= last, SETTLE_MS);
  socket.close();
  return socket.frames.filter((frame) => frame.t === 'message');
}

describe('kill -9 under load', function () {
  this.timeout(IS_LONG ? 3_600_000 : 180_000);
  const instance = new Instance();
  let writers: Writer[] = [];
  let tickets: TicketMaker;

  before(async () => {
    await startListening(instance);
    const sessions = await Promise.all(Array.from({ length: VISITORS }, () => openVisitor(instance)));
    writers = sessions.map((session) => new Writer(instance, session));
    tickets = new TicketMaker(instance);
  });
  after(() => instance.dispose());

  const ackedCount = () => writers.reduce((sum, { acked }) => sum + acked.size, 0);
  /** The blow falls while work is under way: some more was acknowledged since the last one. */
  const underLoad = async () => {
    const [messages, made] = [ackedCount(), tickets.made.size];
    const endMs = performance.now() + SETTLE_MS;
    while (ackedCount() < messages + VISITORS * 5 || tickets.made.size < made + 2) {
      if (performance.now() > endMs) throw new Error('nothing is acknowledged any more');
      await wait(PAUSE_MS);
    }
    await wait(Math.random() * 50);
  };

  it('of the server: it comes back by a new start', async () => {
    for (let kill = 0; kill < SERVER_KILLS; kill += 1) {
      await underLoad();
      await instance.kill();
      await startListening(instance);
    }
  });

  it('of PostgreSQL: it comes back by itself, and the server stays', async () => {
    const { server } = instance.status.pids;
    for (let kill = 0; kill < DATABASE_KILLS; kill += 1) {
      await underLoad();
      instance.killDatabase();
      await untilReady(instance);
    }
    await underLoad();
    expect(instance.status.pids.server).to.equal(server);
  });

  it('of both at once', async () => {
    await underLoad();
    instance.killDatabase();
    await instance.kill();
    await startListening(instance);
    await underLoad();
  });

  it('leaves every acknowledged message there once, in order, without a gap', async () => {
    await Promise.all(writers.map((writer) => writer.finish()));
    for (const { session, acked, sentOrder, contradictions } of writers) {
      expect(contradictions).to.deep.equal([]);
      const messages = await readAll(instance, session);
      expect(messages.map(({ seq }) => seq)).to.deep.equal(messages.map((_, index) => index + 1));
      const own = messages.filter(({ from }) => from === 'requester');
      expect(own.map(({ id }) => id)).to.deep.equal(sentOrder);
      expect(own.map(({ text }) => text)).to.deep.equal(sentOrder.map((_, index) => `消息 ${index}`));
      expect(own.map(({ id, seq }) => [id, seq])).to.deep.equal(sentOrder.map((id) => [id, acked.get(id)]));
    }
  });

  it('leaves every acknowledged ticket there once, and its key still means it', async () => {
    await tickets.finish();
    expect(tickets.surprises).to.deep.equal([]);
    const headers = { Authorization: `Bearer ${instance.token}` };
    const numbers = new Set<number>();
    for (const [key, { id, number }] of tickets.made) {
      const found = await askInstance(instance, `/api/v1/tickets/${id}`, { headers });
      expect(found.json).to.deep.include({ id, number, subject: `故障演练 ${key}` });
      expect((await tickets.post(key)).json).to.deep.include({ id, number });
      numbers.add(number);
    }
    expect(numbers.size).to.equal(tickets.made.size);
    const page = await askInstance(instance, '/api/v1/tickets?limit=200', { headers });
    const subjects = (page.json.items as { subject: string }[]).map(({ subject }) => subject);
    expect(new Set(subjects).size).to.equal(subjects.length);
  });

  it('leaves a trail that verifies whole', async () => {
    const { code, stdout, stderr } = await instance.vaultdesk('audit', 'verify');
    expect({ code, said: code === 0 ? '' : stdout + stderr }).to.deep.equal({ code: 0, said: '' });
  });
});
