import { expect } from 'chai';
import { ROOT_UNIT_ID } from '../../kernel/index.ts';
import { defineRoute } from '../../platform/http/index.ts';
import { serveIdentity, type Browser, type IdentityServer } from '../test/serve-identity.ts';

/** Says what the caller's scope is, as a route of a module would see it. */
const WHERE = defineRoute({
  method: 'GET',
  path: '/api/v1/spec/where',
  summary: 'The own scope.',
  permission: 'conversation:work',
  audit: { none: 'a spec' },
  response: { type: 'object' },
  handler: async (_tx, _input, { actor }) => ({ ...actor.scope, works: actor.unitId }),
});

describe('placing an account', function () {
  this.timeout(60_000);
  let server: IdentityServer;
  let system: Browser;
  let security: Browser;
  let branch: string;
  let other: string;

  before(async () => {
    server = await serveIdentity([WHERE]);
    system = await server.browse(server.people['system-admin']);
    security = await server.browse(server.people['security-admin']);
    [branch, other] = [await make('B-1'), await make('B-2')];
  });
  after(() => server.close());

  async function make(code: string): Promise<string> {
    const body = { parentId: ROOT_UNIT_ID, kind: 'branch', name: code, code };
    return (await system.ask('/api/v1/units', { method: 'POST', body })).json.id as string;
  }
  const agentId = () => server.people.agent.id;
  const placement = async () => (await system.ask(`/api/v1/accounts/${agentId()}/placement`)).json;
  async function place(body: object, version?: number) {
    const current = version ?? ((await placement()).version as number);
    return system.ask(`/api/v1/accounts/${agentId()}/placement`, {
      method: 'POST',
      body: { reason: '调往分行工作', ...body },
      headers: { 'If-Match': `"${current}"` },
    });
  }
  async function approve(id: unknown) {
    const shown = await security.ask(`/api/v1/approvals/${String(id)}`);
    return security.ask(`/api/v1/approvals/${String(id)}/approve`, {
      method: 'POST',
      body: {},
      headers: { 'If-Match': `"${String(shown.json.version)}"` },
    });
  }

  it('begins in the head office with everything under it', async () => {
    expect(await placement()).to.deep.include({
      unit: { id: ROOT_UNIT_ID, name: 'Head office' },
      scopes: [
        {
          role: 'agent',
          kind: 'subtree',
          unit: { id: ROOT_UNIT_ID, name: 'Head office' },
          followsAccount: true,
        },
      ],
    });
  });

  it('counts once a second person approved, and at once, ending the sessions', async () => {
    const agent = await server.browse(server.people.agent);
    expect((await agent.ask('/api/v1/spec/where')).json).to.include({
      kind: 'subtree',
      unitId: ROOT_UNIT_ID,
    });
    const scopes = [{ role: 'agent', kind: 'unit', unitId: null }];
    const asked = await place({ unitId: branch, scopes });
    expect(asked.status, asked.text).to.equal(202);
    expect((await agent.ask('/api/v1/spec/where')).json).to.include({ unitId: ROOT_UNIT_ID });
    const done = await approve(asked.json.approvalId);
    expect(done.status, done.text).to.equal(200);
    expect((await agent.ask('/api/v1/spec/where')).status).to.equal(401);
    const again = await server.browse(server.people.agent);
    expect((await again.ask('/api/v1/spec/where')).json).to.include({
      ...{ kind: 'unit', unitId: branch, accountId: agentId(), works: branch },
    });
    expect(await server.trail()).to.include('account.place ok');
  });

  it('moves the account with its unit when that is closed', async () => {
    const agent = await server.browse(server.people.agent);
    const path = `/api/v1/units/${branch}/close`;
    const body = { successorId: other };
    const reply = await system.ask(path, { method: 'POST', body, headers: { 'If-Match': '"1"' } });
    expect(reply.json).to.deep.equal({ people: 1, left: false });
    expect((await agent.ask('/api/v1/spec/where')).json).to.include({ unitId: other, works: other });
  });

  it('refuses closed and unknown units, roles that are not held, stale versions, and the own account', async () => {
    const codeOf = async (body: object, version?: number) => (await place(body, version)).json.code;
    expect(await codeOf({ unitId: branch, scopes: [] })).to.equal('unit.unknown');
    const inspector = [{ role: 'inspector', kind: 'own', unitId: null }];
    expect(await codeOf({ unitId: other, scopes: inspector })).to.equal('request.invalid');
    const nowhere = [{ role: 'agent', kind: 'subtree', unitId: '01900000-0000-7000-8000-00000000dead' }];
    expect(await codeOf({ unitId: other, scopes: nowhere })).to.equal('unit.unknown');
    expect(await codeOf({ unitId: other, scopes: [] }, 1)).to.equal('request.version_stale');
    const own = `/api/v1/accounts/${server.people['system-admin'].id}/placement`;
    const body = { reason: '自己调动自己', unitId: other, scopes: [] };
    const reply = await system.ask(own, { method: 'POST', body, headers: { 'If-Match': '"1"' } });
    expect(reply.json.code).to.equal('account.self_refused');
  });
});
