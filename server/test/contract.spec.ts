import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { ROLE_PERMISSIONS, ROLES, type Role } from '../identity/index.ts';
import { totp } from '../platform/crypto/index.ts';
import { Instance, type InstanceReply, type InstanceRequest } from './support/instance.ts';

/** Requests of the access matrix that are under way together. */
const ASKED_AT_ONCE = 8;
const ASK_AGAIN_MS = 250;
const PROBLEM = 'application/problem+json';

/** Everybody sees where the bank's units lie; nobody is in it. */
const EVERYBODYS = ['GET /units/{id}'];
/** Routes whose strangers are turned away in a spec of their module, where such an object takes many steps to make. */
const FILES = 'server/platform/files/file.routes.spec.ts';
const EXPORTS = 'server/reports/exports/exports.spec.ts';
const SEARCHES = 'server/compliance/searches/saved-search.spec.ts';
const STRANGERS: Readonly<Record<string, string>> = {
  'GET /uploads/{id}': FILES,
  'PUT /uploads/{id}': FILES,
  'DELETE /uploads/{id}': FILES,
  'POST /uploads/{id}/finish': FILES,
  'GET /files/{id}': FILES,
  'GET /files/{id}/thumbnail': FILES,
  'POST /exports/{id}/cancel': EXPORTS,
  'GET /exports/{id}/file': EXPORTS,
  'PUT /audit/queries/{id}': SEARCHES,
  'DELETE /audit/queries/{id}': SEARCHES,
  'GET /access-reviews/{id}/items': 'server/test/access-review.spec.ts',
};

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

  describe('every route of the description', () => {
    interface Operation {
      method: string;
      path: string;
      /** As the description has it, with names for what is filled in. */
      template: string;
      permission: string;
    }
    let operations: Operation[];
    /** One session for each role: a one-time code opens no second one. */
    const sessions = new Map<Role, Record<string, string>>();

    before(async () => {
      const { json } = await call('/openapi.json');
      const paths = json.paths as Record<string, Record<string, { 'x-permission'?: string }>>;
      operations = Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).flatMap(([method, operation]) => {
          const permission = operation['x-permission'];
          const known = path.replace(/\{[^}]+\}/g, '01900000-0000-7000-8000-00000000dead');
          const name = method.toUpperCase();
          const template = `${name} ${path.replace('/api/v1', '')}`;
          return permission === undefined ? [] : [{ method: name, path: known, template, permission }];
        }),
      );
      expect(operations.length).to.be.above(200);
    });

    /** Answers that are not the refusal that is due, of all that are asked. */
    async function leaks(
      asked: readonly Operation[],
      { headers, due }: { headers: Record<string, string>; due: (reply: InstanceReply) => boolean },
    ): Promise<string[]> {
      const found: string[] = [];
      const queue = [...asked];
      const work = async () => {
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
          const { method, path } = next;
          const body = ['GET', 'DELETE'].includes(method) ? {} : { body: { unknown: 1 } };
          const reply = await instance.call(path, { method, headers, ...body });
          if (!due(reply)) found.push(`${method} ${path} gave ${reply.status}`);
        }
      };
      await Promise.all(Array.from({ length: ASKED_AT_ONCE }, work));
      return found;
    }

    it('answers nobody without credentials', async () => {
      const asked = operations.filter(({ permission }) => permission !== 'public');
      expect(await leaks(asked, { headers: {}, due: ({ status }) => status === 401 })).to.deep.equal([]);
    });

    for (const role of ROLES) {
      it(`refuses ${role} what the role lacks`, async () => {
        const granted: readonly string[] = [...ROLE_PERMISSIONS[role], 'public', 'signed-in', 'visitor'];
        const asked = operations.filter(({ permission }) => !granted.includes(permission));
        expect(asked.length).to.be.above(0);
        const headers = await signInAs(role);
        const due = ({ status, json }: InstanceReply) => status === 403 && json.code === 'access.refused';
        expect(await leaks(asked, { headers, due })).to.deep.equal([]);
      });
    }

    it('gives nobody the object of somebody else, where every account may ask', async () => {
      const system = await signInAs('system-admin');
      const body = { isOn: false, reason: 'Somebody else has to decide' };
      const asked = await call('/idps/evaluation/switch', { method: 'POST', headers: system, body });
      const approval = String(asked.json.approvalId);
      const [session] = (await call('/sessions', { headers: system })).json.items;
      const security = await signInAs('security-admin');
      const notices = async () =>
        (await call('/notices', { headers: security })).json.items as { id: string }[];
      // Whoever may approve is told behind the commit, by a job.
      let told = await notices();
      while (told.length === 0) {
        await new Promise((resume) => setTimeout(resume, ASK_AGAIN_MS));
        told = await notices();
      }
      const opened = await call('/visitor/session', { method: 'POST', body: { site: 'demo' } });
      const conversation = String(opened.json.conversationId);
      const words = {
        id: '0b0e7a0c-6f1a-4c59-9d0e-1f2a3b4c5d6f',
        kind: 'text',
        text: '怎么注销银行卡账户？',
      };
      const visitor = bearer(String(opened.json.token));
      await call('/visitor/messages', { method: 'POST', headers: visitor, body: words });
      const officer = await signInAs('officer');
      const [event] = (await call('/audit/events?limit=1', { headers: officer })).json.items;
      // Each is there, and whoever asks is an editor, to whom none of it belongs.
      const objects: Record<string, string> = {
        'DELETE /sessions/{id}': session.id,
        'GET /approvals/{id}': approval,
        'POST /approvals/{id}/approve': approval,
        'POST /approvals/{id}/reject': approval,
        'POST /approvals/{id}/withdraw': approval,
        'POST /notices/{id}/read': told[0]?.id ?? '',
        'GET /conversations/{id}': conversation,
        'GET /conversations/{id}/messages': conversation,
        'GET /conversations/{id}/notes': conversation,
        'GET /conversations/{id}/fields': conversation,
        'GET /audit/events/{id}': event.id,
      };
      const open = operations.filter((one) => one.permission === 'signed-in' && one.template.includes('{'));
      const known = [...Object.keys(objects), ...EVERYBODYS, ...Object.keys(STRANGERS)];
      expect(open.map(({ template }) => template)).to.have.members(known);
      for (const spec of new Set(Object.values(STRANGERS))) expect(existsSync(spec), spec).to.equal(true);
      const given = [];
      for (const [template, id] of Object.entries(objects)) {
        const [method = '', path = ''] = template.split(' ');
        const headers = { ...(await signInAs('editor')), 'if-match': '"1"' };
        const sent = path.endsWith('reject') ? { body: { note: 'Not mine to decide' } } : { body: {} };
        const reply = await call(path.replace('{id}', id), {
          ...{ method, headers },
          ...(method === 'POST' ? sent : {}),
        });
        // Reading a notice of somebody else is nothing done, like reading one's own twice.
        const due = template === 'POST /notices/{id}/read' ? [204] : [403, 404];
        if (!due.includes(reply.status)) given.push(`${template} gave ${reply.status} ${reply.text}`);
      }
      expect(given).to.deep.equal([]);
      const after = (await notices()).find(({ id }) => id === told[0]?.id);
      expect(after).to.include({ isRead: false });
      expect((await call('/session', { headers: system })).status).to.equal(200);
      expect((await call(`/approvals/${approval}`, { headers: system })).json.state).to.equal('asked');
    });

    async function signInAs(role: Role): Promise<Record<string, string>> {
      const known = sessions.get(role);
      if (known !== undefined) return known;
      const { username, password, totpSecret } = instance.accountOf(role);
      const otp = totpSecret === undefined ? {} : { otp: totp.code(totpSecret, new Date()) };
      const reply = await call('/session', { method: 'POST', body: { username, password, ...otp } });
      const cookie = reply.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
      const headers = { cookie, 'x-csrf-token': String(reply.json.csrfToken) };
      sessions.set(role, headers);
      return headers;
    }
  });
});
