import { expect } from 'chai';
import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import type { Ask, Reply } from '../../test/support/ask.ts';
import { TestIdp } from '../sso/test/test-idp.ts';
import { serveIdentity, type IdentityServer } from '../test/serve-identity.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

describe('SCIM', function () {
  this.timeout(60_000);
  let server: IdentityServer;
  let idp: TestIdp;
  let token: string;
  let otherToken: string;

  before(async () => {
    server = await serveIdentity();
    idp = new TestIdp(server);
    await idp.register({ jit: false });
    const make = (scopes: ('scim:write' | 'robot:query')[]) =>
      server.core.uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
        server.identity.createToken(tx, { name: 'Directory', scopes, expiresInDays: 30 }),
      );
    token = (await make(['scim:write'])).token;
    otherToken = (await make(['robot:query'])).token;
  });
  after(() => server.close());

  const call = (path: string, options: Ask = {}, bearer = token): Promise<Reply> =>
    server.ask(`/scim/corp/v2${path}`, {
      ...options,
      headers: { Authorization: `Bearer ${bearer}`, ...options.headers },
    });
  const post = (path: string, body: object) => call(path, { method: 'POST', body });
  const patch = (path: string, ...Operations: object[]) =>
    call(path, { method: 'PATCH', body: { schemas: [PATCH], Operations } });
  const user = (userName: string, more: object = {}) => ({ schemas: [USER], userName, ...more });
  const sso = (uid: string, groups: string[] = ['agents']) => ({
    nameId: `id-${uid}`,
    attributes: { uid: [uid], groups },
  });

  it('says what it can do, to a token with the right alone', async () => {
    const { status, json, headers } = await call('/ServiceProviderConfig');
    expect([status, headers['content-type']]).to.deep.equal([200, 'application/scim+json; charset=utf-8']);
    const can = ['patch', 'filter', 'sort', 'etag', 'bulk', 'changePassword'];
    expect(can.filter((name) => json[name].supported)).to.deep.equal(['patch', 'filter', 'sort', 'etag']);
    expect((await call('/ResourceTypes')).json.Resources.map(({ id }: { id: string }) => id)).to.deep.equal([
      'User',
      'Group',
    ]);
    expect((await call('/Users', {}, 'vdt_none')).status).to.equal(401);
    expect((await call('/Users', {}, otherToken)).status).to.equal(403);
    const unknown = await server.ask('/scim/nobody/v2/Users', {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect([unknown.status, unknown.json.schemas]).to.deep.equal([
      404,
      ['urn:ietf:params:scim:api:messages:2.0:Error'],
    ]);
  });

  it('makes people without a password, who come in through the identity provider with its roles', async () => {
    const made = await post('/Users', user('chen.yu', { externalId: 'e-1', name: { formatted: '陈宇' } }));
    expect(made.status).to.equal(201);
    expect(made.headers.location).to.equal(made.json.meta.location);
    expect(made.json).to.include({
      userName: 'chen.yu',
      displayName: '陈宇',
      active: true,
      externalId: 'e-1',
    });
    const { session } = await idp.signIn(sso('chen.yu'));
    expect([session.account.id, session.roles]).to.deep.equal([made.json.id, ['agent']]);
    const twice = await post('/Users', user('Chen.Yu'));
    expect([twice.status, twice.json.scimType, twice.json.status]).to.deep.equal([409, 'uniqueness', '409']);
    const local = await post('/Users', user('the.agent'));
    expect([local.status, local.json.scimType]).to.deep.equal([409, 'uniqueness']);
  });

  it('takes over an account that signed in before, and no account of others', async () => {
    await idp.register({ jit: true });
    const { session } = await idp.signIn(sso('li.na'));
    await idp.register({ jit: false });
    expect((await post('/Users', user('li.na'))).json.id).to.equal(session.account.id);
    expect((await call(`/Users/${server.people.agent.id}`)).status).to.equal(404);
    const off = { op: 'replace', path: 'active', value: false };
    expect((await patch(`/Users/${server.people.agent.id}`, off)).status).to.equal(404);
  });

  it('pages by index, and finds by filter', async () => {
    for (const name of ['p.one', 'p.two', 'p.three'])
      await post('/Users', user(name, { externalId: `x-${name}` }));
    const list = async (query: string) => (await call(`/Users?${query}`)).json;
    const all = await list('');
    expect([all.totalResults, all.startIndex, all.itemsPerPage]).to.deep.equal([5, 1, 5]);
    const second = await list('startIndex=3&count=2');
    const ids = (page: { Resources: { id: string }[] }) => page.Resources.map(({ id }) => id);
    expect(ids(second)).to.deep.equal(ids(all).slice(2, 4));
    expect((await list('count=0')).Resources).to.deep.equal([]);
    expect((await list('startIndex=-5&count=1')).startIndex).to.equal(1);
    const find = (filter: string) => list(`filter=${encodeURIComponent(filter)}`);
    expect((await find('userName eq "P.One"')).totalResults).to.equal(1);
    expect((await find('externalId eq "x-p.two"')).Resources[0].userName).to.equal('p.two');
    expect((await find('userName sw "p." and not (userName eq "p.one")')).totalResults).to.equal(2);
    expect((await find('userName eq "the.agent"')).totalResults).to.equal(0);
    const bad = await call(`/Users?filter=${encodeURIComponent('userName like "a"')}`);
    expect([bad.status, bad.json.scimType]).to.deep.equal([400, 'invalidFilter']);
    expect((await call('/Users?startIndex=999999999')).json.scimType).to.equal('tooMany');
  });

  it('sorts by an attribute, with a filter and without', async () => {
    const names = async (query: string) => {
      const { Resources } = (await call(`/Users?${query}`)).json;
      return (Resources as { userName: string }[]).map(({ userName }) => userName);
    };
    const own = encodeURIComponent('userName sw "p."');
    const up = await names(`filter=${own}&sortBy=userName`);
    expect(up).to.deep.equal(['p.one', 'p.three', 'p.two']);
    expect(await names(`filter=${own}&sortBy=userName&sortOrder=descending`)).to.deep.equal(
      [...up].reverse(),
    );
    const all = await names('sortBy=userName');
    expect(all).to.deep.equal([...all].sort());
    expect(await names('sortBy=userName&startIndex=2&count=2')).to.deep.equal(all.slice(1, 3));
    expect((await call('/Users?sortBy=a%20b')).json.scimType).to.equal('invalidPath');
    expect((await call('/Users?sortBy=userName&sortOrder=up')).json.scimType).to.equal('invalidValue');
    expect((await call('/Groups?sortBy=displayName')).status).to.equal(200);
  });

  it('change only what their client read, where it names a version', async () => {
    const { json, headers } = await post('/Users', user('ver.sion'));
    expect(headers.etag)
      .to.equal(json.meta.version)
      .and.match(/^W\/"[0-9a-f]{32}"$/);
    const path = `/Users/${json.id}`;
    expect((await call(path)).headers.etag).to.equal(headers.etag);
    const put = (displayName: string, ifMatch: string) => {
      const body = user('ver.sion', { displayName });
      return call(path, { method: 'PUT', body, headers: { 'If-Match': ifMatch } });
    };
    const both = await Promise.all([put('甲', String(headers.etag)), put('乙', String(headers.etag))]);
    expect(both.map(({ status }) => status).sort()).to.deep.equal([200, 412]);
    const stale = await call(path, { method: 'DELETE', headers: { 'If-Match': String(headers.etag) } });
    expect([stale.status, stale.json.code]).to.deep.equal([412, 'request.version_stale']);
    const now = String((await call(path)).headers.etag);
    expect((await put('丙', `"x", ${now}`)).status).to.equal(200);
    expect((await put('丁', '*')).status).to.equal(200);
    const group = await post('/Groups', { displayName: 'tagged' });
    const add = { op: 'add', path: 'members', value: [{ value: json.id }] };
    const asked = { schemas: [PATCH], Operations: [add] };
    const change = {
      method: 'PATCH',
      body: asked,
      headers: { 'If-Match': String(group.headers.etag) },
    } as const;
    expect((await call(`/Groups/${group.json.id}`, change)).status).to.equal(200);
    expect((await call(`/Groups/${group.json.id}`, change)).status).to.equal(412);
    // Being put into a group changes the person as it is shown, and so its version.
    expect((await call(path)).headers.etag).not.to.equal(now);
  });

  it('turns people off: sessions end at once, and the same person comes back', async () => {
    const made = (await post('/Users', user('wang.qiang'))).json;
    const { ask, session } = await idp.signIn(sso('wang.qiang'));
    const off = await patch(`/Users/${made.id}`, { op: 'Replace', value: { active: 'False' } });
    expect([off.status, off.json.active]).to.deep.equal([200, false]);
    expect((await ask('/api/v1/session')).status).to.equal(401);
    const refused = await idp.answer(await idp.begin('/'), sso('wang.qiang'));
    expect([refused.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.disabled']);
    expect(
      (await patch(`/Users/${made.id}`, { op: 'replace', path: 'active', value: true })).json.active,
    ).to.equal(true);
    expect((await idp.signIn(sso('wang.qiang'))).session.account.id).to.equal(session.account.id);
  });

  it('replaces and patches what it keeps, and refuses what is no form of it', async () => {
    const { id } = (await post('/Users', user('zhao.min'))).json;
    const put = (body: object) => call(`/Users/${id}`, { method: 'PUT', body });
    expect((await put(user('zhao.min2', { displayName: '赵敏' }))).json).to.include({
      userName: 'zhao.min2',
    });
    const named = await patch(`/Users/${id}`, { op: 'replace', path: 'name.formatted', value: '赵二' });
    expect(named.json.displayName).to.equal('赵二');
    expect((await put(user('chen.yu'))).json.scimType).to.equal('uniqueness');
    for (const body of [user('a b'), user('x', {}), {}, user('ok.name', { active: 'maybe' })]) {
      expect((await put(body)).json.scimType).to.equal('invalidValue');
    }
    expect((await patch(`/Users/${id}`, { op: 'move' })).json.scimType).to.equal('invalidSyntax');
    expect((await patch(`/Users/${id}`)).status).to.equal(400);
    const text = await server.ask(`/scim/corp/v2/Users`, {
      method: 'POST',
      raw: '{',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
    });
    expect(text.status).to.equal(400);
  });

  it('takes the roles of a group from who leaves it, at once', async () => {
    const { id } = (await post('/Users', user('sun.li'))).json;
    const group = await post('/Groups', { displayName: 'leaders', members: [{ value: id }] });
    expect([group.status, group.json.members[0].value]).to.deep.equal([201, id]);
    const agents = (await post('/Groups', { displayName: 'agents', members: [{ value: id }] })).json;
    const { ask, session } = await idp.signIn(sso('sun.li', ['agents', 'leaders']));
    expect(session.roles).to.deep.equal(['agent', 'supervisor']);
    const path = `members[value eq "${id}"]`;
    expect((await patch(`/Groups/${group.json.id}`, { op: 'remove', path })).json.members).to.deep.equal([]);
    expect((await ask('/api/v1/session')).status).to.equal(401);
    const again = await idp.signIn(sso('sun.li', ['agents']));
    expect(again.session.roles).to.deep.equal(['agent']);
    expect((await call(`/Users/${id}`)).json.groups).to.deep.equal([{ value: agents.id, display: 'agents' }]);
    const stranger = await patch(`/Groups/${agents.id}`, {
      ...{ op: 'add', path: 'members', value: [{ value: server.people.agent.id }] },
    });
    expect([stranger.status, stranger.json.scimType]).to.deep.equal([400, 'invalidValue']);
    expect((await post('/Groups', { displayName: 'agents' })).json.scimType).to.equal('uniqueness');
    expect((await call(`/Groups/${agents.id}`, { method: 'DELETE' })).status).to.equal(204);
    expect((await again.ask('/api/v1/session')).status).to.equal(401);
  });

  it('keeps a person no longer: the account is off, and stays in the trail', async () => {
    const { id } = (await post('/Users', user('wu.fang'))).json;
    expect((await call(`/Users/${id}`, { method: 'DELETE' })).status).to.equal(204);
    expect((await call(`/Users/${id}`)).status).to.equal(404);
    const system = await server.browse(server.people['system-admin']);
    const accounts = (await system.ask('/api/v1/accounts?limit=500')).json.items as {
      id: string;
      state: string;
    }[];
    expect(accounts.find((account) => account.id === id)?.state).to.equal('disabled');
    expect(await server.trail()).to.include.members(['scim.write ok', 'account.disable ok']);
  });
});
