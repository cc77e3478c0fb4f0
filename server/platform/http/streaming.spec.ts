import { request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { dispositionOf, sendDownload } from './download.ts';
import { parseRange } from './range.ts';
import { Streamed } from './streamed.ts';
import type { AnyRoute, RequestContext } from './route.ts';
import { serveApp, type Serving } from './test/serve.ts';

const BYTES_MAX = 100_000;
const CONTENT = Buffer.from('0123456789');
const BYTES = { 'Content-Type': 'application/octet-stream' };

const route = (path: string, rest: Partial<AnyRoute>): AnyRoute => ({
  method: 'GET',
  path: `/api/v1${path}`,
  summary: 'A route of the tests.',
  permission: 'public',
  audit: { none: 'test' },
  response: { type: 'object' },
  handler: () => Promise.resolve({}),
  ...rest,
});

async function* pieces(...parts: (string | Error)[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    await Promise.resolve();
    if (part instanceof Error) throw part;
    yield Buffer.from(part);
  }
}

async function sizeOf(stream: AsyncIterable<Buffer>, seen: number[]): Promise<number> {
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    seen.push(chunk.length);
  }
  return size;
}

describe('streaming', () => {
  let serving: Serving;
  let seen: number[];
  let closed: Promise<void>;
  let markClosed: () => void;
  const streamed = (...parts: (string | Error)[]) =>
    new Streamed({ status: 200, contentBytes: 4, headers: {}, body: () => pieces(...parts) });

  beforeEach(async () => {
    seen = [];
    closed = new Promise((resolve) => (markClosed = resolve));
    serving = await serveApp([
      route('/raw', {
        method: 'PUT',
        rawBody: { bytesMax: BYTES_MAX },
        prepare: (_input: unknown, _context: unknown, stream: AsyncIterable<Buffer>) => sizeOf(stream, seen),
        handler: (_tx, { prepared }: { prepared: number }) => Promise.resolve({ size: prepared }),
      }),
      route('/raw-cut', {
        method: 'PUT',
        rawBody: { bytesMax: BYTES_MAX },
        prepare: (_input: unknown, _context: unknown, stream: AsyncIterable<Buffer>) =>
          sizeOf(stream, seen).finally(() => markClosed()),
      }),
      route('/raw-refused', {
        method: 'PUT',
        rawBody: { bytesMax: BYTES_MAX },
        prepare: () => Promise.reject(new AppError('request.not_found')),
      }),
      route('/file', {
        streams: 'any',
        handler: (_tx: unknown, _input: unknown, context: RequestContext) =>
          Promise.resolve(
            sendDownload(context, {
              tag: 'v1',
              sizeBytes: CONTENT.length,
              type: 'text/plain',
              name: '对账单.txt',
              read: ({ first, last }) => pieces(CONTENT.toString().slice(first, last + 1)),
            }),
          ),
      }),
      route('/early-fault', { handler: () => Promise.resolve(streamed(new Error('no key'))) }),
      route('/late-fault', { handler: () => Promise.resolve(streamed('ab', new Error('lost'))) }),
      route('/too-short', { handler: () => Promise.resolve(streamed('ab')) }),
      route('/endless', {
        handler: () =>
          Promise.resolve(
            new Streamed({
              status: 200,
              contentBytes: 1e12,
              headers: {},
              body: async function* () {
                try {
                  for (;;) yield Buffer.alloc(65_536);
                } finally {
                  markClosed();
                }
              },
            }),
          ),
      }),
    ]);
  });
  afterEach(() => serving.stop());

  const put = (path: string, raw: Buffer, headers: Record<string, string> = BYTES) =>
    serving.ask(path, { method: 'PUT', raw, headers });

  describe('of bodies', () => {
    it('gives the bytes as they arrive, none for an empty body', async () => {
      expect((await put('/api/v1/raw', Buffer.alloc(BYTES_MAX))).json).to.deep.equal({ size: BYTES_MAX });
      expect(Math.max(...seen)).to.be.at.most(65_536);
      expect((await put('/api/v1/raw', Buffer.alloc(0))).json).to.deep.equal({ size: 0 });
    });

    it('refuses one byte too many, told or untold, and another type', async () => {
      const big = Buffer.alloc(BYTES_MAX + 1);
      expect((await put('/api/v1/raw', big)).json.code).to.equal('request.too_large');
      expect(seen).to.deep.equal([]);
      const untold = await put('/api/v1/raw', big, { ...BYTES, 'Transfer-Encoding': 'chunked' });
      expect([untold.status, untold.json.code]).to.deep.equal([413, 'request.too_large']);
      for (const headers of [
        { 'Content-Type': 'application/json' },
        { ...BYTES, 'Content-Encoding': 'gzip' },
      ]) {
        expect((await put('/api/v1/raw', Buffer.from('{}'), headers)).json.code).to.equal(
          'request.media_type',
        );
      }
    });

    it('answers a refusal although nobody read the body', async () => {
      const reply = await put('/api/v1/raw-refused', Buffer.alloc(BYTES_MAX));
      expect([reply.status, reply.json.code]).to.deep.equal([404, 'request.not_found']);
    });

    it('notices a sender who goes away', async () => {
      const socket = connect(serving.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(
        `PUT /api/v1/raw-cut HTTP/1.1\r\nHost: localhost:${serving.port}\r\n` +
          `Content-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\n${'x'.repeat(990)}`,
        () => socket.destroy(),
      );
      await closed;
      expect(seen.reduce((sum, size) => sum + size, 0)).to.equal(990);
    });
  });

  describe('of answers', () => {
    const get = (range?: string, headers: Record<string, string> = {}) =>
      serving.ask('/api/v1/file', { headers: range === undefined ? headers : { ...headers, Range: range } });

    it('sends a download that no browser runs, shows, or keeps', async () => {
      const reply = await get();
      expect([reply.status, reply.text]).to.deep.equal([200, '0123456789']);
      expect(reply.headers).to.include({
        'content-length': '10',
        'content-security-policy': "default-src 'none'; sandbox",
        'content-disposition': `attachment; filename="___.txt"; filename*=UTF-8''%E5%AF%B9%E8%B4%A6%E5%8D%95.txt`,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'accept-ranges': 'bytes',
        etag: '"v1"',
      });
    });

    it('sends parts', async () => {
      const part = await get('bytes=2-4');
      expect([part.status, part.text]).to.deep.equal([206, '234']);
      expect(part.headers['content-range']).to.equal('bytes 2-4/10');
      expect((await get('bytes=7-')).text).to.equal('789');
      expect((await get('bytes=-3')).text).to.equal('789');
      const behind = await get('bytes=10-');
      expect([behind.status, behind.json.code]).to.deep.equal([416, 'request.range_unsatisfiable']);
      expect(behind.headers['content-range']).to.equal('bytes */10');
    });

    it('sends everything when the part is of another version', async () => {
      expect((await get('bytes=2-4', { 'If-Range': '"v1"' })).status).to.equal(206);
      expect((await get('bytes=2-4', { 'If-Range': '"v0"' })).text).to.equal('0123456789');
    });

    it('answers HEAD without a body', async () => {
      const reply = await serving.ask('/api/v1/file', { method: 'HEAD' });
      expect([reply.status, reply.text, reply.headers['content-length']]).to.deep.equal([200, '', '10']);
    });

    it('answers what cannot be read at all with a problem', async () => {
      const reply = await serving.ask('/api/v1/early-fault');
      expect([reply.status, reply.json.code]).to.deep.equal([500, 'server.internal']);
    });

    for (const path of ['/late-fault', '/too-short']) {
      it(`cuts the connection when the content ends early (${path})`, async () => {
        const error = await serving.ask(`/api/v1${path}`).catch((cause: Error) => cause);
        expect(error).to.be.instanceOf(Error);
        expect(serving.logged.map(({ event }) => event)).to.include('http.fault');
      });
    }

    it('stops reading when the reader goes away', async () => {
      const sent = httpRequest({ host: '127.0.0.1', port: serving.port, path: '/api/v1/endless' });
      sent.setHeader('Host', `localhost:${serving.port}`);
      sent.on('error', () => undefined);
      sent.on('response', (answer) => answer.once('data', () => sent.destroy()));
      sent.end();
      await closed;
    });
  });

  it('reads ranges as RFC 9110 says and ignores nonsense', () => {
    const read = (header: string | undefined, size = 10) => {
      const range = parseRange(header, size);
      return range && [range.first, range.last];
    };
    expect(read('bytes=0-0')).to.deep.equal([0, 0]);
    expect(read('bytes=0-99')).to.deep.equal([0, 9]);
    expect(read('bytes=-99')).to.deep.equal([0, 9]);
    for (const nonsense of [
      undefined,
      '',
      'bytes',
      'bytes=',
      'bytes=-',
      'bytes=5-2',
      'bytes=a-b',
      'bytes=0-1,3-4',
      'items=0-1',
      'bytes=0x1-2',
      'bytes=1 - 2',
      'bytes=9999999999999999-',
    ]) {
      expect(read(nonsense), String(nonsense)).to.equal(undefined);
    }
    for (const beyond of ['bytes=10-', 'bytes=10-20', 'bytes=-0']) {
      expect(() => read(beyond), beyond).to.throw(AppError);
    }
    expect(() => read('bytes=-5', 0)).to.throw(AppError);
  });

  it('takes everything harmful out of names', () => {
    const cases: [string, string][] = [
      ['../../etc/passwd', '_.._etc_passwd'],
      ['a\r\nSet-Cookie: x=1', 'a__Set-Cookie_ x=1'],
      ['\u202egnp.exe', '_gnp.exe'],
      ['a\u0000b"c', 'a_b_c'],
      ['...', 'file'],
      ['', 'file'],
    ];
    for (const [name, expected] of cases) {
      expect(dispositionOf(name)).to.equal(
        `attachment; filename="${expected}"; filename*=UTF-8''${encodeURIComponent(expected)}`,
      );
    }
    expect(dispositionOf('😀.png')).to.contain("filename*=UTF-8''%F0%9F%98%80.png");
    expect(dispositionOf("it's (1)'.txt")).to.contain("UTF-8''it%27s%20%281%29%27.txt");
    expect(dispositionOf('x'.repeat(300))).to.contain(`"${'x'.repeat(200)}"`);
  });
});
