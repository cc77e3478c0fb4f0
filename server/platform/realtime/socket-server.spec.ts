import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import type { SocketLimits } from './gate.ts';
import { createSocketServer, LATER, type SocketConnection, type SocketHandlers } from './socket-server.ts';

const PATH = '/ws/spec';
const KIB = 1024;
const LIMITS: SocketLimits = {
  ...{ connectionsMax: 100, silentMax: 8, silentPerAddressMax: 8, helloMs: 10_000 },
  ...{
    frameBytesMax: 64 * KIB,
    framesWaitingMax: 64,
    waitingBytesMax: 1024 * KIB,
    unreadBytesMax: 1024 * KIB,
  },
};

describe('the socket server', () => {
  let server: Server;
  let sockets: ReturnType<typeof createSocketServer>;
  let open: (connection: SocketConnection) => SocketHandlers;
  const faults: unknown[] = [];

  before(async () => {
    server = createServer();
    sockets = createSocketServer({
      isKnownHost: () => true,
      endpoints: [{ path: PATH, accept: async () => true, open: (connection) => open(connection) }],
      clientAddress: () => '127.0.0.1',
      limits: LIMITS,
      isLimited: () => false,
      onFault: (error) => faults.push(error),
    });
    sockets.attach(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  after(async () => {
    sockets.close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  async function connect(): Promise<WebSocket> {
    const { port } = server.address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}${PATH}`, 'vaultdesk.v1');
    await new Promise((done, fail) => {
      socket.once('open', done);
      socket.once('error', fail);
    });
    return socket;
  }
  /** Hears until `count` frames came. */
  function hear(socket: WebSocket, count: number): Promise<Record<string, unknown>[]> {
    const heard: Record<string, unknown>[] = [];
    return new Promise((done, fail) => {
      socket.on('close', (code) => fail(new Error(`closed with ${code} after ${heard.length} frames`)));
      socket.on('message', (data: Buffer) => {
        heard.push(JSON.parse(data.toString('utf8')) as Record<string, unknown>);
        if (heard.length === count) done(heard);
      });
    });
  }
  const plain = { onMalformed: () => undefined, onClose: () => undefined };

  it('does not compress, even when the peer offers to', async () => {
    open = () => ({ ...plain, onFrame: () => undefined });
    const socket = await connect();
    expect(socket.extensions).to.equal('');
    socket.terminate();
  });

  it('handles the frames of a connection one after the other, also after one that failed', async () => {
    open = (connection) => ({
      ...plain,
      async onFrame(frame) {
        await new Promise((resolve) => setImmediate(resolve));
        if (frame.n === 1) throw new Error('the second frame fails');
        connection.send({ n: frame.n });
      },
    });
    const socket = await connect();
    const heard = hear(socket, 199);
    for (let n = 0; n < 200; n += 1) socket.send(JSON.stringify({ n }));
    expect((await heard).map(({ n }) => n)).to.deep.equal([
      0,
      ...Array.from({ length: 198 }, (_, i) => i + 2),
    ]);
    expect(faults.splice(0)).to.have.length(1);
    socket.terminate();
  });

  it('waits for a frame that is dealt with later before it hands on the next one', async () => {
    const [called, ended]: [unknown[], unknown[]] = [[], []];
    open = (connection) => ({
      ...plain,
      onFrame(frame, next) {
        called.push(frame.n);
        if (frame.n === 2) throw new Error('the third frame fails at once');
        expect(called).to.have.length(ended.length + 1);
        setImmediate(() => {
          ended.push(frame.n);
          connection.send({ n: frame.n });
          next();
        });
        return LATER;
      },
    });
    const socket = await connect();
    const heard = hear(socket, 2);
    for (let n = 0; n < 3; n += 1) socket.send(JSON.stringify({ n }));
    expect((await heard).map(({ n }) => n)).to.deep.equal([0, 1]);
    expect(called).to.deep.equal([0, 1, 2]);
    expect(faults.splice(0)).to.have.length(1);
    socket.terminate();
  });

  it('says malformed for what is no JSON object, and goes on', async () => {
    open = (connection) => ({
      ...plain,
      onFrame: () => connection.send({ t: 'fine' }),
      onMalformed: () => connection.send({ t: 'malformed' }),
    });
    const socket = await connect();
    const heard = hear(socket, 5);
    for (const text of ['{', '[]', 'null', '"a"', '{}']) socket.send(text);
    expect((await heard).map(({ t }) => t)).to.deep.equal([...Array(4).fill('malformed'), 'fine']);
    socket.terminate();
  });

  it('sends all that is said in one turn, in order, to a peer that reads', async () => {
    const text = 'x'.repeat(1_000);
    open = (connection) => ({
      ...plain,
      onFrame() {
        for (let n = 0; n < 500; n += 1) connection.send({ n, text });
      },
    });
    const socket = await connect();
    const heard = hear(socket, 500);
    socket.send('{}');
    expect((await heard).map(({ n }) => n)).to.deep.equal(Array.from({ length: 500 }, (_, n) => n));
    socket.terminate();
  });

  it('writes frames of every length as the protocol asks', async () => {
    const lengths = [0, 1, 100, 125, 126, 127, 65_534, 65_535, 65_536, 200_000];
    open = (connection) => ({
      ...plain,
      onFrame() {
        for (const length of lengths)
          connection.sendText(JSON.stringify({ length, text: 'x'.repeat(length) }));
        connection.send({ text: '中文😀' });
      },
    });
    const socket = await connect();
    const heard = hear(socket, lengths.length + 1);
    socket.send('{}');
    const frames = await heard;
    expect(frames.pop()).to.deep.equal({ text: '中文😀' });
    expect(frames.map(({ text }) => (text as string).length)).to.deep.equal(lengths);
    socket.terminate();
  });

  it('says what was said before a close, and nothing after it', async () => {
    open = (connection) => ({
      ...plain,
      onFrame() {
        connection.send({ n: 1 });
        connection.close(4000, 'enough');
        connection.send({ n: 2 });
      },
    });
    const socket = await connect();
    const heard: string[] = [];
    socket.on('message', (data: Buffer) => heard.push(data.toString('utf8')));
    const closed = new Promise<number>((done) => socket.once('close', done));
    socket.send('{}');
    expect(await closed).to.equal(4000);
    expect(heard).to.deep.equal(['{"n":1}']);
  });

  it('takes only so many that have not said hello, and new ones when others did or left', async () => {
    open = (connection) => ({ ...plain, onFrame: () => connection.markReady() });
    const silent: WebSocket[] = [];
    let refused = '';
    while (refused === '') {
      await connect().then(
        (socket) => silent.push(socket),
        (error: Error) => (refused = error.message),
      );
    }
    expect(refused).to.include('503');
    expect(silent.length).to.be.within(1, 8);
    const [first, second] = silent as [WebSocket, WebSocket];
    first.send('{}');
    second.terminate();
    let more: WebSocket | undefined;
    while (more === undefined) more = await connect().catch(() => undefined);
    for (const socket of [...silent, more]) socket.terminate();
  });

  it('drops a peer that does not read', async () => {
    const closed = new Promise<void>((done) => {
      open = (connection) => ({
        ...plain,
        onClose: done,
        onFrame() {
          const timer = setInterval(() => {
            if (!connection.isOpen) clearInterval(timer);
            connection.send({ text: 'x'.repeat(200_000) });
          }, 1);
        },
      });
    });
    const socket = await connect();
    socket.on('error', () => undefined);
    socket.send('{}');
    socket.pause();
    await closed;
    socket.terminate();
  });
});
