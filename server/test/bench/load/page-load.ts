import { WebSocket } from 'ws';
import { createIds, systemClock } from '../../../kernel/index.ts';
import { randomBytes } from '../../../platform/crypto/index.ts';

const OPEN_AT_ONCE = 40;
/** An address has some 28,000 ports to connect from; several of them also look more like many customers. */
const SOCKETS_PER_ADDRESS = 2_500;
const ids = createIds({ clock: systemClock, randomBytes });

/** Open pages of a generator: how many are open now, and how many of them have every message of their conversation. */
export interface PageCount {
  open: number;
  inStep: number;
}

/** What a storm brought. Milliseconds from the first attempt. */
export interface StormResult extends PageCount {
  inStepMs: number[];
}

interface Session {
  token: string;
  /** The last number a page of this session has to reach. */
  lastSeq: number;
}

interface Page {
  session: Session;
  address: string;
  socket: WebSocket | undefined;
  seenSeq: number;
  onStep: () => void;
}

/** Pages that customers leave open: they say hello, hear, and do nothing. Many belong to one customer, with as many tabs. */
export class PageLoad {
  readonly #pages: Page[] = [];
  #url = '';

  async open(order: { url: string; address: string; count: number; sessions: number }): Promise<PageCount> {
    this.#url = order.url;
    const sessions: Session[] = [];
    await atOnce(order.sessions, async () => void sessions.push(await this.#begin()));
    const addressAt = addressesFrom(order.address);
    const pages = Array.from({ length: order.count }, (_, index): Page => ({
      session: sessions[index % sessions.length] as Session,
      address: addressAt(Math.floor(index / SOCKETS_PER_ADDRESS)),
      ...{ socket: undefined, seenSeq: 0, onStep: () => undefined },
    }));
    this.#pages.push(...pages);
    await atOnce(pages.length, (index) => this.#connect(pages[index] as Page));
    return this.count();
  }

  /** Sockets without a word; they stay open until the server closes them. Answers how many it let in. */
  async openSilent(order: {
    url: string;
    address: string;
    count: number;
    addresses: number;
  }): Promise<number> {
    const addressAt = addressesFrom(order.address);
    let opened = 0;
    await atOnce(order.count, async (index) => {
      const localAddress = addressAt(index % order.addresses);
      const target = `${order.url.replace('http', 'ws')}/ws/visitor`;
      const socket = new WebSocket(target, 'vaultdesk.v1', { perMessageDeflate: false, localAddress });
      await new Promise<void>((done) => {
        socket.once('open', () => {
          opened += 1;
          done();
        });
        socket.on('error', () => done());
      });
    });
    return opened;
  }

  count(): PageCount {
    const open = this.#pages.filter(({ socket }) => socket?.readyState === WebSocket.OPEN);
    return { open: open.length, inStep: open.filter(isInStep).length };
  }

  /** Every page loses its connection, and one message a customer is written meanwhile. */
  async cut(): Promise<void> {
    for (const { socket } of this.#pages) socket?.terminate();
    const sessions = [...new Set(this.#pages.map(({ session }) => session))];
    await atOnce(sessions.length, (index) => this.#write(sessions[index] as Session));
  }

  /** All come back at once. */
  async storm(): Promise<StormResult> {
    const startedMs = performance.now();
    const inStepMs: number[] = [];
    await atOnce(this.#pages.length, async (index) => {
      const page = this.#pages[index] as Page;
      const inStep = new Promise<void>((done) => (page.onStep = done));
      await this.#connect(page);
      await inStep;
      inStepMs.push(performance.now() - startedMs);
    });
    return { ...this.count(), inStepMs };
  }

  async #begin(): Promise<Session> {
    const { token } = await this.#post<{ token: string }>('session', { site: 'demo' });
    return { token, lastSeq: 0 };
  }

  async #write(session: Session): Promise<void> {
    const message = { id: ids.next(), kind: 'text', text: '我的网络断了一下，请问还在吗？' };
    const { seq } = await this.#post<{ seq: number }>('messages', message, session.token);
    session.lastSeq = seq;
  }

  async #post<T>(path: string, body: object, token?: string): Promise<T> {
    const response = await fetch(`${this.#url}/api/v1/visitor/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  #connect(page: Page): Promise<void> {
    const target = `${this.#url.replace('http', 'ws')}/ws/visitor`;
    const options = { perMessageDeflate: false, localAddress: page.address };
    const socket = new WebSocket(target, 'vaultdesk.v1', options);
    page.socket = socket;
    return new Promise((done, fail) => {
      socket.once('error', fail);
      socket.once('open', () => {
        socket.off('error', fail);
        socket.on('error', () => undefined);
        socket.send(JSON.stringify({ t: 'hello', token: page.session.token, after: page.seenSeq }));
      });
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString('utf8')) as { t: string; seq?: number; last?: number };
        if (frame.t === 'welcome') done();
        if (frame.t === 'error') fail(new Error('the hello was refused'));
        if (frame.t === 'message') page.seenSeq = Math.max(page.seenSeq, frame.seq ?? 0);
        if (isInStep(page)) page.onStep();
      });
    });
  }
}

/** Every second address from the first on: the other process has those between. */
function addressesFrom(first: string): (index: number) => string {
  const at = first.lastIndexOf('.') + 1;
  return (index) => `${first.slice(0, at)}${Number(first.slice(at)) + 2 * index}`;
}

function isInStep({ seenSeq, session }: Page): boolean {
  return seenSeq >= session.lastSeq;
}

async function atOnce(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: OPEN_AT_ONCE }, worker));
}
