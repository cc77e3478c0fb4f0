import { expect } from 'chai';
import { connect } from 'node:net';
import { AGENT, ROUTES } from './test/routes.ts';
import { serveApp, type Ask, type Serving } from './test/serve.ts';

describe('what protects the HTTP side', () => {
  let serving: Serving;
  const ask = (path: string, options?: Ask) => serving.ask(path, options);
  const post = (headers: Record<string, string>, body: unknown = { name: 'x' }) =>
    ask('/api/v1/things', { method: 'POST', headers, body });

  beforeEach(async () => {
    serving = await serveApp(ROUTES);
  });
  afterEach(() => serving.stop());

  describe('Host, Origin, proxies', () => {
    const talk = (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(serving.port, '127.0.0.1', () => socket.write(text));
        let answer = '';
        socket.on('data', (chunk) => (answer += chunk.toString()));
        socket.on('close', () => resolve(answer));
        socket.on('error', reject);
      });
    const lines = (...all: string[]) => `${all.join('\r\n')}\r\nConnection: close\r\n\r\n`;

    it('answers one known Host only', async () => {
      const host = `Host: localhost:${serving.port}`;
      expect(await talk(lines('GET /healthz HTTP/1.1', host))).to.match(/^HTTP\/1.1 200/);
      expect(await talk(lines('GET /healthz HTTP/1.1', 'Host: evil.example'))).to.match(/^HTTP\/1.1 421/);
      expect(await talk(lines('GET /healthz HTTP/1.1', host, 'Host: evil.example'))).to.match(
        /^HTTP\/1.1 400/,
      );
      expect(await talk(lines('GET /healthz HTTP/1.1', host, host))).to.match(/^HTTP\/1.1 400/);
      expect(await talk(lines('GET /healthz HTTP/1.1'))).to.match(/^HTTP\/1.1 400/);
      expect(await talk(lines('GET /healthz HTTP/1.0'))).to.match(/^HTTP\/1.1 400/);
      expect(await talk(lines(`GET http://evil.example/ HTTP/1.1`, host))).to.match(/^HTTP\/1.1 400/);
    });

    it('answers what is no HTTP with 400 and closes', async () => {
      expect(await talk('GARBAGE\r\n\r\n')).to.match(/^HTTP\/1.1 400/);
    });

    it('refuses unsafe requests of foreign pages, sign-in included', async () => {
      const own = { Origin: `https://localhost:${serving.port}` };
      expect((await post({ ...AGENT, ...own, 'Sec-Fetch-Site': 'same-origin' })).status).to.equal(201);
      for (const headers of [
        { Origin: 'https://evil.example' },
        { Origin: 'null' },
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site' },
        { Origin: `http://localhost:${serving.port}` },
      ]) {
        expect(
          (await post({ ...AGENT, ...(headers as unknown as Record<string, string>) })).json.code,
        ).to.equal('request.origin_refused');
      }
    });

    it('believes no client address but from a listed proxy', async () => {
      expect((await post({ ...AGENT, 'X-Forwarded-For': '203.0.113.9' })).json.ip).to.equal('127.0.0.1');
    });
  });

  describe('headers', () => {
    it('sends the strict policy on every answer, refusals included', async () => {
      for (const path of ['/api/v1/things', '/api/v1/nothing', '/healthz']) {
        const { headers } = await ask(path);
        expect(headers['content-security-policy']).to.equal(
          `default-src 'none';script-src 'self';style-src 'self';img-src 'self' data: blob:;font-src 'self';` +
            `connect-src 'self' wss://localhost:${serving.port};form-action 'self';frame-src 'none';` +
            `frame-ancestors 'none';base-uri 'none';require-trusted-types-for 'script';trusted-types 'none'`,
        );
        expect(headers['strict-transport-security']).to.equal('max-age=63072000; includeSubDomains');
        expect(headers['x-content-type-options']).to.equal('nosniff');
        expect(headers['x-frame-options']).to.equal('DENY');
        expect(headers['cache-control']).to.equal('no-store');
        expect(headers['cross-origin-opener-policy']).to.equal('same-origin');
        expect(headers['cross-origin-embedder-policy']).to.equal('require-corp');
        expect(headers['cross-origin-resource-policy']).to.equal('same-origin');
        expect(headers['permissions-policy']).to.include('camera=()');
        expect(headers['x-powered-by']).to.equal(undefined);
      }
    });
  });

  describe('the log', () => {
    it('holds route patterns and ids, no path, query, header, or body', async () => {
      await ask('/api/v1/things?limit=13800138000');
      await ask('/secret-path', { headers: { 'User-Agent': 'secret-agent' } });
      await post(AGENT, { name: 'secret' });
      await new Promise((resolve) => setImmediate(resolve));
      const text = JSON.stringify(serving.logged);
      expect(text).to.include('/api/v1/things');
      for (const word of ['secret', '13800138000', 'token-of']) expect(text).not.to.include(word);
    });
  });
});
