import { QueryClient } from '@tanstack/react-query';
import { expect } from 'chai';
import { createAgentSocket, type SocketLike, type SocketState } from './agent-socket.ts';
import { BACKOFF, computeBackoffMs } from './backoff.ts';
import { parseFrame, type ServerFrame } from './frames.ts';
import { applyToCache } from './live-cache.ts';

class FakeSocket implements SocketLike {
  readyState = 0;
  sent: Record<string, unknown>[] = [];
  isClosed = false;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.(undefined as never);
  }

  receive(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }

  drop(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

/** A connection with a clock that is moved by hand. */
function buildConnection() {
  const sockets: FakeSocket[] = [];
  const frames: ServerFrame[] = [];
  const states: SocketState[] = [];
  let timer: { work: () => void; ms: number } | undefined;
  let nowMs = 0;
  let refusedCount = 0;
  const connection = createAgentSocket({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    csrf: () => 'csrf',
    positions: () => ({ c1: 4 }),
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
    onRefused: () => refusedCount++,
    setTimeout: (work, ms) => {
      timer = { work, ms };
      return timer;
    },
    clearTimeout: () => {
      timer = undefined;
    },
    nowMs: () => nowMs,
    randomRatio: () => 0.5,
  });
  return {
    connection,
    sockets,
    frames,
    states,
    refusedCount: () => refusedCount,
    last: () => sockets[sockets.length - 1] as FakeSocket,
    timerMs: () => timer?.ms,
    fire(afterMs = 0) {
      nowMs += afterMs;
      const due = timer;
      timer = undefined;
      due?.work();
    },
  };
}

describe('agent socket', () => {
  it('says hello with the token and the last seq of each conversation', () => {
    const { connection, last } = buildConnection();
    connection.start();
    last().open();
    expect(last().sent[0]).to.deep.equal({ t: 'hello', csrf: 'csrf', after: { c1: 4 } });
  });

  it('is open only after the server spoke, and sends nothing else before', () => {
    const { connection, last, states } = buildConnection();
    connection.start();
    last().open();
    expect(connection.send({ t: 'typing', conversation: 'c1' })).to.equal(false);
    last().receive({ t: 'welcome' });
    expect(states).to.deep.equal(['connecting', 'open']);
    expect(connection.send({ t: 'typing', conversation: 'c1' })).to.equal(true);
  });

  it('comes back after a lost line, later each time, and says presence and hello again', () => {
    const built = buildConnection();
    built.connection.setPresence('busy');
    built.connection.start();
    built.last().open();
    built.last().receive({ t: 'welcome' });
    built.last().drop();
    const firstMs = built.timerMs() ?? 0;
    built.fire();
    built.last().drop();
    expect(built.timerMs()).to.be.greaterThan(firstMs);
    built.fire();
    built.last().open();
    expect(built.last().sent.map((frame) => frame['t'])).to.deep.equal(['hello', 'presence']);
    expect(built.sockets).to.have.length(3);
  });

  it('starts with short waits again once a connection has worked', () => {
    const built = buildConnection();
    built.connection.start();
    for (let round = 0; round < 4; round++) {
      built.last().drop();
      built.fire();
    }
    built.last().open();
    built.last().receive({ t: 'welcome' });
    built.last().drop();
    expect(built.timerMs()).to.equal(computeBackoffMs(0, 0.5));
  });

  it('gives up a line on which nothing was heard for too long', () => {
    const built = buildConnection();
    built.connection.start();
    built.last().open();
    built.last().receive({ t: 'welcome' });
    built.fire(20_000);
    expect(built.last().sent.pop()).to.deep.equal({ t: 'ping' });
    built.fire(30_000);
    expect(built.sockets[0]?.isClosed).to.equal(true);
    expect(built.connection.state()).to.equal('waiting');
  });

  it('stops and tells when the server ended the session', () => {
    const built = buildConnection();
    built.connection.start();
    built.last().open();
    built.last().drop(4401);
    expect(built.refusedCount()).to.equal(1);
    expect(built.connection.state()).to.equal('stopped');
    expect(built.timerMs()).to.equal(undefined);
  });

  it('comes back and asks about the session when the rights of the account have changed', () => {
    const built = buildConnection();
    built.connection.start();
    built.last().open();
    built.last().receive({ t: 'welcome' });
    built.last().drop(4410);
    expect(built.refusedCount()).to.equal(1);
    expect(built.connection.state()).to.equal('waiting');
    built.fire();
    expect(built.sockets).to.have.length(2);
  });

  it('asks about the session when the connection is refused again and again', () => {
    const built = buildConnection();
    built.connection.start();
    for (let round = 0; round < 4; round++) {
      built.last().drop();
      built.fire();
    }
    expect(built.refusedCount()).to.equal(1);
  });

  it('makes no new connection after it was stopped', () => {
    const built = buildConnection();
    built.connection.start();
    const socket = built.last();
    built.connection.stop();
    socket.drop();
    expect(built.timerMs()).to.equal(undefined);
    expect(built.sockets).to.have.length(1);
  });

  it('ignores texts that are no frames of the protocol', () => {
    const built = buildConnection();
    built.connection.start();
    built.last().open();
    for (const hostile of ['', 'null', '[]', '{', '{"t":"toString"}', '{"t":1}'])
      built.last().receive(hostile);
    expect(built.frames).to.deep.equal([]);
    expect(parseFrame('{"t":"queue","queued":2}')).to.deep.equal({ t: 'queue', queued: 2 });
  });

  it('knows the frame that says the bell has something new', () => {
    expect(parseFrame('{"t":"notice"}')).to.deep.equal({ t: 'notice' });
    const cache = new QueryClient();
    const keys = [
      ['notices', 'summary', 'en'],
      ['notices', 'list', {}],
      ['conversations', 'list', {}],
    ];
    for (const key of keys) cache.setQueryData(key, {});
    applyToCache(cache, { t: 'notice' }, 'me');
    const areStale = keys.map((key) => cache.getQueryState(key)?.isInvalidated);
    expect(areStale).to.deep.equal([true, true, false]);
    cache.clear();
  });
});

describe('backoff', () => {
  it('doubles up to its limit and always waits at least half a step', () => {
    expect(computeBackoffMs(0, 0)).to.equal(BACKOFF.firstMs / 2);
    expect(computeBackoffMs(1, 1)).to.equal(BACKOFF.firstMs * 2);
    expect(computeBackoffMs(1000, 1)).to.equal(BACKOFF.maxMs);
    expect(computeBackoffMs(1000, 0)).to.equal(BACKOFF.maxMs / 2);
  });
});
