import { expect } from 'chai';
import { createServer as createHttpsServer } from 'node:https';
import type { Server } from 'node:http';
import { connect as connectPlain, type AddressInfo } from 'node:net';
import { createIds, systemClock } from '../../kernel/index.ts';
import { randomBytes, SERVER_TLS } from '../../platform/crypto/index.ts';
import { configureServer, createHttpApp, SERVER_OPTIONS, Streamed } from '../../platform/http/index.ts';
import type { AnyRoute, ServerRules } from '../../platform/http/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import { createAuthority } from '../support/certificates.ts';
import { dial, hear, statusesIn, talk, type Target } from './wire.ts';

/** Times of the product, divided so that a test need not wait for them; the server looks once a second. */
const FAST = { headersMs: 400, requestMs: 900, keepAliveMs: 300 };
const READERS = { stallMs: 1_500, bytesPerSecondMin: 64 * 1024 };
const BIG_BYTES = 16 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;

const units = {
  run: (_context: unknown, work: (tx: unknown) => Promise<unknown>) =>
    work({ record: () => undefined, recordCount: 0 }),
  read: () => Promise.reject(new Error('There is no database in this test.')),
} as unknown as UnitOfWork;

const route = (path: string, rest: Partial<AnyRoute>): AnyRoute => ({
  method: 'GET',
  path,
  summary: 'A route of the tests.',
  permission: 'public',
  audit: { none: 'test' },
  response: { type: 'object' },
  handler: () => Promise.resolve({}),
  ...rest,
});

async function* big(): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < BIG_BYTES; sent += PIECE_BYTES) {
    yield await Promise.resolve(Buffer.alloc(PIECE_BYTES, 1));
  }
}

const ROUTES = [
  route('/api/v1/small', {
    method: 'POST',
    body: { type: 'object', maxProperties: 5, additionalProperties: {} },
  }),
  route('/api/v1/json', { handler: () => Promise.resolve({ text: 'x'.repeat(BIG_BYTES) }) }),
  route('/api/v1/stream', {
    streams: 'application/octet-stream',
    handler: () =>
      Promise.resolve(new Streamed({ status: 200, contentBytes: BIG_BYTES, headers: {}, body: big })),
  }),
];

describe('abuse of connections', function () {
  this.timeout(60_000);
  const { ca, issue } = createAuthority();
  const identity = issue({ names: ['127.0.0.1', 'localhost'] });
  const servers: Server[] = [];
  let lines: { event: string; code?: unknown; status?: unknown }[] = [];
  let target: Target;
  let server: Server;

  const listen = async (rules: ServerRules): Promise<{ target: Target; server: Server }> => {
    const made = createHttpsServer({ ...SERVER_OPTIONS, ...SERVER_TLS, ...identity }) as Server;
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    const { port } = made.address() as AddressInfo;
    const log = {
      info: (event: string, fields: object) => void lines.push({ event, ...fields }),
      warn: (event: string, fields: object) => void lines.push({ event, ...fields }),
      error: (event: string, fields: object) => void lines.push({ event, ...fields }),
    };
    const { app } = createHttpApp({
      config: {
        publicBaseUrl: `https://localhost:${port}`,
        hosts: [`localhost:${port}`],
        trustedProxies: [],
        isLoopbackLimited: false,
        readers: READERS,
      },
      ...{ log, clock: systemClock, ids: createIds({ clock: systemClock, randomBytes }), uow: units },
      ...{ routes: ROUTES, authenticators: [], readiness: [], version: '0.0.0' },
      answerSeal: {
        hash: () => Buffer.alloc(32),
        seal: () => Buffer.alloc(0),
        open: () => Promise.resolve(''),
      },
    });
    configureServer(made, { log, ...rules });
    made.on('request', app);
    servers.push(made);
    return { target: { port, ca }, server: made };
  };

  before(async () => {
    ({ target, server } = await listen({ timeouts: FAST, readers: READERS }));
  });
  beforeEach(() => (lines = []));
  after(() => {
    for (const each of servers) {
      each.closeAllConnections();
      each.close();
    }
  });

  const host = () => `localhost:${target.port}`;
  const good = async () =>
    expect(
      statusesIn(await talk(target, `GET /healthz HTTP/1.1\r\nHost: ${host()}\r\nConnection: close\r\n\r\n`)),
    ).to.deep.equal([200]);
  const post = (length: number) =>
    `POST /api/v1/small HTTP/1.1\r\nHost: ${host()}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n`;

  describe('slow senders', () => {
    it('closes a connection that never speaks', async () => {
      const socket = await dial(target);
      await good();
      expect(statusesIn(await hear(socket))).to.deep.equal([408]);
      expect(lines.filter(({ event }) => event === 'http.malformed')).to.have.length(1);
    });

    it('closes one that sends its head a byte at a time', async () => {
      const socket = await dial(target);
      const heard = hear(socket);
      const text = `GET /healthz HTTP/1.1\r\nHost: ${host()}\r\nX: ${'y'.repeat(500)}`;
      let at = 0;
      const drip = setInterval(() => socket.writable && socket.write(text[(at += 1) - 1] ?? 'y'), 50);
      const answer = await heard;
      clearInterval(drip);
      expect(statusesIn(answer)).to.deep.equal([408]);
    });

    it('closes one that sends its body a byte at a time, with one line', async () => {
      const socket = await dial(target);
      const heard = hear(socket);
      socket.write(`${post(400)}\r\n`);
      const drip = setInterval(() => socket.writable && socket.write(' '), 50);
      const answer = await heard;
      clearInterval(drip);
      expect(statusesIn(answer)).to.deep.equal([408]);
      await good();
      expect(lines.slice(0, 1).map(({ event, status }) => [event, status])).to.deep.equal([
        ['http.request', 408],
      ]);
    });

    it('closes many at once while others are served', async () => {
      const sockets = await Promise.all(Array.from({ length: 100 }, () => dial(target)));
      const ends = sockets.map((socket) => hear(socket));
      for (const socket of sockets) socket.write('GET / HTTP/1.1\r\nX: ');
      await good();
      expect((await Promise.all(ends)).map((text) => statusesIn(text)[0])).to.deep.equal(
        sockets.map(() => 408),
      );
    });

    it('does not hear out a body that it has refused', async () => {
      const socket = await dial(target);
      let isOver = false;
      socket.once('close', () => (isOver = true));
      socket.resume();
      socket.write(`${post(10_737_418_240)}\r\n`);
      const drip = setInterval(() => socket.writable && socket.write('x'.repeat(10_000)), 20);
      await new Promise<void>((resolve) => socket.once('close', () => resolve()));
      clearInterval(drip);
      expect(isOver).to.equal(true);
      await good();
    });

    it('answers plain HTTP on the TLS port with nothing', async () => {
      const socket = connectPlain(target.port, '127.0.0.1');
      const text = await new Promise<string>((resolve) => {
        let heard = '';
        socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(heard));
        socket.write(`GET / HTTP/1.1\r\nHost: ${host()}\r\n\r\n`);
      });
      expect(text).not.to.contain('HTTP/');
      expect(lines.filter(({ event }) => event === 'http.malformed')).to.have.length(1);
    });
  });

  describe('slow readers', () => {
    /** Reads at a pace, or not at all; gives the bytes that came until the end. */
    const read = async (path: string, everyMs: number | undefined): Promise<number> => {
      const socket = await dial(target);
      let bytes = 0;
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (everyMs === undefined) return;
        socket.pause();
        setTimeout(() => socket.resume(), everyMs);
      });
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host()}\r\nConnection: close\r\n\r\n`);
      if (everyMs === undefined) socket.pause();
      const closed = new Promise<void>((resolve) => server.once('stalled-test-closed', () => resolve()));
      const open = () =>
        new Promise<number>((resolve, reject) =>
          server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
        );
      const timer = setInterval(() => {
        void open().then((count) => count === 0 && server.emit('stalled-test-closed'));
      }, 100);
      await closed;
      clearInterval(timer);
      socket.resume();
      await new Promise<void>((resolve) =>
        socket.closed ? resolve() : void socket.once('close', () => resolve()),
      );
      return bytes;
    };

    for (const path of ['/api/v1/json', '/api/v1/stream']) {
      it(`cuts a reader of ${path} that takes nothing`, async () => {
        expect(await read(path, undefined)).to.be.below(BIG_BYTES);
        await good();
      });

      it(`lets a reader of ${path} finish that is slow but moves`, async () => {
        expect(await read(path, 5)).to.be.above(BIG_BYTES);
      });
    }
  });

  describe('TLS', () => {
    const refused = async (options: Parameters<typeof dial>[1]) => {
      const outcome = await dial(target, options).then(
        (socket) => `opened ${socket.getProtocol()} ${socket.getCipher().name}`,
        () => 'refused',
      );
      expect(outcome).to.equal('refused');
      await good();
    };
    for (const version of ['TLSv1', 'TLSv1.1'] as const) {
      it(`refuses ${version}`, () =>
        refused({ minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }));
    }
    for (const ciphers of [
      'AES128-SHA',
      'AES256-GCM-SHA384',
      'ECDHE-RSA-AES256-SHA384',
      'ECDHE-RSA-AES128-SHA',
      'DHE-RSA-AES128-GCM-SHA256',
      'AECDH-AES128-SHA',
      'PSK-AES128-GCM-SHA256',
      'ECDHE-RSA-CAMELLIA128-SHA256',
    ]) {
      it(`refuses ${ciphers}`, () =>
        refused({ maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0`, rejectUnauthorized: false }));
    }

    it('takes TLS 1.3, and TLS 1.2 in the order of the server', async () => {
      const newest = await dial(target);
      expect([newest.getProtocol(), newest.getCipher().name]).to.deep.equal([
        'TLSv1.3',
        'TLS_AES_256_GCM_SHA384',
      ]);
      const ciphers = 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384';
      const older = await dial(target, { maxVersion: 'TLSv1.2', ciphers });
      expect([older.getProtocol(), older.getCipher().name]).to.deep.equal([
        'TLSv1.2',
        'ECDHE-RSA-AES256-GCM-SHA384',
      ]);
      for (const socket of [newest, older]) socket.destroy();
    });

    it('does not negotiate anew', async () => {
      const socket = await dial(target, { maxVersion: 'TLSv1.2' });
      const outcome = await new Promise<string>((resolve) => {
        socket.on('error', () => resolve('refused'));
        socket.once('close', () => resolve('refused'));
        socket.renegotiate({}, (error) => resolve(error === null ? 'renegotiated' : 'refused'));
      });
      expect(outcome).to.equal('refused');
      socket.destroy();
      await good();
    });
  });

  it('closes what an address opens beyond its number, and counts down again', async () => {
    const crowded = await listen({ connections: { perAddressMax: 3, isCounted: () => true } });
    const first = await Promise.all([1, 2, 3].map(() => dial(crowded.target)));
    const outcome = await dial(crowded.target).then(
      () => 'opened',
      () => 'closed',
    );
    expect(outcome).to.equal('closed');
    const gone = new Promise<void>((resolve) => {
      const count = () =>
        crowded.server.getConnections((_error, left) => (left < 3 ? resolve() : void setImmediate(count)));
      count();
    });
    first[0]?.destroy();
    await gone;
    (await dial(crowded.target)).destroy();
    for (const socket of first) socket.destroy();
  });
});
