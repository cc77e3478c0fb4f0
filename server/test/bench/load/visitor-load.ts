import { WebSocket } from 'ws';
import { createIds, systemClock } from '../../../kernel/index.ts';
import { randomBytes } from '../../../platform/crypto/index.ts';

/** What one run of a generator saw. Times in milliseconds. */
export interface LoadResult {
  sent: number;
  acked: number;
  ackMs: number[];
  /** Acknowledgements whose `seq` was not the one after the last, and refused messages. */
  outOfStep: number;
  refused: number;
  seconds: number;
}

/** Orders of the parent process. */
export type LoadOrder =
  | { order: 'open'; url: string; address: string; count: number }
  | { order: 'pages'; url: string; address: string; count: number; sessions: number }
  | { order: 'silent'; url: string; address: string; count: number; addresses: number }
  | { order: 'count-pages' }
  | { order: 'cut' }
  | { order: 'storm' }
  | { order: 'closed-loop'; ms: number }
  | { order: 'fixed-rate'; perSecond: number; ms: number };

const TEXTS = [
  '你好，我的银行卡昨天在商场丢了，想马上挂失并且补办一张新的卡，请问手续费要多少钱？',
  '请问信用卡账单日可以改吗？我想改到每个月的十五号，发工资以后再还款比较方便。',
  '刚才转账提示失败，但是钱已经扣了，请帮我查一下什么时候能退回来，谢谢。',
  'My transfer to another bank failed but the money has left my account; when does it come back?',
];
const OPEN_AT_ONCE = 12;
const TICK_MS = 5;
const DRAIN_MS = 10_000;
const ids = createIds({ clock: systemClock, randomBytes });

interface Sender {
  socket: WebSocket;
  lastSeq: number;
  /** Instants of the messages that wait for their acknowledgement. */
  waiting: Map<string, number>;
}

/** Customers at their sockets, all in this process. */
export class VisitorLoad {
  readonly #senders: Sender[] = [];
  #result = emptyResult();
  #onAck: (sender: Sender) => void = () => undefined;

  /** Opens sessions and sockets; answers the conversations' ids. */
  async open(url: string, address: string, count: number): Promise<string[]> {
    const conversations: string[] = [];
    let left = count;
    const work = async () => {
      while (left > 0) {
        left -= 1;
        conversations.push(await this.#openOne(url, address));
      }
    };
    await Promise.all(Array.from({ length: OPEN_AT_ONCE }, work));
    return conversations;
  }

  async #openOne(url: string, address: string): Promise<string> {
    const response = await fetch(`${url}/api/v1/visitor/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ site: 'demo' }),
    });
    if (!response.ok) throw new Error(`no visitor session: ${response.status} ${await response.text()}`);
    const { token, conversationId } = (await response.json()) as { token: string; conversationId: string };
    const target = `${url.replace('http', 'ws')}/ws/visitor`;
    const socket = new WebSocket(target, 'vaultdesk.v1', { perMessageDeflate: false, localAddress: address });
    const sender: Sender = { socket, lastSeq: 0, waiting: new Map() };
    await new Promise<void>((done, fail) => {
      socket.once('open', () => socket.send(JSON.stringify({ t: 'hello', token, after: 0 })));
      socket.once('message', () => done());
      socket.once('error', fail);
    });
    socket.on('message', (data: Buffer) => this.#hear(sender, data));
    this.#senders.push(sender);
    return conversationId;
  }

  /** Every sender writes its next message when the last one is acknowledged. */
  async closedLoop(ms: number): Promise<LoadResult> {
    this.#result = emptyResult();
    const startedMs = performance.now();
    this.#onAck = (sender) => this.#send(sender);
    for (const sender of this.#senders) this.#send(sender);
    await sleep(ms);
    this.#onAck = () => undefined;
    return this.#finish(startedMs);
  }

  /** Messages go out at their time whether or not earlier ones are acknowledged. */
  async fixedRate(perSecond: number, ms: number): Promise<LoadResult> {
    this.#result = emptyResult();
    const startedMs = performance.now();
    let sent = 0;
    await new Promise<void>((done) => {
      const timer = setInterval(() => {
        const elapsedMs = Math.min(ms, performance.now() - startedMs);
        for (const due = Math.floor((elapsedMs * perSecond) / 1000); sent < due; sent += 1) {
          this.#send(this.#senders[sent % this.#senders.length] as Sender);
        }
        if (elapsedMs < ms) return;
        clearInterval(timer);
        done();
      }, TICK_MS);
    });
    return this.#finish(startedMs);
  }

  async #finish(startedMs: number): Promise<LoadResult> {
    const result = this.#result;
    const { acked } = result;
    result.seconds = (performance.now() - startedMs) / 1000;
    const deadlineMs = performance.now() + DRAIN_MS;
    while (performance.now() < deadlineMs && this.#senders.some(({ waiting }) => waiting.size > 0)) {
      await sleep(TICK_MS);
    }
    // The rate is that of the window; what the drain brought counts as delivered, not as faster.
    return { ...result, seconds: (result.seconds * result.acked) / Math.max(1, acked) };
  }

  #send(sender: Sender): void {
    const id = ids.next();
    sender.waiting.set(id, performance.now());
    const text = `${TEXTS[this.#result.sent % TEXTS.length]} #${Date.now().toString(36)}`;
    this.#result.sent += 1;
    sender.socket.send(JSON.stringify({ t: 'send', id, kind: 'text', text }));
  }

  #hear(sender: Sender, data: Buffer): void {
    const frame = JSON.parse(data.toString('utf8')) as { t: string; id?: string; seq?: number };
    if (frame.t === 'error') this.#result.refused += 1;
    if (frame.t === 'message') sender.lastSeq = Math.max(sender.lastSeq, frame.seq ?? 0);
    if (frame.t !== 'ack') return;
    const sentMs = sender.waiting.get(frame.id ?? '');
    if (sentMs === undefined) return;
    sender.waiting.delete(frame.id ?? '');
    if (frame.seq !== sender.lastSeq + 1) this.#result.outOfStep += 1;
    sender.lastSeq = frame.seq ?? 0;
    this.#result.acked += 1;
    this.#result.ackMs.push(performance.now() - sentMs);
    this.#onAck(sender);
  }
}

function emptyResult(): LoadResult {
  return { sent: 0, acked: 0, ackMs: [], outOfStep: 0, refused: 0, seconds: 0 };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
