import { expect } from 'chai';
import { Instance, type InstanceReply, type InstanceRequest } from './support/instance.ts';

const PROBLEM = 'application/problem+json';

describe('the outside contract over HTTPS', function () {
  this.timeout(240_000);
  const instance = new Instance();
  let signedIn: Record<string, string>;

  before(async () => {
    await instance.start();
    signedIn = await signIn('agent');
  });
  after(() => instance.dispose());

  const call = (path: string, request?: InstanceRequest) => instance.call(`/api/v1${path}`, request);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  async function signIn(username: string): Promise<Record<string, string>> {
    const { password } = instance.account(username);
    const reply = await call('/session', { method: 'POST', body: { username, password } });
    const cookie = reply.headers['set-cookie']?.[0] ?? '';
    expect(reply.status, reply.text).to.be.oneOf([200, 201]);
    expect(cookie).to.match(/^__Host-vaultdesk=[^;]+;.*HttpOnly/i);
    expect(cookie)
      .to.match(/; Secure/i)
      .and.match(/; SameSite=(Strict|Lax)/i);
    return { cookie: cookie.split(';')[0] ?? '', 'x-csrf-token': String(reply.json.csrfToken) };
  }
  function expectProblem(reply: InstanceReply, status: number, code: string): void {
    expect(reply.status, reply.text).to.equal(status);
    expect(reply.headers['content-type']).to.contain(PROBLEM);
    expect(reply.json).to.include({ status, code });
    expect(reply.json).to.include.keys('type', 'title', 'requestId');
  }
  const openTicket = (body: object, headers: Record<string, string> = {}) =>
    call('/tickets', { method: 'POST', headers: { ...signedIn, ...headers }, body });

  it('says that it lives, that it is ready, and describes itself', async () => {
    expect((await instance.call('/healthz')).status).to.equal(200);
    expect((await instance.call('/readyz')).status).to.equal(200);
    const { json } = await call('/openapi.json');
    expect(json.openapi).to.match(/^3\.1/);
    expect(json.paths).to.include.keys('/api/v1/tickets', '/api/v1/visitor/session', '/api/v1/robot/query');
  });

  it('knows a session by its cookie and ends it', async () => {
    expectProblem(await call('/session'), 401, 'access.unauthenticated');
    const headers = await signIn('agent2');
    const { json } = await call('/session', { headers });
    expect(json.roles).to.deep.equal(['agent']);
    expect((await call('/session', { method: 'DELETE', headers })).status).to.equal(204);
    expect((await call('/session', { headers })).status).to.equal(401);
  });

  it('refuses a wrong password, and an administrator without the code', async () => {
    const wrong = { username: 'agent2', password: 'not the password' };
    expectProblem(
      await call('/session', { method: 'POST', body: wrong }),
      401,
      'session.credentials_invalid',
    );
    const { username, password } = instance.account('system-admin');
    expectProblem(
      await call('/session', { method: 'POST', body: { username, password } }),
      401,
      'session.otp_required',
    );
  });

  it('refuses unsafe requests without the token of the session, and from foreign pages', async () => {
    const { cookie = '' } = signedIn;
    const body = { subject: 's', description: 'd' };
    expectProblem(await call('/tickets', { method: 'POST', headers: { cookie }, body }), 403, 'access.csrf');
    expectProblem(await openTicket(body, { origin: 'https://evil.example' }), 403, 'request.origin_refused');
  });

  it('opens, finds, moves, and comments tickets', async () => {
    const opened = await openTicket({ subject: '换卡进度', description: '客户询问换卡进度' });
    expect(opened.status, opened.text).to.equal(201);
    expect(opened.json).to.include.keys('id', 'number', 'state', 'version');
    const { id, version } = opened.json as { id: string; version: number };
    const path = `/tickets/${id}`;
    const listed = await call('/tickets?state=new', { headers: signedIn });
    expect(listed.json.items.map((item: { id: string }) => item.id)).to.contain(id);
    const found = await call(`/tickets?q=${encodeURIComponent('换卡进度')}`, { headers: signedIn });
    expect(found.json.items.map((item: { id: string }) => item.id)).to.contain(id);

    const move = (to: string, ifMatch?: number) =>
      call(`${path}/transitions`, {
        method: 'POST',
        headers: { ...signedIn, ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }) },
        body: { to },
      });
    expectProblem(await move('open'), 428, 'request.if_match_required');
    expectProblem(await move('open', version + 7), 412, 'request.version_stale');
    expect((await move('open', version)).json).to.include({ state: 'open', version: version + 1 });
    expectProblem(await move('new', version + 1), 409, 'ticket.transition_refused');

    const comment = { text: '请回电13912345678', internal: true };
    const said = await call(`${path}/comments`, { method: 'POST', headers: signedIn, body: comment });
    expect(said.status, said.text).to.equal(201);
    const { json } = await call(path, { headers: signedIn });
    expect(json.comments[0].text).to.contain('139').and.not.contain('13912345678');
    expect(json.history.length).to.be.at.least(2);
  });

  it('does a repeated request once, and refuses the same key with another body', async () => {
    const headers = { 'idempotency-key': `tour-${Date.now()}` };
    const first = await openTicket({ subject: 'once', description: 'd' }, headers);
    const again = await openTicket({ subject: 'once', description: 'd' }, headers);
    expect([again.status, again.json.id]).to.deep.equal([201, first.json.id]);
    const other = await openTicket({ subject: 'twice', description: 'd' }, headers);
    expectProblem(other, 422, 'idempotency.mismatch');
  });

  it('answers bad input with a problem that names it', async () => {
    const post = (raw: string) => ({
      method: 'POST',
      headers: { ...signedIn, 'content-type': 'application/json' },
      raw,
    });
    expectProblem(await call('/tickets', post('{"subject":')), 400, 'request.invalid');
    expectProblem(await call('/tickets', post('{"subject":"s"}')), 400, 'request.invalid');
    const large = JSON.stringify({ subject: 's', description: 'x'.repeat(600_000) });
    expectProblem(await call('/tickets', post(large)), 413, 'request.too_large');
    expectProblem(await call('/no/such/thing', { headers: signedIn }), 404, 'request.not_found');
    expectProblem(
      await call('/tickets?cursor=Zm9yZ2Vk', { headers: signedIn }),
      400,
      'request.cursor_invalid',
    );
  });

  it('keeps each role to its rights', async () => {
    expectProblem(await call('/audit/events', { headers: signedIn }), 403, 'access.refused');
    const officer = await signIn('officer');
    expectProblem(await call('/tickets', { headers: officer }), 403, 'access.refused');
    expect((await call('/audit/events', { headers: officer })).status).to.equal(200);
    expectProblem(await call('/tickets', { headers: bearer('nonsense') }), 401, 'access.unauthenticated');
  });

  it('answers programs by their token', async () => {
    const body = { text: '怎么注销银行卡账户？', lang: 'zh' };
    const headers = bearer(instance.token);
    const { json } = await call('/robot/query', { method: 'POST', headers, body });
    expect(json).to.include({ outcome: 'answer' });
    expect(json.confidence).to.be.within(0, 1);
    expect(json.candidates.length).to.be.within(1, 10);
    expect(json.articleId).to.equal(json.candidates[0].id);
  });

  it('carries a visitor by long polling: once, in order, resumable', async () => {
    const opened = await call('/visitor/session', { method: 'POST', body: { site: 'demo' } });
    const { token, resumeToken, conversationId } = opened.json as Record<string, string>;
    const headers = bearer(token ?? '');
    const say = (id: string, text: string) =>
      call('/visitor/messages', { method: 'POST', headers, body: { id, kind: 'text', text } });
    const id = '0b0e7a0c-6f1a-4c59-9d0e-1f2a3b4c5d6e';
    const first = await say(id, '怎么注销银行卡账户？');
    expect(first.json, first.text).to.include({ id, seq: 1 });
    expect((await say(id, '怎么注销银行卡账户？')).json.seq).to.equal(1);
    const reused = await say(id, '另一句话');
    expect(reused.json.code).to.equal('message.id_reused');

    const poll = async (after: number) =>
      (await call(`/visitor/messages?after=${after}&wait=20`, { headers })).json;
    const answered = await poll(1);
    expect(answered.items[0]).to.include({ seq: 2, from: 'robot', generatedByMachine: true });
    const all = await poll(0);
    expect(all.items.map((item: { seq: number }) => item.seq)).to.deep.equal([1, 2]);
    expect(all.items[0]).to.include({ id, from: 'requester' });
    expect(all.last).to.equal(2);

    const resumed = await call('/visitor/session', { method: 'POST', body: { site: 'demo', resumeToken } });
    expect(resumed.json.conversationId).to.equal(conversationId);
    expectProblem(
      await call('/visitor/session', { method: 'POST', body: { site: 'nowhere' } }),
      404,
      'site.unknown',
    );
  });
});
