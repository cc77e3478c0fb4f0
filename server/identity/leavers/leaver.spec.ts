import { expect } from 'chai';
import { ROOT_UNIT_ID, SYSTEM_ACTOR } from '../../kernel/index.ts';
import type { JobContext } from '../../platform/jobs/index.ts';
import { serveIdentity, type Browser, type IdentityServer } from '../test/serve-identity.ts';

const DAY_MS = 86_400_000;

describe('accounts that leave', () => {
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

  const disable = (id: string, successor?: object, version = 2) =>
    system.ask(`/api/v1/accounts/${id}/disable`, {
      method: 'POST',
      body: successor === undefined ? {} : { successor },
      headers: { 'If-Match': `"${version}"` },
    });
  /** An active account, at version 2. */
  const build = async (roles: string[] = ['agent']): Promise<string> => {
    count += 1;
    const body = { username: `leaver${count}`, displayName: '离职', roles };
    const { json } = await system.ask('/api/v1/accounts', { method: 'POST', body });
    const headers = { 'If-Match': '1' };
    await security.ask(`/api/v1/accounts/${json.account.id}/approve`, { method: 'POST', headers });
    return json.account.id as string;
  };
  const withWork = async () => {
    const id = await build();
    server.work.counts.set(id, { conversations: 2, tickets: 3 });
    return id;
  };

  it('shows what they have in hand, as counts', async () => {
    const id = await withWork();
    const group = { name: '信用卡', memberIds: [id] };
    await system.ask('/api/v1/skill-groups', { method: 'POST', body: group });
    const { json } = await system.ask(`/api/v1/accounts/${id}/work`);
    expect(json).to.deep.include({ conversations: 2, tickets: 3, approvals: 0 });
    expect(json.skillGroups).to.have.length(1);
    expect((await security.ask(`/api/v1/accounts/${id}/work`)).status).to.equal(403);
  });

  it('are not disabled with open work while nobody is named to take it', async () => {
    const id = await withWork();
    const { status, json } = await disable(id);
    expect([status, json.code, json.details]).to.deep.equal([
      409,
      'account.has_work',
      { conversations: 2, tickets: 3 },
    ]);
    expect(server.work.handed.some(({ accountId }) => accountId === id)).to.equal(false);
  });

  it('hand everything to a colleague in the same act, groups included', async () => {
    const id = await withWork();
    const colleague = await build();
    const name = `组${count}`;
    await system.ask('/api/v1/skill-groups', { method: 'POST', body: { name, memberIds: [id] } });
    expect((await disable(id, { accountId: colleague })).json.state).to.equal('disabled');
    expect(server.work.handed.at(-1)).to.deep.equal({
      accountId: id,
      toAccountId: colleague,
      toSkillGroupId: null,
    });
    const groups = (await system.ask('/api/v1/skill-groups')).json.items as {
      name: string;
      version: number;
    }[];
    expect(groups.find((group) => group.name === name)).to.deep.include({
      memberIds: [colleague],
      version: 2,
    });
    expect(await server.trail()).to.include.members(['account.hand-over ok', 'skill-group.update ok']);
  });

  it('hand it to nobody who cannot take it', async () => {
    const id = await withWork();
    const gone = await build();
    await disable(gone);
    const refused = [
      { accountId: gone },
      { accountId: id },
      { accountId: server.people.editor.id },
      { accountId: '01900000-0000-7000-8000-00000000dead' },
      { skillGroupId: '01900000-0000-7000-8000-00000000dead' },
    ];
    for (const successor of refused)
      expect((await disable(id, successor)).json.code).to.equal('account.successor_refused');
    for (const bad of [{}, { queue: false }, { queue: true, accountId: gone }, { accountId: 'x' }])
      expect((await disable(id, bad)).status, JSON.stringify(bad)).to.equal(400);
    expect((await disable(id, { queue: true })).status).to.equal(200);
  });

  it('hand work to no colleague whose data scope does not reach its unit', async () => {
    const [id, other] = [await withWork(), await build()];
    const made = await system.ask('/api/v1/units', {
      method: 'POST',
      body: { parentId: ROOT_UNIT_ID, kind: 'branch', name: '南方分行', code: 'LEAVER-SOUTH' },
    });
    const unitId = made.json.id as string;
    server.work.units.set(id, [ROOT_UNIT_ID, unitId]);
    await server.core.sql(
      `UPDATE account_role SET scope_kind = 'unit', scope_unit_id = $1 WHERE account_id = $2`,
      [ROOT_UNIT_ID, other],
    );
    const refused = await disable(id, { accountId: other });
    expect([refused.json.code, refused.json.details]).to.deep.equal([
      'account.successor_refused',
      { unitId },
    ]);
    await server.core.sql(`UPDATE account_role SET scope_kind = 'subtree' WHERE account_id = $1`, [other]);
    expect((await disable(id, { accountId: other })).status).to.equal(200);
  });

  it('take back what they asked for', async () => {
    const id = await build(['system-admin']);
    await server.core.uow.run({ actor: { type: 'account', id } }, (tx) =>
      server.identity.approvals.ask(
        tx,
        'role.create',
        { id: 'role-0000000000aa', nameZh: '甲', nameEn: 'A', permissions: ['ticket:work'], version: 0 },
        '业务需要',
      ),
    );
    expect((await system.ask(`/api/v1/accounts/${id}/work`)).json.approvals).to.equal(1);
    await disable(id);
    const { items } = (await security.ask('/api/v1/approvals?list=decided')).json;
    expect(items[0]).to.deep.include({ state: 'withdrawn', kind: 'role.create' });
  });

  it('never leave the installation without an administrator of a kind', async () => {
    const { id } = server.people['audit-admin'];
    expect((await disable(id, undefined, 1)).json.code).to.equal('account.last_administrator');
    const others = [await build(['audit-admin']), await build(['audit-admin'])];
    expect((await disable(id, undefined, 1)).status).to.equal(200);
    const both = await Promise.all(others.map((other) => disable(other)));
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).to.deep.equal([200, 409]);
    const left = both.findIndex(({ status }) => status === 409);
    const roles = await system.ask(`/api/v1/accounts/${others[left]}/roles`, {
      method: 'POST',
      body: { roles: ['officer'] },
      headers: { 'If-Match': '2' },
    });
    const approved = await security.ask(`/api/v1/accounts/${others[left]}/approve`, {
      method: 'POST',
      headers: { 'If-Match': String(roles.json.version) },
    });
    expect(approved.json.code).to.equal('account.last_administrator');
  });

  it('are turned off when nobody used them for ninety days, but for the last administrators', async () => {
    const id = await withWork();
    const kind = server.identity.jobKinds.find((each) => each.kind === 'identity.dormant-accounts');
    const context = {
      jobId: 'spec',
      actor: SYSTEM_ACTOR,
      signal: new AbortController().signal,
      state: undefined,
      now: () => server.clock.now(),
      checkpoint: async () => undefined,
    } as JobContext;
    const active = async () => (await server.identity.listAgents(null)).map((agent) => agent.id);
    expect(await kind?.run(context, {})).to.deep.equal({ disabled: 0, kept: 0 });
    server.clock.advance(90 * DAY_MS + 60_000);
    const result = (await kind?.run(context, {})) as { disabled: number; kept: number };
    expect(result.kept).to.equal(3);
    expect(result.disabled).to.be.greaterThan(3);
    expect(await active()).to.deep.equal([]);
    expect(server.work.handed.at(-1)).to.deep.equal({
      accountId: id,
      toAccountId: null,
      toSkillGroupId: null,
    });
    expect(await kind?.run(context, {})).to.deep.equal({ disabled: 0, kept: 3 });
  });
});
