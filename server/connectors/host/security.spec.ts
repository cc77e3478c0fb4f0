import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { HOSTILE_URLS } from '../../test/support/hostile-urls.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { serveRoutes, type ServedRoutes } from '../../test/support/serve-routes.ts';
import type { AnyConnector } from '../connector.ts';
import { CONNECTORS } from '../index.ts';
import { probe } from './probe.ts';
import { assertMappings } from './records.ts';
import { createSchemaCheck } from './schema-check.ts';
import {
  ADMIN,
  AGENT,
  buildHost,
  clearConnectors,
  codeOf,
  json,
  ordersConfig,
  PEER,
  startHttpPeer,
  type BuiltHost,
  type HttpPeer,
} from '../../test/support/connector-host.ts';

const CALLERS = {
  admin: { actor: ADMIN, permissions: ['connector:read', 'connector:write'] },
  guard: { actor: { ...ADMIN, id: '0190a000-0000-7000-8000-000000000009' }, permissions: ['connector:read'] },
  agent: { actor: AGENT, permissions: ['requester:read', 'ticket:work'] },
};

const restConnector = CONNECTORS.find(({ manifest }) => manifest.id === 'rest') as AnyConnector;

describe('the safety of connectors', () => {
  const clock = createFakeClock(new Date('2026-06-01T08:00:00.000Z'));
  let core: Core;
  let peer: HttpPeer;
  let built: BuiltHost;
  let http: ServedRoutes<keyof typeof CALLERS>;
  before(async () => {
    core = await buildCore({ clock });
  });
  after(() => core.close());
  beforeEach(async () => {
    peer = await startHttpPeer(true);
    built = buildHost(core, clock, { ports: [peer.port] });
    http = await serveRoutes(core, built.routes, CALLERS);
  });
  afterEach(async () => {
    await http.stop();
    built.close();
    await peer.stop();
    await clearConnectors(core);
  });
  const plain = (more: object = {}, operation: object = {}) => ({
    ...ordersConfig(peer.port, {}, operation),
    baseUrl: `http://${PEER}:${peer.port}/api`,
    ...more,
  });

  it(`makes no call for any of ${HOSTILE_URLS.length} spellings of forbidden addresses, as base or as next page`, async () => {
    expect(HOSTILE_URLS.length).to.be.at.least(60);
    const escaped: string[] = [];
    for (const form of HOSTILE_URLS) {
      const url = form.replaceAll('PORT', String(peer.port));
      // As settings: refused when entered, or when called.
      const made = await codeOf(
        built
          .add('rest', plain({ baseUrl: url }))
          .then((id) => built.lookup(id, 'order.list', { customer: 'K' })),
      );
      if (made === 'no error') escaped.push(`base ${url}`);
    }
    expect(peer.received, 'calls before the next pages').to.have.length(0);
    await clearConnectors(core);
    built.host.changed('');
    let wanted = 0;
    for (const form of HOSTILE_URLS) {
      const url = form.replaceAll('PORT', String(peer.port));
      const id = await built.add('rest', plain());
      peer.answer = (_got, response) => json(response, { items: [], next: url });
      await codeOf(built.lookup(id, 'order.list', { customer: 'K' }));
      // An empty or relative link leads to the system itself, which is allowed; every other host gets nothing.
      const own = new Set(['peer.bank.example']);
      wanted += peer.received.filter(
        ({ headers }) => !own.has(String(headers.host).split(':')[0] ?? ''),
      ).length;
    }
    expect(escaped).to.deep.equal([]);
    expect(wanted).to.equal(0);
  });

  it('lets no input leave its place in path, query, header, or body', async () => {
    const id = await built.add(
      'rest',
      plain(
        {},
        {
          ...{ method: 'POST', query: { q: '{customer}' }, headers: { 'x-q': '{customer}' } },
          body: '{"c":"{customer}"}',
          input: { customer: { isRequired: true, maxLength: 500 } },
        },
      ),
    );
    peer.answer = (_got, response) => json(response, { items: [] });
    const evil = '../../admin?a=1&b=2#x"},{"c":"y\r\nX-Evil: 1';
    await built.lookup(id, 'order.list', { customer: evil });
    const [got] = peer.received;
    expect(got?.url).to.match(/^\/api\/customers\/\.\.%2F[^/]*\/orders\?q=[^&]*$/);
    expect(got?.headers).not.to.have.property('x-evil');
    expect(JSON.parse(got?.body ?? '')).to.deep.equal({ c: evil });
  });

  it('shows none of 40 secrets anywhere: answers, trail, call log, recordings, faults', async function () {
    this.timeout(60_000);
    const canaries: string[] = [];
    const answers: string[] = [];
    const names = ['password', 'token', 'apiKey', 'clientSecret', 'signKey'];
    const kinds = [
      { kind: 'basic', user: 'desk' },
      { kind: 'bearer' },
      { kind: 'header', header: 'X-Api-Key' },
      { kind: 'client-credentials', tokenUrl: '/token', clientId: 'desk' },
      {
        kind: 'signature',
        digest: 'hmac-sm3',
        text: '{query}{secret.signKey}',
        place: 'header',
        field: 'x-sign',
      },
      {
        kind: 'login',
        tokenUrl: '/login',
        loginBody: '{"p":"{secret.password}"}',
        tokenPath: '/t',
        user: 'desk',
      },
      { kind: 'jwt-bearer', tokenUrl: '/token', clientId: 'd', algorithm: 'RS256', audience: 'a' },
      { kind: 'none' },
    ];
    // The peer answers faults with everything it got, as careless systems do.
    peer.answer = ({ headers, body, url }, response) => {
      const statuses = [200, 400, 401, 403, 429, 500, 302];
      const status = statuses[peer.received.length % statuses.length] ?? 500;
      const isToken = url.includes('token') || url.includes('login');
      if (isToken && status === 200) return json(response, { access_token: 'T', t: 'T' });
      json(response, { error: { headers, body, url } }, status);
    };
    for (const auth of kinds) {
      const id = await built.add('rest', plain({ auth }), { state: 'record' });
      for (const name of names) {
        const value = `CANARY-${canaries.length}-${core.ids.next()}`;
        canaries.push(value);
        const path = `/api/v1/connectors/${id}/secrets`;
        answers.push(
          JSON.stringify(await http.ask('admin', path, { method: 'POST', body: { name, value } })),
        );
      }
      await http.ask('admin', `/api/v1/connectors/${id}/secrets`, {
        method: 'POST',
        body: {
          name: 'privateKey',
          value: `-----BEGIN PRIVATE KEY-----\n${canaries[0]}\n-----END PRIVATE KEY-----`,
        },
      });
      for (let round = 0; round < 8; round += 1) {
        await built
          .lookup(id, 'order.list', { customer: 'K' })
          .catch((error: Error & { details?: object }) => {
            answers.push(`${error.message} ${JSON.stringify(error.details)}`);
          });
        answers.push(
          JSON.stringify(
            await http.ask('admin', `/api/v1/connectors/${id}/test`, { method: 'POST', body: {} }),
          ),
        );
      }
      for (const path of ['', '/calls']) {
        answers.push(JSON.stringify(await http.ask('admin', `/api/v1/connectors/${id}${path}`)));
      }
      clock.advance(60_000);
    }
    expect(canaries).to.have.length(40);
    expect(peer.received.length, 'calls that carried them').to.be.greaterThan(20);
    const carried = peer.received.map((got) => JSON.stringify(got)).join('\n');
    expect(
      canaries.filter((canary) => carried.includes(canary)).length,
      'reached the peer',
    ).to.be.greaterThan(2);
    const tables = [
      'audit_event',
      'connector',
      'connector_call',
      'connector_secret',
      'connector_sample',
      'outbox_event',
    ];
    for (const table of tables) answers.push(JSON.stringify(await core.sql(`SELECT * FROM ${table}`)));
    const everything = answers.join('\n');
    expect(canaries.filter((canary) => everything.includes(canary))).to.deep.equal([]);
    const hex = canaries.map((canary) => Buffer.from(canary).toString('hex'));
    expect(hex.filter((canary) => everything.includes(canary))).to.deep.equal([]);
  });

  it('tries the secret before a new one for a day, and not a day longer', async () => {
    const id = await built.add('rest', plain({ auth: { kind: 'bearer' } }), { secrets: { token: 'old' } });
    await core.uow.run({ actor: ADMIN }, (tx) =>
      built.service.setSecret(tx, id, { name: 'token', value: 'new' }),
    );
    peer.answer = ({ headers }, response) =>
      headers.authorization === 'Bearer old' ? json(response, { items: [] }) : json(response, {}, 401);
    expect((await built.lookup(id, 'order.list', { customer: 'K' })).records).to.deep.equal([]);
    expect(peer.received.map(({ headers }) => headers.authorization)).to.deep.equal([
      'Bearer new',
      'Bearer old',
    ]);
    clock.advance(24 * 3_600_000);
    expect(await codeOf(built.lookup(id, 'order.list', { customer: 'K' }))).to.equal(
      'connector.auth_failed unauthorised',
    );
  });

  describe('over its routes', () => {
    const base = '/api/v1/connectors';
    const input = () => ({ name: '订单系统', module: 'rest', config: plain() as Record<string, unknown> });
    const create = async () => (await http.ask('admin', base, { method: 'POST', body: input() })).json;

    it('is closed to strangers, to agents, and for changing to whoever only guards', async () => {
      const { id } = await create();
      const routes = [
        ['GET', base, undefined],
        ['GET', `${base}/${String(id)}`, undefined],
        ['GET', `${base}/${String(id)}/calls`, undefined],
        ['GET', '/api/v1/connector-modules', undefined],
        ['POST', base, input()],
        ['PUT', `${base}/${String(id)}`, input()],
        ['DELETE', `${base}/${String(id)}`, undefined],
        ['POST', `${base}/${String(id)}/secrets`, { name: 'token', value: 'x' }],
        ['POST', `${base}/${String(id)}/state`, { state: 'live' }],
        ['POST', `${base}/${String(id)}/test`, undefined],
        ['POST', `${base}/${String(id)}/try`, { operation: 'order.list', input: {} }],
        ['POST', `${base}/${String(id)}/preview`, { operation: 'order.list', output: {} }],
      ] as const;
      for (const [method, path, body] of routes) {
        const options = { method, ...(body === undefined ? {} : { body }), headers: { 'If-Match': '"1"' } };
        expect((await http.ask(undefined, path, options)).status, path).to.equal(401);
        expect((await http.ask('agent', path, options)).status, path).to.equal(403);
        const expected = method === 'GET' ? 200 : 403;
        expect((await http.ask('guard', path, options)).status, `${method} ${path}`).to.equal(expected);
      }
    });

    it('makes it off, shows settings but no secret, and refuses what cannot be used with the place of the fault', async () => {
      const made = await create();
      expect(made).to.include({ state: 'off', health: 'unknown', version: 1 });
      await http.ask('admin', `${base}/${String(made['id'])}/secrets`, {
        method: 'POST',
        body: { name: 'token', value: 's3cret' },
      });
      const { json: shown } = await http.ask('admin', `${base}/${String(made['id'])}`);
      expect(JSON.stringify(shown)).not.to.include('s3cret');
      const secrets = shown['secrets'] as { name: string; changedAt: string | null }[];
      expect(secrets.find(({ name }) => name === 'token')?.changedAt).to.equal(clock.now().toISOString());
      const wrong: [object, string][] = [
        [{ ...input(), module: 'nothing' }, 'module'],
        [{ ...input(), name: 'b', config: { ...plain(), more: 1 } }, 'schema'],
        [{ ...input(), name: 'c', config: plain({ baseUrl: 'https://u:p@a/' }) }, 'url'],
        [{ ...input(), name: 'd', config: plain({}, { path: '/{nobody}' }) }, 'placeholder'],
        [{ ...input(), name: 'e', config: plain({}, { records: 'a.map(b)' }) }, 'mapping'],
        [{ ...input(), name: 'f', config: plain({}, { input: { customer: { pattern: '(' } } }) }, 'pattern'],
        [{ ...input(), name: 'g', config: plain({ auth: { kind: 'basic' } }) }, 'auth'],
        [{ ...input(), name: 'h', tls: { ca: 'none' } }, 'certificate'],
      ];
      for (const [body, reason] of wrong) {
        const reply = await http.ask('admin', base, { method: 'POST', body });
        expect(reply.status, reason).to.equal(422);
        expect(reply.json['code']).to.equal('connector.config_invalid');
        expect((reply.json['details'] as { reason: string }).reason).to.equal(reason);
      }
      expect((await http.ask('admin', base, { method: 'POST', body: input() })).json['code']).to.equal(
        'connector.exists',
      );
      expect(
        (
          await http.ask('admin', `${base}/${String(made['id'])}/secrets`, {
            method: 'POST',
            body: { name: 'nobody', value: 'x' },
          })
        ).status,
      ).to.equal(422);
      const stale = { method: 'PUT', body: input(), headers: { 'If-Match': '"9"' } };
      expect((await http.ask('admin', `${base}/${String(made['id'])}`, stale)).status).to.equal(412);
      expect(
        (await http.ask('admin', `${base}/${String(made['id'])}`, { method: 'DELETE' })).status,
      ).to.equal(204);
      expect((await http.ask('admin', base)).json['items']).to.satisfy((items: { id: string }[]) =>
        items.every(({ id }) => id !== made['id']),
      );
    });

    it('shows whoever tries an operation the form of the answer, not a customer', async () => {
      peer.answer = (_got, response) =>
        json(response, { items: [{ number: 'A-17', state: '2', amount: '12.50' }] });
      const id = await built.add('rest', plain({}, { purposes: ['service', 'verify'] }), { state: 'record' });
      const tried = await http.ask('admin', `${base}/${id}/try`, {
        method: 'POST',
        body: { operation: 'order.list', input: { customer: 'K' } },
      });
      expect(tried.json['records']).to.deep.equal([
        { number: 'x-00', state: '某某某', amount: '00.00', phone: null },
      ]);
      const output = {
        nr: { path: '/number', type: 'text', class: 'C1' },
        gone: { path: '/no', type: 'text', class: 'C1', isRequired: true },
      };
      const preview = await http.ask('admin', `${base}/${id}/preview`, {
        method: 'POST',
        body: { operation: 'order.list', output },
      });
      expect(preview.json['records']).to.deep.equal([{ nr: 'A-17', gone: null }]);
      expect(preview.json['drift']).to.deep.equal(['gone']);
      const { json: calls } = await http.ask('guard', `${base}/${id}/calls?limit=1`);
      expect((calls['items'] as { operation: string; outcome: string }[])[0]).to.include({
        operation: 'order.list',
        outcome: 'ok',
      });
    });

    it('tells eight ways of failing apart', async () => {
      const test = async (id: string) =>
        (await http.ask('admin', `${base}/${id}/test`, { method: 'POST' })).json['outcome'];
      const at = (config: object) => built.add('rest', { ...plain(), ...config });
      const id = await built.add('rest', plain());
      const answers: [HttpPeer['answer'], string][] = [
        [(_got, response) => json(response, {}), 'ok'],
        [(_got, response) => json(response, {}, 401), 'auth'],
        [(_got, response) => json(response, {}, 403), 'forbidden'],
        [(_got, response) => json(response, '<html>'), 'schema'],
      ];
      for (const [answer, outcome] of answers) {
        peer.answer = answer;
        expect(await test(id)).to.equal(outcome);
      }
      expect(await test(await at({ baseUrl: 'http://127.0.0.1:9/' }))).to.equal('egress-denied');
      expect(await test(await at({ baseUrl: `https://${PEER}:${peer.port}` }))).to.equal('tls');
      const gone = await startHttpPeer(true);
      await gone.stop();
      const refusing = buildHost(core, clock, { ports: [gone.port] });
      const refused = await refusing.add('rest', { ...plain(), baseUrl: `http://${PEER}:${gone.port}` });
      const deps = { host: refusing.host, uow: core.uow, now: () => clock.now() };
      expect((await probe(deps, refused, ADMIN)).outcome).to.equal('refused');
      refusing.close();
      const nowhere = buildHost(core, clock, { ports: [peer.port], unknownHosts: ['nowhere.bank.example'] });
      const lost = await nowhere.add('rest', {
        ...plain(),
        baseUrl: `http://nowhere.bank.example:${peer.port}`,
      });
      expect((await probe({ ...deps, host: nowhere.host }, lost, ADMIN)).outcome).to.equal('dns');
      nowhere.close();
    });
  });

  it('ships settings to begin with that fit their own schema', () => {
    const check = createSchemaCheck();
    for (const { config } of restConnector.presets) {
      check('rest', restConnector.configSchema, config);
      restConnector.assertConfig(config);
      for (const operation of restConnector.operations(config)) assertMappings(operation);
    }
    expect(restConnector.presets).to.have.length(2);
  });
});
