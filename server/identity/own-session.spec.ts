import { expect } from 'chai';
import { serveIdentity, type IdentityServer } from './test/serve-identity.ts';

describe('the own sessions', () => {
  let server: IdentityServer;
  before(async () => {
    server = await serveIdentity();
  });
  after(() => server.close());

  it('are listed, the current one marked, and ended one by one', async () => {
    const here = await server.browse(server.people.agent);
    server.clock.advance(1_000);
    const there = await server.browse(server.people.agent);
    const { items } = (await here.ask('/api/v1/sessions')).json;
    expect(items.map(({ isCurrent }: { isCurrent: boolean }) => isCurrent)).to.deep.equal([false, true]);
    expect(JSON.stringify(items)).not.to.match(/token|hash|cookie/i);
    expect((await here.ask(`/api/v1/sessions/${items[0].id}`, { method: 'DELETE' })).status).to.equal(204);
    expect((await there.ask('/api/v1/session')).status).to.equal(401);
    expect((await here.ask('/api/v1/sessions')).json.items).to.have.length(1);
    const last = await here.ask(`/api/v1/sessions/${items[1].id}`, { method: 'DELETE' });
    expect([last.status, (await here.ask('/api/v1/session')).status]).to.deep.equal([204, 401]);
  });

  it('of somebody else are neither seen nor ended', async () => {
    const agent = await server.browse(server.people.agent);
    const editor = await server.browse(server.people.editor);
    const { items } = (await agent.ask('/api/v1/sessions')).json;
    const refused = await editor.ask(`/api/v1/sessions/${items[0].id}`, { method: 'DELETE' });
    expect([refused.status, refused.json.code]).to.deep.equal([404, 'request.not_found']);
    expect((await agent.ask('/api/v1/session')).status).to.equal(200);
    expect((await server.ask('/api/v1/sessions')).status).to.equal(401);
    const foreign = await agent.ask(`/api/v1/sessions/${items[0].id}`, {
      method: 'DELETE',
      headers: { 'X-CSRF-Token': 'no' },
    });
    expect(foreign.json.code).to.equal('access.csrf');
  });
});
