import { expect } from 'chai';
import { serveIdentity, type Browser, type IdentityServer } from '../test/serve-identity.ts';

const MISSING = 'role-00000000dead';

describe('roles composed by the bank', () => {
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

  const send = (
    browser: Browser,
    method: string,
    path: string,
    ...rest: [body?: unknown, version?: number]
  ) => {
    const [body, version] = rest;
    return browser.ask(`/api/v1${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: version === undefined ? {} : { 'If-Match': `"${version}"` },
    });
  };
  const input = (permissions: string[], nameZh = `角色${(count += 1)}`) => ({
    nameZh,
    nameEn: 'A role',
    permissions,
    reason: '业务需要',
  });
  const approve = (id: string) => send(security, 'POST', `/approvals/${id}/approve`, {}, 1);
  const list = async () => (await security.ask('/api/v1/roles')).json.items as Record<string, unknown>[];
  const named = async (nameZh: string) => (await list()).find((role) => role['nameZh'] === nameZh);
  const make = async (permissions: string[]): Promise<{ id: string; version: number; nameZh: string }> => {
    const body = input(permissions);
    const asked = await send(system, 'POST', '/roles', body);
    expect(asked.status, asked.text).to.equal(202);
    const approved = await approve(asked.json.approvalId);
    expect(approved.status, approved.text).to.equal(200);
    return (await named(body.nameZh)) as { id: string; version: number; nameZh: string };
  };
  /** Gives an account roles, by both administrators. */
  const give = async (id: string, roles: string[], version: number) => {
    const asked = await send(system, 'POST', `/accounts/${id}/roles`, { roles }, version);
    expect(asked.status, asked.text).to.equal(200);
    return send(security, 'POST', `/accounts/${id}/approve`, undefined, asked.json.version);
  };
  const versionOf = async (id: string) =>
    (await system.ask('/api/v1/accounts?limit=500')).json.items.find((each: { id: string }) => each.id === id)
      .version as number;

  it('lists the fixed roles, and which permissions belong to which administrator', async () => {
    const { json } = await system.ask('/api/v1/roles');
    expect(json.items).to.have.length(8);
    expect(json.items[0]).to.include({ id: 'agent', isBuiltIn: true, nature: 'business', holderCount: 1 });
    const byName = new Map(
      json.permissions.map((each: { name: string; administrators: string[] }) => [
        each.name,
        each.administrators,
      ]),
    );
    expect([byName.get('account:approve'), byName.get('ticket:work')]).to.deep.equal([
      ['security-admin'],
      [],
    ]);
  });

  it('is in force only when the other administrator approved, who sees what it holds', async () => {
    const body = input(['ticket:work', 'report:read'], '柜台');
    const { json } = await send(system, 'POST', '/roles', body);
    expect(await named('柜台')).to.equal(undefined);
    const own = await send(system, 'POST', `/approvals/${json.approvalId}/approve`, {}, 1);
    expect(own.json.code).to.equal('approval.second_person');
    const shown = await security.ask(`/api/v1/approvals/${json.approvalId}`);
    expect(shown.json.lines).to.deep.equal([
      { label: 'role.line.name', to: '柜台 / A role' },
      { label: 'role.line.gains', to: 'permission.report:read' },
      { label: 'role.line.gains', to: 'permission.ticket:work' },
    ]);
    await approve(json.approvalId);
    expect(await named('柜台')).to.include({
      nature: 'business',
      isBuiltIn: false,
      holderCount: 0,
      version: 1,
    });
    expect(await server.trail()).to.include('role.create ok');
  });

  it('refuses what the three administrators exclude, unknown permissions, and bad forms', async () => {
    const code = async (permissions: string[]) =>
      (await send(system, 'POST', '/roles', input(permissions))).json.code as string;
    expect(await code(['account:create', 'account:approve'])).to.equal('role.exclusive');
    expect(await code(['site:write', 'ticket:work'])).to.equal('role.exclusive');
    expect(await code(['audit:read-admin', 'conversation:read-any'])).to.equal('role.exclusive');
    expect(await code(['root:everything'])).to.equal('role.permission_unknown');
    for (const bad of [[], ['ticket:work', 'ticket:work'], ['x'], ['DROP TABLE']])
      expect(await code(bad)).to.equal('request.invalid');
    expect((await send(system, 'POST', '/roles', input(['ticket:work'], ' '))).status).to.equal(400);
    expect((await send(system, 'POST', '/roles', input(['ticket:work'], 'a\u0000'))).status).to.equal(400);
    expect((await send(security, 'POST', '/roles', input(['ticket:work']))).json.code).to.equal(
      'access.refused',
    );
    expect((await send(system, 'PUT', `/roles/${MISSING}`, input(['ticket:work']), 1)).status).to.equal(404);
    expect((await send(system, 'PUT', '/roles/agent', input(['ticket:work']), 1)).status).to.equal(400);
  });

  it('takes a name once, asked for or in force, and notices when it was taken meanwhile', async () => {
    const { nameZh } = await make(['ticket:work']);
    expect((await send(system, 'POST', '/roles', input(['report:read'], nameZh))).json.code).to.equal(
      'role.name_taken',
    );
    await send(system, 'POST', '/roles', input(['report:read'], '同名'));
    expect((await send(system, 'POST', '/roles', input(['qa:read'], '同名'))).json.code).to.equal(
      'approval.exists',
    );
    const first = await make(['report:read']);
    const second = await make(['qa:read']);
    const rename = await send(system, 'PUT', `/roles/${second.id}`, input(['qa:read'], first.nameZh), 1);
    const refused = await approve(rename.json.approvalId);
    expect([refused.json.code, refused.json.details.cause]).to.deep.equal([
      'approval.not_applicable',
      'role.name_taken',
    ]);
  });

  it('is granted like the eight, and its rights count in the next sign-in', async () => {
    const role = await make(['report:read', 'knowledge:read']);
    const { id } = server.people.inspector;
    expect((await give(id, ['inspector', role.id], 1)).json.roles).to.deep.equal(['inspector', role.id]);
    const inspector = await server.browse(server.people.inspector);
    expect(inspector.session.permissions).to.include.members(['knowledge:read', 'qa:score']);
    expect(inspector.session.customRoles).to.deep.equal([
      { id: role.id, nameZh: role.nameZh, nameEn: 'A role' },
    ]);
    expect((await named(role.nameZh))?.['holderCount']).to.equal(1);
  });

  it('keeps administrators apart in composed roles too', async () => {
    const sites = await make(['site:write']);
    const { id } = server.people.officer;
    const mixed = await send(system, 'POST', `/accounts/${id}/roles`, { roles: ['officer', sites.id] }, 1);
    expect(mixed.json.code).to.equal('account.roles_exclusive');
    const unknown = await send(system, 'POST', `/accounts/${id}/roles`, { roles: [MISSING] }, 1);
    expect(unknown.json.code).to.equal('role.unknown');
    const body = { username: 'sites', displayName: '站点', roles: [sites.id] };
    const made = await send(system, 'POST', '/accounts', body);
    expect(made.json.totpSecret).to.match(/^[A-Z2-7]{32}$/);
    const changed = await send(system, 'PUT', `/roles/${sites.id}`, input(['ticket:work']), 1);
    expect(changed.json.code).to.equal('role.nature_fixed');
  });

  it('counts at once for live sessions: gained without, lost with a new sign-in', async () => {
    const role = await make(['report:read']);
    const { id } = server.people.editor;
    await give(id, [role.id], 1);
    const editor = await server.browse(server.people.editor);
    const permissions = async () => (await editor.ask('/api/v1/session')).json.permissions as string[];
    expect(await permissions()).to.deep.equal(['report:read']);
    const more = await send(system, 'PUT', `/roles/${role.id}`, input(['report:read', 'qa:read']), 1);
    await approve(more.json.approvalId);
    expect(await permissions()).to.deep.equal(['qa:read', 'report:read']);
    const less = await send(system, 'PUT', `/roles/${role.id}`, input(['qa:read']), 2);
    await approve(less.json.approvalId);
    expect((await editor.ask('/api/v1/session')).status).to.equal(401);
    const again = await server.browse(server.people.editor);
    expect(again.session.permissions).to.deep.equal(['qa:read']);
    const removal = await send(system, 'POST', `/roles/${role.id}/removal`, { reason: '不再需要' }, 3);
    const shown = await security.ask(`/api/v1/approvals/${removal.json.approvalId}`);
    expect(shown.json.lines.at(-1)).to.deep.equal({ label: 'role.line.holders', to: '1' });
    await approve(removal.json.approvalId);
    expect((await again.ask('/api/v1/session')).status).to.equal(401);
    expect((await server.browse(server.people.editor)).session).to.deep.include({
      roles: [],
      permissions: [],
    });
    expect((await send(system, 'POST', `/roles/${role.id}/removal`, { reason: '再来' }, 4)).status).to.equal(
      404,
    );
  });

  it('drops what was asked for a role that changed or went away meanwhile', async () => {
    const role = await make(['report:read']);
    const change = await send(system, 'PUT', `/roles/${role.id}`, input(['qa:read']), 1);
    const removal = await send(system, 'POST', `/roles/${role.id}/removal`, { reason: '不再需要' }, 1);
    const { id } = server.people.supervisor;
    const asked = await send(
      system,
      'POST',
      `/accounts/${id}/roles`,
      { roles: [role.id] },
      await versionOf(id),
    );
    await approve(removal.json.approvalId);
    const late = await approve(change.json.approvalId);
    expect([late.json.code, late.json.details.cause]).to.deep.equal([
      'approval.not_applicable',
      'role.unknown',
    ]);
    expect((await security.ask(`/api/v1/approvals/${change.json.approvalId}`)).json).to.include({
      state: 'asked',
      problem: 'role.unknown',
    });
    const granted = await send(security, 'POST', `/accounts/${id}/approve`, undefined, asked.json.version);
    expect(granted.json.code).to.equal('role.unknown');
  });
});
