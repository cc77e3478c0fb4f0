import { expect } from 'chai';
import { defineRoute } from '../platform/http/index.ts';
import { serveIdentity, type Browser, type IdentityServer } from './test/serve-identity.ts';

const DAY_MS = 86_400_000;

const askRobot = defineRoute({
  method: 'POST',
  path: '/api/v1/probe',
  summary: 'A route for programs.',
  permission: 'robot:query',
  audit: 'robot.query',
  idempotent: true,
  response: { type: 'object' },
  handler: (_tx, _input, context) => Promise.resolve({ actor: context.actor.id, at: context.requestId }),
});

const tickets = (['GET', 'POST'] as const).map((method) =>
  defineRoute({
    method,
    path: '/api/v1/probe-tickets',
    summary: 'Reading and changing under one right.',
    permission: 'ticket:work',
    audit: 'ticket.view',
    response: { type: 'object' },
    handler: async () => ({}),
  }),
);

describe('tokens and skill groups', () => {
  let server: IdentityServer;
  let system: Browser;

  before(async () => {
    server = await serveIdentity([askRobot, ...tickets]);
    system = await server.browse(server.people['system-admin']);
  });
  after(() => server.close());

  const create = async (scopes = ['robot:query'], expiresInDays = 30) =>
    (await system.ask('/api/v1/tokens', { method: 'POST', body: { name: '程序', scopes, expiresInDays } }))
      .json;
  const probe = (token: string, headers: Record<string, string> = {}) =>
    server.ask('/api/v1/probe', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, ...headers },
    });

  it('lets a program do what its scopes say and nothing else', async () => {
    const { id, token } = await create();
    expect(token).to.match(/^vdt_[A-Za-z0-9_-]{43}$/);
    expect((await probe(token)).json.actor).to.equal(id);
    const headers = { Authorization: `Bearer ${token}` };
    expect((await server.ask('/api/v1/accounts', { headers })).status).to.equal(403);
    expect((await server.ask('/api/v1/session', { headers })).status).to.equal(401);
    const other = await create(['ticket:work']);
    expect((await probe(other.token)).status).to.equal(403);
  });

  it('refuses tokens that are unknown, cut, expired, or revoked', async () => {
    const { id, token } = await create(['robot:query'], 1);
    expect((await probe(`${token}x`)).status).to.equal(401);
    expect((await probe(token.slice(0, -1))).status).to.equal(401);
    expect((await probe(token)).status).to.equal(200);
    expect((await system.ask(`/api/v1/tokens/${id}`, { method: 'DELETE' })).status).to.equal(204);
    expect((await probe(token)).status).to.equal(401);
    expect((await system.ask(`/api/v1/tokens/${id}`, { method: 'DELETE' })).status).to.equal(404);
    const short = await create(['robot:query'], 1);
    server.clock.advance(DAY_MS);
    expect((await probe(short.token)).status).to.equal(401);
    system = await server.browse(server.people['system-admin']);
  });

  const make = async (body: object) =>
    (
      await system.ask('/api/v1/tokens', {
        method: 'POST',
        body: { name: '程序', scopes: ['robot:query'], expiresInDays: 30, ...body },
      })
    ).json;

  it('is good from its networks only, and elsewhere looks like an unknown one', async () => {
    const near = await make({ networks: ['10.0.0.0/8', '127.0.0.1'] });
    const far = await make({ networks: ['10.0.0.0/8'] });
    expect((await probe(near.token)).status).to.equal(200);
    const refused = await probe(far.token);
    expect([refused.status, refused.json.code]).to.deep.equal([401, 'access.unauthenticated']);
    for (const networks of [['10.0.0.0/33'], ['10.0.0'], ['::1/129'], ['x']])
      expect((await make({ networks })).code, networks[0]).to.equal('request.invalid');
  });

  it('has a limit of its own, whoever shares its address', async () => {
    const slow = await make({ perSecond: 1 });
    const other = await make({});
    const codes = [];
    for (let count = 0; count < 3; count += 1) codes.push((await probe(slow.token)).status);
    expect(codes).to.deep.equal([200, 200, 429]);
    expect((await probe(other.token)).status).to.equal(200);
    server.clock.advance(1_000);
    expect((await probe(slow.token)).status).to.equal(200);
  });

  it('gets another text, the old one good as long as was said', async () => {
    const { id, token } = await create();
    const rotate = (graceHours: number) =>
      system.ask(`/api/v1/tokens/${id}/rotate`, { method: 'POST', body: { graceHours } });
    const second = (await rotate(1)).json.token as string;
    expect([(await probe(token)).status, (await probe(second)).status]).to.deep.equal([200, 200]);
    server.clock.advance(3_600_000);
    system = await server.browse(server.people['system-admin']);
    expect([(await probe(token)).status, (await probe(second)).status]).to.deep.equal([401, 200]);
    const third = (await rotate(0)).json.token as string;
    expect([(await probe(second)).status, (await probe(third)).status]).to.deep.equal([401, 200]);
    await system.ask(`/api/v1/tokens/${id}`, { method: 'DELETE' });
    expect((await probe(third)).status).to.equal(401);
    expect((await rotate(0)).status).to.equal(404);
    expect((await rotate(73)).json.code).to.equal('request.invalid');
  });

  it('with a reading scope reads, and changes nothing', async () => {
    const reading = await create(['ticket:read']);
    const both = await create(['ticket:read', 'ticket:work']);
    const ask = (token: string, method: string) =>
      server.ask('/api/v1/probe-tickets', { method, headers: { Authorization: `Bearer ${token}` } });
    expect([
      (await ask(reading.token, 'GET')).status,
      (await ask(reading.token, 'POST')).status,
    ]).to.deep.equal([200, 403]);
    expect([(await ask(both.token, 'GET')).status, (await ask(both.token, 'POST')).status]).to.deep.equal([
      200, 200,
    ]);
  });

  it('never shows a token again, nor stores it', async () => {
    const { id, token } = await create();
    const list = await system.ask('/api/v1/tokens');
    expect(list.json.items.map((item: { id: string }) => item.id)).to.include(id);
    expect(list.text).not.to.include(token);
  });

  it('pages tokens, the newest first', async () => {
    const first = await system.ask('/api/v1/tokens?limit=2');
    const second = await system.ask(`/api/v1/tokens?limit=2&cursor=${first.json.nextCursor}`);
    const ids = [...first.json.items, ...second.json.items].map((item: { id: string }) => item.id);
    expect(new Set(ids).size).to.equal(4);
    expect((await system.ask('/api/v1/tokens?cursor=WyJ4IiwieSJd')).status).to.equal(400);
  });

  it('refuses scopes nobody knows and times over a year', async () => {
    const make = (body: object) =>
      system.ask('/api/v1/tokens', {
        method: 'POST',
        body: { name: 'x', scopes: ['robot:query'], expiresInDays: 1, ...body },
      });
    for (const bad of [
      { scopes: ['account:create'] },
      { scopes: [] },
      { expiresInDays: 0 },
      { expiresInDays: 366 },
    ]) {
      expect((await make(bad)).status).to.equal(400);
    }
  });

  describe('an Idempotency-Key', () => {
    it('gives the same answer again, one effect, for 24 hours', async () => {
      const { token } = await create();
      const key = { 'Idempotency-Key': 'key-1' };
      const first = await probe(token, key);
      const again = await probe(token, key);
      expect(again.json).to.deep.equal(first.json);
      expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).to.deep.equal([
        undefined,
        'true',
      ]);
      server.clock.advance(DAY_MS + 1);
      expect((await probe(token, key)).json).not.to.deep.equal(first.json);
      system = await server.browse(server.people['system-admin']);
    });

    it('belongs to one body and one actor', async () => {
      const [one, two] = [await create(), await create()];
      const key = { 'Idempotency-Key': 'key-2' };
      const first = await probe(one.token, key);
      expect((await probe(two.token, key)).json.actor).to.equal(two.id);
      const other = await server.ask('/api/v1/probe', {
        method: 'POST',
        headers: { Authorization: `Bearer ${one.token}`, ...key },
        body: {},
      });
      expect([other.status, other.json.code]).to.deep.equal([422, 'idempotency.mismatch']);
      expect((await probe(one.token, key)).json).to.deep.equal(first.json);
    });

    it('answers 409 to the second of two at once, and never has two effects', async () => {
      const { token } = await create();
      const replies = await Promise.all([1, 2, 3].map(() => probe(token, { 'Idempotency-Key': 'key-3' })));
      const done = replies.filter(({ status }) => status === 200);
      expect(new Set(done.map(({ json }) => json.at)).size).to.equal(1);
      for (const { status } of replies) expect([200, 409]).to.include(status);
    });

    it('has 1 to 255 visible characters', async () => {
      const { token } = await create();
      for (const key of ['a b', 'x'.repeat(256)]) {
        expect((await probe(token, { 'Idempotency-Key': key })).status).to.equal(400);
      }
    });
  });

  describe('skill groups', () => {
    const make = (body: object) => system.ask('/api/v1/skill-groups', { method: 'POST', body });

    it('are made and changed, with the version read', async () => {
      const { agent, supervisor, editor } = server.people;
      const made = await make({ name: '信用卡', memberIds: [agent.id, supervisor.id, editor.id] });
      expect([made.status, made.json.version]).to.deep.equal([201, 1]);
      const path = `/api/v1/skill-groups/${made.json.id}`;
      const put = (version: number, memberIds: string[]) =>
        system.ask(path, {
          method: 'PUT',
          body: { name: '信用卡', memberIds },
          headers: { 'If-Match': String(version) },
        });
      const agents = await server.identity.listAgents(made.json.id);
      expect(agents.map(({ id }) => id).sort()).to.deep.equal([agent.id, supervisor.id].sort());
      expect(agents[0]?.skillGroupIds).to.deep.equal([made.json.id]);
      expect((await put(1, [agent.id])).json).to.deep.equal({
        id: made.json.id,
        name: '信用卡',
        memberIds: [agent.id],
        version: 2,
      });
      expect((await put(1, [])).status).to.equal(412);
      expect(await server.identity.agentsOf(made.json.id)).to.deep.equal([agent.id]);
      expect((await server.identity.agentsOf(null)).length).to.equal(2);
    });

    it('refuse members nobody knows', async () => {
      const reply = await make({ name: 'x', memberIds: ['01900000-0000-7000-8000-00000000dead'] });
      expect([reply.status, reply.json.code]).to.deep.equal([400, 'request.invalid']);
    });

    it('are read by everybody who is signed in', async () => {
      const agent = await server.browse(server.people.agent);
      const { json } = await agent.ask('/api/v1/skill-groups');
      expect(json.items.map((item: { name: string }) => item.name)).to.deep.equal(['信用卡']);
      expect((await agent.ask('/api/v1/skill-groups', { method: 'POST', body: {} })).status).to.equal(403);
    });
  });
});
