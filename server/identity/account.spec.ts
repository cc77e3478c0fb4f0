import { expect } from 'chai';
import { serveIdentity, type Browser, type IdentityServer } from './test/serve-identity.ts';

const MISSING = '01900000-0000-7000-8000-00000000dead';

describe('accounts under four eyes', () => {
  let server: IdentityServer;
  let system: Browser;
  let security: Browser;
  let count = 0;

  before(async () => {
    server = await serveIdentity();
    system = await server.browse(server.people['system-admin']);
    security = await server.browse(server.people['security-admin']);
  });
  after(() => server.close());

  const post = (browser: Browser, path: string, version?: number, body?: unknown) =>
    browser.ask(`/api/v1/accounts${path}`, {
      method: 'POST',
      ...(body === undefined ? {} : { body }),
      headers: version === undefined ? {} : { 'If-Match': `"${version}"` },
    });
  const create = async (roles: string[] = ['agent']) => {
    count += 1;
    const body = { username: `Person${count}`, displayName: '张三', roles };
    return (await post(system, '', undefined, body)).json;
  };

  it('makes an account that cannot sign in before another person approved it', async () => {
    const { account, temporaryPassword, totpSecret } = await create();
    expect(account).to.include({
      state: 'pending',
      username: `person${count}`,
      displayName: '张三',
      version: 1,
    });
    expect([account.roles, account.pendingRoles, totpSecret]).to.deep.equal([[], ['agent'], undefined]);
    const person = { username: account.username, password: temporaryPassword };
    expect((await server.signIn(person)).json.code).to.equal('session.credentials_invalid');
    const approved = await post(security, `/${account.id}/approve`, 1);
    expect([approved.status, approved.json.state, approved.json.roles]).to.deep.equal([
      200,
      'active',
      ['agent'],
    ]);
    const session = await server.signIn(person);
    expect([session.status, session.json.mustChangePassword]).to.deep.equal([200, true]);
  });

  it('gives the secret of one-time codes with an administrator, once, and stores it sealed', async () => {
    const { account, temporaryPassword, totpSecret } = await create(['audit-admin']);
    expect(totpSecret).to.match(/^[A-Z2-7]{32}$/);
    await post(security, `/${account.id}/approve`, 1);
    const list = await system.ask('/api/v1/accounts?limit=500');
    expect(list.text).not.to.include(totpSecret);
    const person = { username: account.username, password: temporaryPassword };
    expect((await server.signIn(person)).json.code).to.equal('session.otp_required');
    expect((await server.signIn({ ...person, totpSecret })).status).to.equal(200);
  });

  it('refuses administrators with other roles, taken names, and bad names', async () => {
    const make = (body: object) => post(system, '', undefined, { username: 'x1', displayName: 'x', ...body });
    expect((await make({ roles: ['system-admin', 'agent'] })).json.code).to.equal('account.roles_exclusive');
    expect((await make({ roles: ['system-admin', 'audit-admin'] })).status).to.equal(422);
    expect((await make({ username: 'THE.AGENT', roles: ['agent'] })).json.code).to.equal(
      'account.username_taken',
    );
    for (const bad of [
      { roles: [] },
      { roles: ['root'] },
      { roles: ['agent', 'agent'] },
      { username: '', roles: ['agent'] },
      { username: 'a b', roles: ['agent'] },
      { username: '<script>', roles: ['agent'] },
      { displayName: '   ', roles: ['agent'] },
      { displayName: 'a\u0007b', roles: ['agent'] },
      { displayName: 'x'.repeat(101), roles: ['agent'] },
      { roles: ['agent'], state: 'active' },
    ]) {
      expect((await make(bad)).status, JSON.stringify(bad)).to.equal(400);
    }
  });

  it('lets nobody change the own rights', async () => {
    const { id } = server.people['system-admin'];
    for (const verb of ['disable', 'password-reset']) {
      expect((await post(system, `/${id}/${verb}`, 1)).json.code).to.equal('account.self_refused');
    }
    const roles = await post(system, `/${id}/roles`, 1, { roles: ['officer'] });
    expect(roles.json.code).to.equal('account.self_refused');
    const own = server.people['security-admin'].id;
    const asked = await post(system, `/${own}/roles`, 1, { roles: ['security-admin'] });
    expect((await post(security, `/${own}/approve`, asked.json.version)).json.code).to.equal(
      'account.self_refused',
    );
  });

  it('keeps the one who asks and the one who grants apart', async () => {
    const { account } = await create();
    expect((await post(system, `/${account.id}/approve`, 1)).json.code).to.equal('access.refused');
    expect((await post(security, '', undefined, {})).json.code).to.equal('access.refused');
  });

  it('asks for other roles, keeps the old ones until approved, and ends the sessions then', async () => {
    const { id } = server.people.editor;
    const editor = await server.browse(server.people.editor);
    const asked = await post(system, `/${id}/roles`, 1, { roles: ['editor', 'inspector'] });
    expect(asked.json).to.include({ version: 2 });
    expect((await editor.ask('/api/v1/session')).json.roles).to.deep.equal(['editor']);
    const approved = await post(security, `/${id}/approve`, 2);
    expect(approved.json.roles).to.deep.equal(['editor', 'inspector']);
    expect((await editor.ask('/api/v1/session')).status).to.equal(401);
  });

  it('turns a request down and turns off an account that never was approved', async () => {
    const { account } = await create();
    const rejected = await post(security, `/${account.id}/reject`, 1);
    expect([rejected.json.state, rejected.json.pendingRoles]).to.deep.equal(['disabled', undefined]);
    expect((await post(security, `/${account.id}/approve`, 2)).json.code).to.equal('account.state_refused');
  });

  it('ends the sessions of an account that is disabled, at once', async () => {
    const inspector = await server.browse(server.people.inspector);
    const { id } = server.people.inspector;
    expect((await inspector.ask('/api/v1/session')).status).to.equal(200);
    expect((await post(system, `/${id}/disable`, 1)).json.state).to.equal('disabled');
    expect((await inspector.ask('/api/v1/session')).status).to.equal(401);
    expect((await server.signIn(server.people.inspector)).status).to.equal(401);
    expect((await post(system, `/${id}/disable`, 2)).json.code).to.equal('account.state_refused');
    expect((await post(security, `/${id}/enable`, 2)).json.state).to.equal('active');
    expect((await server.signIn(server.people.inspector)).status).to.equal(200);
  });

  it('resets a password, which must be changed, and ends the sessions', async () => {
    const { id, username, password } = server.people.officer;
    const officer = await server.browse(server.people.officer);
    const { temporaryPassword } = (await post(system, `/${id}/password-reset`, 1)).json;
    expect((await officer.ask('/api/v1/session')).status).to.equal(401);
    expect((await server.signIn({ username, password })).status).to.equal(401);
    expect((await server.signIn({ username, password: temporaryPassword })).json.mustChangePassword).to.equal(
      true,
    );
  });

  it('wants the version read, and knows nothing of what is missing', async () => {
    const { account } = await create();
    expect((await post(security, `/${account.id}/approve`)).status).to.equal(428);
    expect((await post(security, `/${account.id}/approve`, 9)).status).to.equal(412);
    expect((await post(security, `/${MISSING}/approve`, 1)).status).to.equal(404);
    const both = await Promise.all([1, 2].map(() => post(security, `/${account.id}/approve`, 1)));
    expect(both.map(({ status }) => status).sort()).to.deep.equal([200, 412]);
  });

  it('lists by name, page by page, and by state', async () => {
    const names: string[] = [];
    for (let cursor = ''; ;) {
      const { json } = await security.ask(`/api/v1/accounts?limit=3${cursor && `&cursor=${cursor}`}`);
      names.push(...json.items.map((item: { username: string }) => item.username));
      if (json.nextCursor === undefined) break;
      cursor = json.nextCursor;
    }
    expect(names).to.deep.equal([...names].sort());
    expect(new Set(names).size).to.equal(names.length);
    const pending = await security.ask('/api/v1/accounts?state=pending');
    expect(pending.json.items.every((item: { state: string }) => item.state === 'pending')).to.equal(true);
    expect((await security.ask('/api/v1/accounts?cursor=AAAA')).json.code).to.equal('request.cursor_invalid');
    expect((await security.ask('/api/v1/accounts?state=root')).status).to.equal(400);
  });

  it('leaves every act in the trail, refusals included', async () => {
    const trail = await server.trail();
    for (const entry of [
      'account.create ok',
      'account.approve ok',
      'account.roles-request ok',
      'account.roles-grant ok',
      'account.reject ok',
      'account.disable ok',
      'account.enable ok',
      'account.password-reset ok',
      'account.list ok',
      'account.create refused',
      'account.approve refused',
      'access.refuse refused',
    ]) {
      expect(trail, entry).to.include(entry);
    }
  });

  it('makes first accounts only where there are none', async () => {
    const again = server.core.uow.run({ actor: { type: 'system', id: 'system' } }, (tx) =>
      server.identity.createFirstAccounts(tx, []),
    );
    expect(await again.catch((error: { code: string }) => error.code)).to.equal('account.state_refused');
  });
});
