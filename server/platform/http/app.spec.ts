import { expect } from 'chai';
import { AGENT, COOKIE, ROUTES } from './test/routes.ts';
import { serveApp, type Ask, type Serving } from './test/serve.ts';

describe('the HTTP side', () => {
  let serving: Serving;
  const ask = (path: string, options?: Ask) => serving.ask(path, options);
  const post = (headers: Record<string, string>, body: unknown = { name: 'x' }) =>
    ask('/api/v1/things', { method: 'POST', headers, body });

  beforeEach(async () => {
    serving = await serveApp(ROUTES);
  });
  afterEach(() => serving.stop());

  describe('admission', () => {
    it('answers 401, 403, 400, then success', async () => {
      expect((await post({})).status).to.equal(401);
      expect((await post({ Authorization: 'Bearer token-of-nobody-special' })).status).to.equal(403);
      expect((await post(AGENT, { name: 7 })).status).to.equal(400);
      expect((await post(AGENT)).status).to.equal(201);
    });

    it('says that a session ended rather than that there was none', async () => {
      const reply = await post({ Cookie: '__Host-vaultdesk=of-another-time' });
      expect([reply.status, reply.json.code]).to.deep.equal([401, 'session.expired']);
    });

    it('records a refused permission with its reason and route', async () => {
      await post({ Authorization: 'Bearer token-of-nobody-special' });
      expect(serving.recorded.map(({ draft }) => [draft.action, draft.outcome, draft.reason])).to.deep.equal([
        ['access.refuse', 'refused', 'access.refused'],
      ]);
    });

    it('wants the CSRF token from cookies and not from tokens', async () => {
      expect((await post(COOKIE)).status).to.equal(201);
      for (const token of ['', 'csrf-of-the-agenT', 'csrf-of-the-agent2']) {
        const reply = await post({ ...COOKIE, 'X-CSRF-Token': token });
        expect([reply.status, reply.json.code]).to.deep.equal([403, 'access.csrf']);
      }
    });

    it('ignores the cookie beside a bearer token, and a cookie that comes twice', async () => {
      expect((await post({ ...COOKIE, Authorization: 'Bearer token-of-nobody-known' })).status).to.equal(401);
      const twice = '__Host-vaultdesk=cookie-of-the-agent; __Host-vaultdesk=cookie-of-the-agent';
      expect((await post({ ...COOKIE, Cookie: twice })).status).to.equal(401);
    });

    it('keeps a restricted session to the routes that are open to it', async () => {
      const headers = { ...COOKIE, Cookie: '__Host-vaultdesk=cookie-that-is-restricted' };
      expect((await post(headers)).json.code).to.equal('session.password_expired');
      expect((await ask('/api/v1/session', { headers })).status).to.equal(200);
    });

    it('keeps visitors and staff apart in both directions', async () => {
      const visitor = { Authorization: 'Bearer token-of-the-visitor' };
      expect((await ask('/api/v1/visitor', { headers: visitor })).status).to.equal(200);
      expect((await ask('/api/v1/visitor', { headers: AGENT })).json.code).to.equal('visitor.token_invalid');
      expect((await ask('/api/v1/session', { headers: visitor })).status).to.equal(401);
    });
  });

  describe('bodies', () => {
    const send = (raw: string | Buffer, type = 'application/json') =>
      ask('/api/v1/things', { method: 'POST', raw, headers: { ...AGENT, 'Content-Type': type } });
    const nest = (depth: number) => `{"name":"x","nested":${'['.repeat(depth)}${']'.repeat(depth)}}`;

    const BAD: [string, string | Buffer][] = [
      ['no JSON', '{"name":'],
      ['two values', '{"name":"x"}{}'],
      ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
      ['an unknown property', '{"name":"x","role":"admin"}'],
      ['a NUL', '{"name":"a\\u0000b"}'],
      ['a lone high surrogate', '{"name":"\\ud83d"}'],
      ['a lone low surrogate', '{"name":"\\ude00"}'],
      ['a prototype key', '{"name":"x","__proto__":{"isAdmin":true}}'],
      ['a nested prototype key', '{"name":"x","nested":[{"__proto__":1}]}'],
      ['too much nesting', nest(20)],
      ['very much nesting', nest(100_000)],
      ['a list', '["name"]'],
      ['null', 'null'],
      ['nothing', ''],
      ['a text over its limit', '{"name":"12345678901"}'],
    ];
    for (const [what, raw] of BAD) {
      it(`refuses ${what} as a problem`, async () => {
        const reply = await send(raw);
        expect([reply.status, reply.json.code]).to.deep.equal([400, 'request.invalid']);
        expect(reply.headers['content-type']).to.match(/^application\/problem\+json/);
      });
    }

    it('takes nesting up to the limit and whole character pairs', async () => {
      expect((await send(nest(19))).status).to.equal(201);
      expect((await send('{"name":"\\ud83d\\ude00 你好"}')).json.name).to.equal('😀 你好');
    });

    it('takes JSON only', async () => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/json; charset=utf-16',
      ]) {
        expect((await send('{"name":"x"}', type)).json.code).to.equal('request.media_type');
      }
      expect((await send('{"name":"x"}', 'application/json; charset=UTF-8')).status).to.equal(201);
      const packed = { ...AGENT, 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
      expect((await ask('/api/v1/things', { method: 'POST', raw: 'x', headers: packed })).status).to.equal(
        415,
      );
    });

    it('refuses bodies over 512 KiB, declared or not', async () => {
      const declared = await send(`{"name":"${'x'.repeat(512 * 1024)}"}`);
      expect([declared.status, declared.json.code]).to.deep.equal([413, 'request.too_large']);
      const chunked = await ask('/api/v1/things', {
        method: 'POST',
        raw: `{"name":"${'x'.repeat(600 * 1024)}"}`,
        headers: { ...AGENT, 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' },
      });
      expect(chunked.status).to.equal(413);
    });

    it('never repeats what was sent', async () => {
      const reply = await send('{"name":7,"x":"13800138000"}');
      expect(reply.text).not.to.include('13800138000');
    });
  });

  describe('addresses', () => {
    it('reads numbers of the query and refuses the rest', async () => {
      expect((await ask('/api/v1/things?limit=20')).json.limit).to.equal(20);
      for (const query of [
        'limit=0',
        'limit=501',
        'limit=x',
        'limit=1&limit=2',
        'other=1',
        'limit[a]=1',
        'a=%00',
      ]) {
        expect((await ask(`/api/v1/things?${query}`)).status, query).to.equal(400);
      }
    });

    it('wants UUIDs in paths, and answers broken escapes', async () => {
      for (const id of ['7', 'ABC', '%00', '%zz', '..%2f..%2fetc']) {
        const reply = await ask(`/api/v1/things/${id}`, {
          method: 'PUT',
          headers: { ...AGENT },
          body: { name: 'x' },
        });
        expect([reply.status, reply.json.code], id).to.deep.equal([400, 'request.invalid']);
      }
    });

    it('answers 404 and 405 as problems', async () => {
      const unknown = await ask('/api/v1/nothing');
      expect([unknown.status, unknown.json.code]).to.deep.equal([404, 'request.not_found']);
      const wrong = await ask('/api/v1/things', { method: 'PATCH' });
      expect([wrong.status, wrong.json.code]).to.deep.equal([405, 'request.method_not_allowed']);
      expect(wrong.headers.allow).to.equal('POST, GET, HEAD');
    });

    it('answers HEAD without a body', async () => {
      const reply = await ask('/api/v1/things', { method: 'HEAD' });
      expect([reply.status, reply.text]).to.deep.equal([200, '']);
    });
  });

  describe('versions', () => {
    const id = '01234567-89ab-7def-8123-456789abcdef';
    const put = (headers: Record<string, string>) =>
      ask(`/api/v1/things/${id}`, { method: 'PUT', headers: { ...AGENT, ...headers }, body: { name: 'x' } });

    it('wants If-Match, and the version read', async () => {
      expect((await put({})).status).to.equal(428);
      expect((await put({ 'If-Match': '"2"' })).status).to.equal(412);
      expect((await put({ 'If-Match': '"3"' })).status).to.equal(200);
      expect((await put({ 'If-Match': '3' })).status).to.equal(200);
      for (const value of ['*', 'W/"3"', '"3", "4"', '""', '-1']) {
        expect((await put({ 'If-Match': value })).status, value).to.equal(400);
      }
    });

    it('names the target of the table’s own audit entry', async () => {
      await put({ 'If-Match': '3' });
      expect(serving.recorded.map(({ draft }) => draft)).to.deep.equal([
        { action: 'config.change', outcome: 'ok', target: { type: 'config', id } },
      ]);
    });
  });

  describe('errors', () => {
    it('hides a fault behind the request id and logs it', async () => {
      const reply = await ask('/api/v1/fault');
      expect([reply.status, reply.json.code]).to.deep.equal([500, 'server.internal']);
      expect(reply.text).not.to.include('secret');
      expect(reply.json.requestId).to.equal(reply.headers['x-request-id']);
      const fault = serving.logged.find(({ event }) => event === 'http.fault');
      expect((fault?.error as Error).message).to.equal('secret of the database');
    });

    it('commits a refusal and answers it', async () => {
      const reply = await ask('/api/v1/refused', { method: 'POST' });
      expect([reply.status, reply.json.code]).to.deep.equal([401, 'session.credentials_invalid']);
      expect(serving.recorded).to.have.length(1);
    });

    it('records an act that a rule refused', async () => {
      const reply = await ask('/api/v1/forbidden', { method: 'POST', headers: AGENT });
      expect(reply.status).to.equal(403);
      expect(serving.recorded.map(({ draft }) => [draft.action, draft.outcome, draft.reason])).to.deep.equal([
        ['config.change', 'refused', 'account.self_refused'],
      ]);
    });

    it('refuses to send an answer against its schema when told to check', async () => {
      expect((await ask('/api/v1/wrong-answer')).status).to.equal(500);
    });

    it('prepares before the unit of work', async () => {
      expect((await ask('/api/v1/prepared')).json.prepared).to.equal(42);
    });
  });

  it('describes the table as OpenAPI 3.1', async () => {
    const { json } = await ask('/api/v1/openapi.json');
    expect(json.openapi).to.equal('3.1.0');
    const put = json.paths['/api/v1/things/{id}'].put;
    expect(put['x-permission']).to.equal('thing:write');
    expect(put.parameters.map((parameter: { name: string }) => parameter.name)).to.include('If-Match');
    expect(Object.keys(put.responses)).to.include.members(['200', '400', '401', '403', '412', '428']);
  });

  it('turns work away while draining, and stays alive', async () => {
    serving.drain();
    expect((await ask('/readyz')).status).to.equal(503);
    expect((await ask('/api/v1/things')).json.code).to.equal('server.draining');
    expect((await ask('/healthz')).status).to.equal(200);
  });

  it('shows its figures', async () => {
    await ask('/api/v1/things');
    const { text } = await ask('/metrics');
    expect(text).to.match(/http_requests_total\{route="\/api\/v1\/things",method="GET",status="200"\} 1/);
  });
});

describe('limits and readiness of the HTTP side', () => {
  const limited = { isLoopbackLimited: true, limits: { perSecond: 1, burst: 3 } };

  it('limits an address and says when to come again', async () => {
    const serving = await serveApp(ROUTES, { http: limited });
    const statuses = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await serving.ask('/api/v1/things')).status);
    expect(statuses).to.deep.equal([200, 200, 200, 429]);
    expect((await serving.ask('/api/v1/things')).headers['retry-after']).to.equal('1');
    serving.clock.advance(1000);
    expect((await serving.ask('/api/v1/things')).status).to.equal(200);
    await serving.stop();
  });

  it('counts failures of a route per address behind a listed proxy', async () => {
    const serving = await serveApp(ROUTES, { http: { trustedProxies: ['127.0.0.1'] } });
    const fail = async (ip: string) =>
      (await serving.ask('/api/v1/refused', { method: 'POST', headers: { 'X-Forwarded-For': ip } })).status;
    expect([await fail('203.0.113.1'), await fail('203.0.113.1'), await fail('203.0.113.1')]).to.deep.equal([
      401, 401, 401,
    ]);
    expect(await fail('203.0.113.1')).to.equal(429);
    expect(await fail('203.0.113.2')).to.equal(401);
    await serving.stop();
  });

  it('is ready when every check passes and names the one that fails', async () => {
    let isDatabaseUp = true;
    const readiness = [
      {
        name: 'database',
        check: () => (isDatabaseUp ? Promise.resolve() : Promise.reject(new Error('down'))),
      },
      { name: 'audit', check: () => Promise.resolve() },
    ];
    const serving = await serveApp(ROUTES, { readiness });
    expect((await serving.ask('/readyz')).status).to.equal(200);
    isDatabaseUp = false;
    serving.clock.advance(1000);
    const reply = await serving.ask('/readyz');
    expect([reply.status, reply.json.checks]).to.deep.equal([503, { database: 'failed', audit: 'ok' }]);
    await serving.stop();
  });
});
