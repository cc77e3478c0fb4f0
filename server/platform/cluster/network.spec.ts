import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { AppError } from '../../kernel/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import { createBus, type RunningBus } from '../bus/index.ts';
import { createServerCertificate } from '../crypto/index.ts';
import { addressOf, wayTo } from './address.ts';
import { createCluster, type Cluster } from './cluster.ts';
import { createLinkProof, type LinkProof } from './link-proof.ts';
import { createWire, type Frame } from './wire.ts';
import { freePort } from '../../test/support/free-port.ts';

describe('the way to a server process', () => {
  it('is the socket beside the own one, else the network, else none', () => {
    const place = { host: '10.0.0.2', port: 7443 };
    const own = '/srv/a/run/server-1.sock';
    expect(wayTo(addressOf('/srv/a/run/server-1.2.sock', place), own)).to.deep.equal({
      path: '/srv/a/run/server-1.2.sock',
    });
    expect(wayTo(addressOf('/srv/b/run/server-2.sock', place), own)).to.deep.equal(place);
    expect(wayTo(addressOf('/srv/b/run/server-2.sock'), own)).to.equal(undefined);
    expect(wayTo('elsewhere:/srv/a/run/server-1.2.sock', own)).to.equal(undefined);
    const far = 'elsewhere:/srv/a/run/server-1.2.sock tls://fd00::2:7443';
    expect(wayTo(far, own)).to.deep.equal({ host: 'fd00::2', port: 7443 });
  });
});

describe('links over the network', () => {
  let core: Core;
  const folders: string[] = [];
  const open: { cluster: Cluster; bus: RunningBus }[] = [];
  const sockets: Socket[] = [];

  before(async () => {
    core = await buildCore();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const { cluster, bus } of open.splice(0)) {
      await cluster.stop();
      await bus.stop();
    }
  });
  after(async () => {
    await core.close();
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  /** A process with a home of its own. */
  async function build(nodeId: string, place: { host: string; port: number }): Promise<Cluster> {
    const { database, clock, ids, crypto } = core;
    const folder = mkdtempSync(join(tmpdir(), 'vd-net-'));
    folders.push(folder);
    const bus = createBus({ database, clock, ids, nodeId, log: QUIET_LOG });
    await bus.start();
    const cluster = createCluster({
      ...{ nodeId, bus, clock, ids, log: QUIET_LOG, socketCount: () => 0 },
      withDb: (work) => database.read(work),
      socketPath: join(folder, `${nodeId}.sock`),
      network: { place, proof: createLinkProof(crypto) },
      onReplaced: () => undefined,
    });
    open.push({ cluster, bus });
    return cluster;
  }
  async function ask(cluster: Cluster, nodeId: string, payload: unknown): Promise<unknown> {
    for (;;) {
      try {
        return await cluster.call(nodeId, payload);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'server.busy') throw error;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
  /** A stranger's connection to a process: what he says, and whether it is ended. */
  async function dial(
    port: number,
    hello: (socket: TLSSocket) => unknown,
  ): Promise<{ heard: Frame[]; closed: Promise<void> }> {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
    sockets.push(socket);
    socket.on('error', () => undefined);
    const heard: Frame[] = [];
    const closed = new Promise<void>((done) => socket.on('close', () => done()));
    await new Promise((done) => socket.once('secureConnect', done));
    const wire = createWire(socket, (frame) => heard.push(frame));
    wire.send(hello(socket) as Frame);
    return { heard, closed };
  }

  it('carry calls, events, and greetings between two homes', async () => {
    const [a, b] = [await build('a', await findPlace()), await build('b', await findPlace())];
    b.onCall(async ({ number }: { number: number }) => ({ twice: number * 2 }));
    b.onPeer((tell) => tell('spec', 'x'.repeat(100_000)));
    const greeted = new Promise<unknown>((done) => a.onEvent('spec', done));
    await a.start();
    await b.start();
    expect(await ask(a, 'b', { number: 21 })).to.deep.equal({ twice: 42 });
    expect(await greeted).to.have.length(100_000);
    const many = Array.from({ length: 300 }, (_, index) => a.call('b', { number: index }));
    expect(await Promise.all(many)).to.deep.equal(many.map((_, index) => ({ twice: index * 2 })));
  });

  it('are refused to whoever has not the key, repeats a proof, or asks before it', async () => {
    const place = await findPlace();
    const a = await build('a', place);
    let asked = 0;
    a.onCall(() => Promise.resolve((asked += 1)));
    await a.start();
    const self = { id: 'b', incarnation: core.ids.next() };
    const proof = createLinkProof(core.crypto);
    let used = '';
    const good = await dial(place.port, (socket) => {
      used = proof.prove(socket, 'dialer', self);
      return ['hello', { ...self, proof: used }];
    });
    while (good.heard.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(good.heard[0]?.[0]).to.equal('hello');
    const stranger: LinkProof = createLinkProof({ blindIndex: () => Buffer.alloc(8) });
    const attempts: ((socket: TLSSocket) => unknown)[] = [
      () => ['hello', self],
      () => ['hello', { ...self, proof: used }],
      (socket) => ['hello', { ...self, proof: stranger.prove(socket, 'dialer', self) }],
      (socket) => ['hello', { ...self, proof: proof.prove(socket, 'listener', self) }],
      (socket) => [
        'hello',
        { id: 'c', incarnation: self.incarnation, proof: proof.prove(socket, 'dialer', self) },
      ],
      () => ['call', 1, { act: 'close' }],
      () => ['hello', { ...self, proof: 'x'.repeat(5_000) }],
    ];
    for (const attempt of attempts) {
      const { heard, closed } = await dial(place.port, attempt);
      await closed;
      expect(heard).to.deep.equal([]);
    }
    expect(asked).to.equal(0);
  });

  it('are not made through somebody in between', async () => {
    const [place, relayed] = [await findPlace(), await findPlace()];
    const { certificate: cert, privateKey: key } = await createServerCertificate({ now: core.clock.now() });
    // He ends TLS himself and hands on whatever he reads.
    let carried = 0;
    const relay = createTlsServer({ cert, key, minVersion: 'TLSv1.3' }, (near) => {
      const far = connect({ ...place, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
      sockets.push(near, far);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on('error', () => undefined);
        from.on('data', (chunk: Buffer) => {
          carried += 1;
          to.write(chunk);
        });
        from.on('close', () => to.destroy());
      }
    });
    await new Promise<void>((done) => relay.listen(relayed.port, relayed.host, done));
    const a = await build('a', place);
    await a.start();
    const self = { id: 'b', incarnation: core.ids.next() };
    const proof = createLinkProof(core.crypto);
    const { heard, closed } = await dial(relayed.port, (socket) => [
      'hello',
      { ...self, proof: proof.prove(socket, 'dialer', self) },
    ]);
    await closed;
    expect(heard).to.deep.equal([]);
    expect(carried).to.be.greaterThan(0);
    await new Promise((done) => relay.close(done));
  });

  it('end for what is no TLS, and for packets that are too large', async () => {
    const place = await findPlace();
    const a = await build('a', place);
    await a.start();
    const plain = connectPlain(place.port, place.host);
    sockets.push(plain);
    plain.on('error', () => undefined);
    plain.write('GET / HTTP/1.1\r\n\r\n');
    await new Promise((done) => plain.on('close', done));
    const large = connect({ ...place, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
    sockets.push(large);
    large.on('error', () => undefined);
    await new Promise((done) => large.once('secureConnect', done));
    const head = Buffer.alloc(4);
    head.writeUInt32BE(64 * 1024);
    large.write(head);
    await new Promise((done) => large.on('close', done));
  });
});

async function findPlace(): Promise<{ host: string; port: number }> {
  return { host: '127.0.0.1', port: await freePort() };
}
