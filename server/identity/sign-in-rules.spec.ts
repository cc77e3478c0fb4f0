import { expect } from 'chai';
import { totp } from '../platform/crypto/index.ts';
import { TestIdp } from './sso/test/test-idp.ts';
import {
  serveIdentity,
  signInSettings,
  told,
  type Browser,
  type IdentityServer,
} from './test/serve-identity.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe('rules of coming in', function () {
  this.timeout(60_000);
  let server: IdentityServer;
  before(async () => {
    server = await serveIdentity();
  });
  after(() => server.close());

  const from = (ip: string, body: object) =>
    server.ask('/api/v1/session', { method: 'POST', body, headers: { 'X-Forwarded-For': ip } });
  const codeOf = (reply: { status: number; json: { code?: string } }) => reply.json.code ?? reply.status;

  describe('the lock of an account', () => {
    it('holds where it was set off and where nobody signed in from lately, and not at the usual desk', async () => {
      const { username, password } = server.people.editor;
      const right = { username, password };
      const wrong = { username, password: 'wrong' };
      expect(codeOf(await from('10.1.0.1', right))).to.equal(200);
      for (let count = 0; count < 5; count += 1) await from('10.2.0.2', wrong);
      expect(codeOf(await from('10.2.0.2', right))).to.equal('session.locked');
      expect(codeOf(await from('10.3.0.3', right))).to.equal('session.locked');
      expect(codeOf(await from('10.1.0.1', right))).to.equal(200);
      // The guesses go on, and neither lock nor unlock anything at the desk.
      for (let count = 0; count < 5; count += 1) await from('10.1.0.1', wrong);
      expect(codeOf(await from('10.1.0.1', right))).to.equal('session.locked');
      server.clock.advance(15 * MINUTE_MS + 1);
      expect(codeOf(await from('10.1.0.1', right))).to.equal(200);
      expect(codeOf(await from('10.3.0.3', right))).to.equal(200);
    });

    it('holds at a desk that nobody used for over 30 days', async () => {
      const { username, password } = server.people.inspector;
      expect(codeOf(await from('10.1.0.1', { username, password }))).to.equal(200);
      server.clock.advance(30 * DAY_MS + 1);
      for (let count = 0; count < 5; count += 1) await from('10.2.0.2', { username, password: 'wrong' });
      expect(codeOf(await from('10.1.0.1', { username, password }))).to.equal('session.locked');
    });
  });

  describe('recovery codes', () => {
    it('stand in for a lost authenticator, each once, and new ones end the old', async () => {
      const person = server.people['audit-admin'];
      const admin = await server.browse(person);
      const made = await admin.ask('/api/v1/session/recovery-codes', { method: 'POST' });
      const codes = made.json.codes as string[];
      expect(codes).to.have.length(10);
      expect(new Set(codes).size).to.equal(10);
      const { username, password } = person;
      const signIn = (otp: string | undefined) => from('10.1.0.9', { username, password, otp });
      expect(codeOf(await signIn(codes[0]))).to.equal(200);
      expect(codeOf(await signIn(codes[0]))).to.equal('session.credentials_invalid');
      expect((await admin.ask('/api/v1/session/recovery-codes')).json.left).to.equal(9);
      await admin.ask('/api/v1/session/recovery-codes', { method: 'POST' });
      expect(codeOf(await signIn(codes[1]))).to.equal('session.credentials_invalid');
      const agent = await server.browse(server.people.agent);
      expect((await agent.ask('/api/v1/session/recovery-codes')).json.left).to.equal(null);
      expect(codeOf(await agent.ask('/api/v1/session/recovery-codes', { method: 'POST' }))).to.equal(
        'account.state_refused',
      );
    });
  });

  describe('a dangerous act', () => {
    const keepAwake = async (browser: Browser, minutes: number) => {
      for (let count = 0; count < minutes; count += 5) {
        server.clock.advance(5 * MINUTE_MS);
        await browser.ask('/api/v1/session');
      }
    };
    const token = (browser: Browser) =>
      browser.ask('/api/v1/tokens', {
        method: 'POST',
        body: { name: 'T', scopes: ['robot:query'], expiresInDays: 1 },
      });
    const prove = (browser: Browser, body: object) =>
      browser.ask('/api/v1/session/proof', { method: 'POST', body });

    it('asks who sits there after 15 minutes; a fresh code is the answer, a used one is not', async () => {
      const person = server.people['system-admin'];
      const admin = await server.browse(person);
      expect((await token(admin)).status).to.equal(201);
      await keepAwake(admin, 20);
      expect(codeOf(await token(admin))).to.equal('session.proof_needed');
      expect(codeOf(await prove(admin, { otp: '000000' }))).to.equal('session.credentials_invalid');
      expect(codeOf(await prove(admin, { password: person.password }))).to.equal(
        'session.credentials_invalid',
      );
      const otp = totp.code(person.totpSecret as string, server.clock.now());
      expect((await prove(admin, { otp })).status).to.equal(204);
      expect(codeOf(await prove(admin, { otp }))).to.equal('session.credentials_invalid');
      expect((await token(admin)).status).to.equal(201);
    });

    it('takes the password of an account without codes, and locks after five wrong ones', async () => {
      const agent = await server.browse(server.people.agent);
      expect((await prove(agent, { password: server.people.agent.password })).status).to.equal(204);
      for (let count = 0; count < 5; count += 1) await prove(agent, { password: 'wrong' });
      expect(codeOf(await prove(agent, { password: server.people.agent.password }))).to.equal(
        'session.locked',
      );
      expect(await server.trail()).to.include.members(['session.prove ok', 'session.prove refused']);
    });
  });

  describe('roles that come through an identity provider alone', () => {
    let idp: TestIdp;
    before(async () => {
      idp = new TestIdp(server);
      signInSettings.ssoOnlyRoles = ['supervisor', 'security-admin'];
    });
    after(() => void (signInSettings.ssoOnlyRoles = []));

    const signIn = (role: 'supervisor' | 'security-admin' | 'officer', ip: string) => {
      server.clock.advance(30_000);
      const { username, password, totpSecret } = server.people[role];
      const otp = totpSecret === undefined ? {} : { otp: totp.code(totpSecret, server.clock.now()) };
      return from(ip, { username, password, ...otp });
    };

    it('may use their passwords while no identity provider is live: nobody is locked out for good', async () => {
      expect(codeOf(await signIn('supervisor', '10.5.0.1'))).to.equal(200);
    });

    it('have no other path once one is; other roles do', async () => {
      await idp.register();
      expect(codeOf(await signIn('supervisor', '10.5.0.1'))).to.equal('session.sso_only');
      expect(codeOf(await signIn('officer', '10.5.0.1'))).to.equal(200);
    });

    it('leave administrators the networks for emergencies, told to everybody who watches', async () => {
      expect(codeOf(await signIn('security-admin', '10.5.0.1'))).to.equal('session.sso_only');
      told.length = 0;
      expect(codeOf(await signIn('security-admin', '10.9.1.1'))).to.equal(200);
      expect(told.map(({ kind, severity }) => [kind, severity])).to.deep.equal([
        ['sso.break-glass', 'alarm'],
      ]);
      expect(await server.trail()).to.include('session.break-glass ok');
    });
  });

  describe('a session through an identity provider', () => {
    let idp: TestIdp;
    before(async () => {
      idp = new TestIdp(server);
      await idp.register();
    });

    it('is proven anew there, which ends the session before; somebody else does not prove it', async () => {
      const who = { nameId: 's-1', attributes: { uid: ['chen.yu'], groups: ['agents'] } };
      const first = await idp.signIn(who);
      expect(first.session).to.include({ proofBy: 'idp' });
      const headers = { 'X-CSRF-Token': first.session.csrfToken as string };
      const proof = await first.ask('/api/v1/session/proof', { method: 'POST', body: {}, headers });
      expect(codeOf(proof)).to.equal('session.proof_at_idp');
      const again = (query: string) => idp.begin('/inbox', { cookie: first.cookie, query });
      const other = await again('&force=1');
      const cookie = other.reply.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
      const refused = await idp.answer(
        { ...other, cookie },
        { nameId: 's-2', attributes: { uid: ['li.na'], groups: ['agents'] } },
      );
      expect([refused.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.subject']);
      expect((await first.ask('/api/v1/session')).status).to.equal(200);
      const begun = await again('&force=1');
      const old = await idp.answer(begun, { ...who, authnS: -3_600 });
      expect([old.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.expired']);
      const fresh = await idp.answer(await again('&force=1'), who);
      expect(fresh.status).to.equal(303);
      expect((await first.ask('/api/v1/session')).status).to.equal(401);
    });

    it('keeps the key of drafts from one session to the next, for one account alone', async () => {
      const one = { nameId: 's-3', attributes: { uid: ['wang.qiang'], groups: ['agents'] } };
      const two = { nameId: 's-4', attributes: { uid: ['zhao.min'], groups: ['agents'] } };
      const keys = [await idp.signIn(one), await idp.signIn(one), await idp.signIn(two)].map(
        ({ session }) => session.draftKey as string,
      );
      expect(keys[0]).to.match(/^[\w-]{43}$/);
      expect(keys[1]).to.equal(keys[0]);
      expect(keys[2]).not.to.equal(keys[0]);
    });
  });
});
