import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import { totp } from '../platform/crypto/index.ts';
import { cookieOf, serveIdentity, type IdentityServer } from './test/serve-identity.ts';

const MINUTE_MS = 60_000;

describe('signing in', () => {
  let server: IdentityServer;
  before(async () => {
    server = await serveIdentity();
  });
  after(() => server.close());

  const post = (body: unknown, headers: Record<string, string> = {}) =>
    server.ask('/api/v1/session', { method: 'POST', body, headers });

  it('gives a session to the right password', async () => {
    const reply = await server.signIn(server.people.agent);
    expect(reply.status).to.equal(200);
    expect(reply.json.roles).to.deep.equal(['agent']);
    expect(reply.json.permissions).to.include('ticket:work');
    expect(reply.json.idleSeconds).to.equal(1800);
    expect(reply.json.evaluation).to.equal(true);
    expect(reply.headers['set-cookie']?.[0]).to.match(
      /^__Host-vaultdesk=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    expect(reply.text).not.to.include(cookieOf(reply).split('=')[1]);
  });

  it('takes a user name in any case and width', async () => {
    const { password } = server.people.agent;
    expect((await post({ username: '  Ｔhe.AGENT ', password })).status).to.equal(200);
  });

  it('answers wrong passwords, unknown names, and bad input without telling them apart', async () => {
    const wrong = await post({ username: 'the.editor', password: 'wrong' });
    const unknown = await post({ username: 'nobody', password: 'wrong' });
    expect([wrong.status, wrong.json.code]).to.deep.equal([401, 'session.credentials_invalid']);
    expect([unknown.status, unknown.json.code]).to.deep.equal([401, 'session.credentials_invalid']);
    expect((await post({ username: 'the.editor' })).status).to.equal(400);
    expect((await post({ username: 'the.editor', password: ['x'] })).status).to.equal(400);
    expect((await post({ username: 'the.editor', password: 'x', isAdmin: true })).status).to.equal(400);
    expect((await post({ username: "' OR 1=1 --", password: 'x' })).status).to.equal(401);
    expect((await post({ username: 'the.editor', password: 'x'.repeat(257) })).status).to.equal(400);
  });

  it('wants the code of an administrator, once', async () => {
    const { username, password, totpSecret = '' } = server.people['system-admin'];
    expect((await post({ username, password })).json.code).to.equal('session.otp_required');
    expect((await post({ username, password, otp: '000000' })).json.code).to.equal(
      'session.credentials_invalid',
    );
    const otp = totp.code(totpSecret, server.clock.now());
    expect((await post({ username, password, otp })).status).to.equal(200);
    expect((await post({ username, password, otp })).json.code).to.equal('session.credentials_invalid');
    server.clock.advance(30_000);
  });

  it('takes the same code once when it is sent twice at the same time', async () => {
    server.clock.advance(60_000);
    const { username, password, totpSecret = '' } = server.people['audit-admin'];
    const otp = totp.code(totpSecret, server.clock.now());
    const replies = await Promise.all([1, 2, 3].map(() => post({ username, password, otp })));
    expect(replies.filter((reply) => reply.status === 200)).to.have.length(1);
    server.clock.advance(30_000);
  });

  it('locks an account for 15 minutes after five failures, sent in a row or at once', async () => {
    const { username, password } = server.people.inspector;
    const tries = await Promise.all([1, 2, 3, 4, 5].map(() => post({ username, password: 'wrong' })));
    expect(new Set(tries.map((reply) => reply.status))).to.deep.equal(new Set([401]));
    expect((await post({ username, password })).json.code).to.equal('session.locked');
    server.clock.advance(15 * MINUTE_MS - 1000);
    expect((await post({ username, password })).status).to.equal(423);
    server.clock.advance(1001);
    expect((await post({ username, password })).status).to.equal(200);
    expect(await server.trail()).to.include('session.lock ok');
  });

  it('locks names nobody has as well', async () => {
    const codes = [];
    for (let index = 0; index < 6; index += 1) {
      codes.push((await post({ username: 'ghost', password: 'wrong' })).json.code);
    }
    expect(codes.slice(0, 5)).to.deep.equal(Array(5).fill('session.credentials_invalid'));
    expect(codes[5]).to.equal('session.locked');
  });

  it('limits an address to 20 failures in 15 minutes', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.50' };
    for (let index = 0; index < 20; index += 1) {
      expect((await post({ username: `name${index}`, password: 'wrong' }, headers)).status).to.equal(401);
    }
    const refused = await post({ username: 'name21', password: 'wrong' }, headers);
    expect([refused.status, refused.json.code]).to.deep.equal([429, 'request.rate_limited']);
    expect(Number(refused.headers['retry-after'])).to.be.above(0);
  });

  it('turns an account off after 90 days without use', async () => {
    const other = await serveIdentity();
    other.clock.advance(91 * 24 * 60 * MINUTE_MS);
    expect((await other.signIn(other.people.editor)).json.code).to.equal('session.credentials_invalid');
    expect(await other.trail()).to.include('account.disable ok');
    await other.close();
  });

  it('names the account as the actor, and nobody for unknown names', async () => {
    const entries = await server.trail();
    expect(entries).to.include('session.open ok');
    expect(entries).to.include('session.fail refused');
  });

  describe('a session', () => {
    it('is read by its cookie and no other way', async () => {
      const { ask } = await server.browse(server.people.agent);
      expect((await ask('/api/v1/session')).json.account.username).to.equal('the.agent');
      expect((await server.ask('/api/v1/session')).status).to.equal(401);
      const forged = { Cookie: '__Host-vaultdesk=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' };
      expect((await server.ask('/api/v1/session', { headers: forged })).json.code).to.equal(
        'session.expired',
      );
    });

    it('ends when the person signs out', async () => {
      const { ask } = await server.browse(server.people.agent);
      expect(
        (await ask('/api/v1/session', { method: 'DELETE', headers: { 'X-CSRF-Token': 'no' } })).status,
      ).to.equal(403);
      const reply = await ask('/api/v1/session', { method: 'DELETE' });
      expect(reply.status).to.equal(204);
      expect(reply.headers['set-cookie']?.[0]).to.include('Max-Age=0');
      expect((await ask('/api/v1/session')).status).to.equal(401);
    });

    it('ends after 30 idle minutes of an agent and 15 of others', async () => {
      const agent = await server.browse(server.people.agent);
      const editor = await server.browse(server.people.editor);
      server.clock.advance(15 * MINUTE_MS + 1000);
      expect((await agent.ask('/api/v1/session')).status).to.equal(200);
      expect((await editor.ask('/api/v1/session')).status).to.equal(401);
      server.clock.advance(30 * MINUTE_MS + 1000);
      expect((await agent.ask('/api/v1/session')).status).to.equal(401);
    });

    it('is not kept awake by what a page asks by itself', async () => {
      const { ask } = await server.browse(server.people.editor);
      const headers = { 'X-Background': '1' };
      server.clock.advance(10 * MINUTE_MS);
      expect((await ask('/api/v1/session', { headers })).status).to.equal(200);
      server.clock.advance(6 * MINUTE_MS);
      expect((await ask('/api/v1/session', { headers })).status).to.equal(401);
    });

    it('ends after 12 hours whatever happens', async () => {
      const { ask } = await server.browse(server.people.agent);
      for (let index = 0; index < 36; index += 1) {
        server.clock.advance(20 * MINUTE_MS - 1);
        expect((await ask('/api/v1/session')).status).to.equal(200);
      }
      server.clock.advance(1000);
      expect((await ask('/api/v1/session')).status).to.equal(401);
    });

    it('is one of three: the fourth ends the oldest', async () => {
      const browsers = [];
      for (let index = 0; index < 4; index += 1) browsers.push(await server.browse(server.people.supervisor));
      const statuses = [];
      for (const { ask } of browsers) statuses.push((await ask('/api/v1/session')).status);
      expect(statuses).to.deep.equal([401, 200, 200, 200]);
    });

    it('signs sockets in with cookie, own origin, and CSRF token', async () => {
      const reply = await server.signIn(server.people.agent);
      const cookie = cookieOf(reply);
      const own = { host: `localhost:${server.port}`, origin: `https://localhost:${server.port}`, cookie };
      const of = (headers: object) => server.identity.sockets.ofRequest({ headers } as IncomingMessage);
      expect((await of(own))?.csrfToken).to.equal(reply.json.csrfToken);
      expect(await of({ ...own, origin: 'https://evil.example' })).to.equal(undefined);
      expect(await of({ ...own, origin: undefined })).to.equal(undefined);
      expect(await of({ ...own, host: 'evil.example' })).to.equal(undefined);
      expect(await of({ ...own, cookie: '' })).to.equal(undefined);
      const token = cookie.split('=')[1] ?? '';
      expect(await server.identity.verifySocketSession(token, 'wrong')).to.equal(undefined);
      const session = await server.identity.verifySocketSession(token, reply.json.csrfToken);
      expect(await server.identity.sockets.isAlive(session?.sessionId ?? '')).to.equal(true);
      await server.ask('/api/v1/session', {
        method: 'DELETE',
        headers: { Cookie: cookie, 'X-CSRF-Token': reply.json.csrfToken },
      });
      expect(await server.identity.sockets.isAlive(session?.sessionId ?? '')).to.equal(false);
    });
  });

  describe('the own password', () => {
    const NEXT = 'Quite-another-7-word';

    it('is changed by who knows it, ends other sessions, and follows the rules', async () => {
      const officer = server.people.officer;
      const here = await server.browse(officer);
      const there = await server.browse(officer);
      const change = (current: string, next: string) =>
        here.ask('/api/v1/session/password', { method: 'POST', body: { current, next } });
      expect((await change('wrong', NEXT)).status).to.equal(401);
      const weak: [string, string][] = [
        ['Short-1', 'too_short'],
        ['only-lower-case-letters', 'too_few_classes'],
        [officer.password, 'recent'],
        ['The.officer-Is-1-of-us', 'contains_username'],
      ];
      for (const [next, fault] of weak) {
        const reply = await change(officer.password, next);
        expect([reply.status, reply.json.code], next).to.deep.equal([422, 'account.password_weak']);
        expect(reply.json.details.faults).to.include(fault);
      }
      expect((await change(officer.password, NEXT)).status).to.equal(204);
      expect((await here.ask('/api/v1/session')).status).to.equal(200);
      expect((await there.ask('/api/v1/session')).status).to.equal(401);
      expect((await server.signIn({ ...officer, password: NEXT })).status).to.equal(200);
      expect((await server.signIn(officer)).status).to.equal(401);
    });

    it('has to be changed after 90 days, and nothing else works until then', async () => {
      const other = await serveIdentity();
      const admin = other.people['security-admin'];
      other.clock.advance(60 * 24 * 60 * MINUTE_MS);
      await other.browse(admin);
      other.clock.advance(31 * 24 * 60 * MINUTE_MS);
      const { ask, session } = await other.browse(admin);
      expect(session.mustChangePassword).to.equal(true);
      expect((await ask('/api/v1/accounts')).json.code).to.equal('session.password_expired');
      const body = { current: admin.password, next: NEXT };
      expect((await ask('/api/v1/session/password', { method: 'POST', body })).status).to.equal(204);
      expect((await ask('/api/v1/accounts')).status).to.equal(200);
      await other.close();
    });
  });

  it('keeps the language of the console', async () => {
    const { ask } = await server.browse(server.people.agent);
    expect((await ask('/api/v1/session/locale', { method: 'PUT', body: { locale: 'fr' } })).status).to.equal(
      400,
    );
    expect((await ask('/api/v1/session/locale', { method: 'PUT', body: { locale: 'en' } })).status).to.equal(
      204,
    );
    expect((await ask('/api/v1/session')).json.account.locale).to.equal('en');
  });
});
