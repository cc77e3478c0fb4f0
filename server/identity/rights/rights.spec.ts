import { expect } from 'chai';
import { ROOT_UNIT_ID } from '../../kernel/index.ts';
import { records, serveIdentity, type Browser, type IdentityServer } from '../test/serve-identity.ts';

const RECORD = '01900000-0000-7000-8000-00000000c001';
const ELSEWHERE = '01900000-0000-7000-8000-00000000c002';

describe('why an account may see or do something', () => {
  let server: IdentityServer;
  let system: Browser;
  let security: Browser;

  before(async () => {
    server = await serveIdentity();
    system = await server.browse(server.people['system-admin']);
    security = await server.browse(server.people['security-admin']);
    records.set(RECORD, { unitId: ROOT_UNIT_ID, ownerId: null, isSeen: true, rule: 'skill-group' });
    records.set(ELSEWHERE, { unitId: ELSEWHERE, ownerId: null, isSeen: false, rule: 'others' });
  });
  after(() => server.close());

  const question = async (id: string, permission: string, record?: { type: string; id: string }) =>
    security.ask(`/api/v1/accounts/${id}/rights/question`, {
      method: 'POST',
      body: { permission, ...(record === undefined ? {} : { record }) },
    });
  const codes = ({ json }: { json: { reasons: { code: string; isFor: boolean }[] } }) =>
    json.reasons.map(({ code, isFor }) => `${isFor ? '+' : '-'}${code}`);

  it('names the grant behind each permission, and who asked for and approved it', async () => {
    const { id } = server.people.editor;
    const headers = (version: number) => ({ 'If-Match': String(version) });
    const body = { roles: ['editor', 'inspector'] };
    await system.ask(`/api/v1/accounts/${id}/roles`, { method: 'POST', body, headers: headers(1) });
    await security.ask(`/api/v1/accounts/${id}/approve`, { method: 'POST', headers: headers(2) });
    const { json } = await security.ask(`/api/v1/accounts/${id}/rights`);
    const [editor, inspector] = json.grants;
    expect(editor).to.include({ role: 'editor', requestedBy: null, scope: 'subtree', unitId: ROOT_UNIT_ID });
    expect(inspector).to.include({
      role: 'inspector',
      requestedBy: 'The system-admin',
      approvedBy: 'The security-admin',
    });
    expect(inspector.permissions).to.include('qa:score');
    const report = json.permissions.find(
      ({ permission }: { permission: string }) => permission === 'report:read',
    );
    expect(report.roles).to.deep.equal(['editor', 'inspector']);
  });

  it('answers yes with the grant, its reach, and the rule of the desk', async () => {
    const { id } = server.people.agent;
    const plain = await question(id, 'ticket:work');
    expect([plain.json.answer, codes(plain)]).to.deep.equal([true, ['+granted']]);
    const placed = await question(id, 'ticket:work', { type: 'ticket', id: RECORD });
    expect(placed.json.answer).to.equal(true);
    expect(codes(placed)).to.deep.equal(['+granted', '+scope-reaches', '+desk-allows']);
    expect(placed.json.reasons[0].unitName).to.be.a('string').and.not.to.equal(ROOT_UNIT_ID);
  });

  it('answers no with every reason there is', async () => {
    const { id } = server.people.agent;
    const far = await question(id, 'ticket:work', { type: 'ticket', id: ELSEWHERE });
    expect([far.json.answer, codes(far)]).to.deep.equal([
      false,
      ['+granted', '-scope-misses', '-desk-refuses'],
    ]);
    const missing = await question(id, 'ticket:work', { type: 'ticket', id });
    expect(codes(missing)).to.deep.equal(['+granted', '-record-unknown']);
    const absent = await question(id, 'account:approve');
    expect([absent.json.answer, codes(absent)]).to.deep.equal([false, ['-permission-absent']]);
    const { json } = await system.ask('/api/v1/accounts', {
      method: 'POST',
      body: { username: 'new', displayName: '新人', roles: ['agent'] },
    });
    expect(codes(await question(json.account.id, 'ticket:work'))).to.deep.equal([
      '-account-pending',
      '-permission-absent',
    ]);
  });

  it('is for those who see accounts, wants known words, and stands in the trail', async () => {
    const agent = await server.browse(server.people.agent);
    const { id } = server.people.agent;
    expect((await agent.ask(`/api/v1/accounts/${id}/rights`)).status).to.equal(403);
    expect((await question(id, 'root:everything')).status).to.equal(400);
    expect((await question(id, 'ticket:work', { type: 'requester', id })).status).to.equal(400);
    expect((await question(ELSEWHERE, 'ticket:work')).status).to.equal(404);
    expect(await server.trail()).to.include('account.rights ok');
  });
});
