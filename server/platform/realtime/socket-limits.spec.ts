import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import type { SocketLimits } from './gate.ts';
import { createSocketServer, type SocketConnection, type SocketServer } from './socket-server.ts';

const KIB = 1024;
const LIMITS: SocketLimits = {
  ...{ connectionsMax: 1_000, silentMax: 1_000, silentPerAddressMax: 1_000, helloMs: 60_000 },
  ...{
    frameBytesMax: 64 * KIB,
    framesWaitingMax: 64,
    waitingBytesMax: 1024 * KIB,
    unreadBytesMax: 1024 * KIB,
  },
};
const PATHS = { visitor: '/ws/visitor', staff: '/ws/staff' };
/** What one read of a socket brings at most, and a frame that stands across its end. */
const READ_BYTES = 128 * KIB;

describe('what sockets may take up', () => {
  let server: Server;
  let sockets: SocketServer;
  let faults: unknown[];
  /** What a frame waits for. */
  let blocked: Promise<void>;
  let release: () => void;
  let handled: { who: unknown; n: unknown }[];

  async function serve(limits: Partial<SocketLimits>): Promise<void> {
    [faults, handled] = [[], []];
    server = createServer();
    sockets = createSocketServer({
      isKnownHost: () => true,
      endpoints: Object.values(PATHS).map((path) => ({
        path,
        isSignedIn: path === PATHS.staff,
        accept: async () => true,
        open: (connection) => ({
          onFrame: (frame) => take(connection, frame),
          onMalformed: (code) => connection.send({ t: 'error', code }),
          onClose: () => undefined,
        }),
      })),
      clientAddress: ({ headers }) => String(headers['x-address'] ?? '127.0.0.1'),
      isLimited: (address) => address !== '127.0.0.1',
      limits: { ...LIMITS, ...limits },
      onFault: (error) => faults.push(error),
    });
    sockets.attach(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  }
  async function take(connection: SocketConnection, frame: Record<string, unknown>): Promise<void> {
    if (frame.t === 'hello') {
      connection.markReady();
      return connection.send({ t: 'welcome' });
    }
    if (frame.t === 'ping') return connection.send({ t: 'pong' });
    await blocked;
    handled.push({ who: frame.who, n: frame.n });
    connection.send({ t: 'done', n: frame.n });
  }
  beforeEach(() => {
    blocked = new Promise((done) => (release = done));
  });
  afterEach(async () => {
    release();
    sockets.close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    expect(faults).to.deep.equal([]);
  });

  async function connect(options: { path?: string; address?: string } = {}): Promise<WebSocket> {
    const { port } = server.address() as AddressInfo;
    const headers = options.address === undefined ? {} : { 'x-address': options.address };
    const url = `ws://127.0.0.1:${port}${options.path ?? PATHS.visitor}`;
    const socket = new WebSocket(url, 'vaultdesk.v1', { headers });
    await new Promise((done, fail) => {
      socket.once('open', done);
      socket.once('error', fail);
    });
    return socket;
  }
  const refusalOf = (options?: Parameters<typeof connect>[0]) =>
    connect(options).then(
      () => 'taken',
      (error: Error) => error.message,
    );
  const next = (socket: WebSocket, isMeant: (frame: { t: string; n?: number }) => boolean) =>
    new Promise<void>((done) => {
      const hear = (data: Buffer) => {
        if (!isMeant(JSON.parse(data.toString('utf8')) as { t: string; n?: number })) return;
        socket.off('message', hear);
        done();
      };
      socket.on('message', hear);
    });
  async function greet(socket: WebSocket): Promise<WebSocket> {
    const welcome = next(socket, ({ t }) => t === 'welcome');
    socket.send('{"t":"hello"}');
    await welcome;
    return socket;
  }
  const times = <T>(count: number, make: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, index) => make(index)));

  it('takes five hundred that never say hello, no more, and the staff all the same', async () => {
    await serve({ silentMax: 500 });
    const silent = await times(500, () => connect());
    expect(await refusalOf()).to.include('503');
    expect(await refusalOf({ path: PATHS.staff })).to.equal('taken');
    for (const socket of silent) socket.terminate();
    let answer = '503';
    while (answer.includes('503')) answer = await refusalOf();
    expect(answer).to.equal('taken');
  });

  it('closes those that never say hello, and leaves the others', async () => {
    await serve({ helloMs: 300 });
    const closed = await times(50, async () => {
      const socket = await connect();
      return new Promise<number>((done) => socket.once('close', done));
    });
    expect(new Set(closed)).to.deep.equal(new Set([4408]));
    const greeted = await greet(await connect());
    const silent = await connect();
    await new Promise((done) => silent.once('close', done));
    expect(greeted.readyState).to.equal(WebSocket.OPEN);
  });

  it('lets the silent ones of one address take no room from others', async () => {
    await serve({ silentPerAddressMax: 3 });
    const address = '203.0.113.7';
    const silent = await times(3, () => connect({ address }));
    expect(await refusalOf({ address })).to.include('503');
    await greet(await connect({ address: '203.0.113.8' }));
    // Who speaks makes room at once.
    await greet(silent[0] as WebSocket);
    expect(await refusalOf({ address })).to.equal('taken');
    expect(await refusalOf({ address })).to.include('503');
  });

  it('takes so many visitors and keeps room for the staff', async () => {
    await serve({ connectionsMax: 20 });
    const visitors = await times(20, async () => greet(await connect()));
    expect(await refusalOf()).to.include('503');
    await times(2, () => connect({ path: PATHS.staff }));
    expect(await refusalOf({ path: PATHS.staff })).to.include('503');
    const [first] = visitors as [WebSocket];
    first.terminate();
    let answer = '503';
    while (answer.includes('503')) answer = await refusalOf({ path: PATHS.staff });
    expect(answer).to.equal('taken');
  });

  it('stops reading a socket whose frames wait, serves the others, and handles all of them in order', async () => {
    await serve({});
    const flood = await connect();
    const pad = 'x'.repeat(10_000);
    const count = 5_000;
    for (let n = 0; n < count; n += 1) flood.send(JSON.stringify({ t: 'send', n, pad }));
    const other = await connect();
    for (let round = 0; round < 100; round += 1) {
      const pong = next(other, ({ t }) => t === 'pong');
      other.send('{"t":"ping"}');
      await pong;
    }
    // 50 MB were sent; what neither the server nor the system took is with the sender still.
    expect(sockets.waitingBytes).to.be.within(1, 64 * 10_100 + READ_BYTES);
    expect(flood.bufferedAmount).to.be.greaterThan(20_000_000);
    const last = next(flood, ({ n }) => n === count - 1);
    release();
    await last;
    expect(handled.map(({ n }) => n)).to.deep.equal(Array.from({ length: count }, (_, n) => n));
    expect(sockets.waitingBytes).to.equal(0);
  });

  it('keeps what waits for all sockets together under the mark', async () => {
    const waitingBytesMax = 512 * KIB;
    await serve({ waitingBytesMax, framesWaitingMax: 10_000 });
    const pad = 'x'.repeat(50_000);
    const [count, frames] = [20, 40];
    const senders = await times(count, () => connect());
    const ends = senders.map((socket) => next(socket, ({ n }) => n === frames - 1));
    senders.forEach((socket, who) => {
      for (let n = 0; n < frames; n += 1) socket.send(JSON.stringify({ t: 'send', who, n, pad }));
    });
    const other = await connect();
    for (let round = 0; round < 100; round += 1) {
      const pong = next(other, ({ t }) => t === 'pong');
      other.send('{"t":"ping"}');
      await pong;
      expect(sockets.waitingBytes).to.be.at.most(waitingBytesMax + count * READ_BYTES);
    }
    expect(sockets.waitingBytes).to.be.greaterThan(waitingBytesMax);
    release();
    await Promise.all(ends);
    for (let who = 0; who < count; who += 1) {
      const own = handled.filter((frame) => frame.who === who).map(({ n }) => n);
      expect(own).to.deep.equal(Array.from({ length: frames }, (_, n) => n));
    }
    expect(sockets.waitingBytes).to.equal(0);
  });
});
