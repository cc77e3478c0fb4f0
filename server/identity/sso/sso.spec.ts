import { expect } from 'chai';
import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import { cookieOf, serveIdentity, type IdentityServer } from '../test/serve-identity.ts';
import { approve, TestIdp } from './test/test-idp.ts';

const MINUTE_MS = 60_000;

describe('single sign-on', function () {
  this.timeout(60_000);
  let server: IdentityServer;
  let idp: TestIdp;
  before(async () => {
    server = await serveIdentity();
    idp = new TestIdp(server);
    await idp.register();
  });
  after(() => server.close());

  describe('a sign-in', () => {
    it('goes to the identity provider and comes back with a session of the mapped roles', async () => {
      const begun = await idp.begin('/tickets?state=open');
      expect(begun.reply.status).to.equal(303);
      expect(begun.reply.headers['set-cookie']?.[0]).to.match(
        /^__Host-vaultdesk-sso=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=None$/,
      );
      const answered = await idp.answer(begun, {
        nameId: 'n-1',
        attributes: { uid: ['chen.yu'], groups: ['agents'] },
      });
      expect([answered.status, answered.headers.location]).to.deep.equal([303, '/tickets?state=open']);
      const session = await server.ask('/api/v1/session', { headers: { Cookie: cookieOf(answered) } });
      expect(session.status).to.equal(200);
      expect(session.json).to.include({ idp: 'corp', nameId: 'n-1' });
      expect(session.json.account.username).to.equal('chen.yu');
      expect(session.json.roles).to.deep.equal(['agent']);
      expect(session.json.mustChangePassword).to.equal(false);
    });

    it('makes an account whose console speaks as the browser does', async () => {
      const spoken = [];
      for (const [index, language] of ['en-GB,en;q=0.8', 'zh-CN', 'fr'].entries()) {
        const person = {
          nameId: `n-lang-${index}`,
          attributes: { uid: [`lang${index}`], groups: ['agents'] },
        };
        const headers = { 'Accept-Language': language };
        const answered = await idp.answer(await idp.begin('/'), person, { headers });
        const session = await server.ask('/api/v1/session', { headers: { Cookie: cookieOf(answered) } });
        spoken.push(session.json.account.locale);
      }
      expect(spoken).to.deep.equal(['en', 'zh-CN', 'zh-CN']);
    });

    it('is the same account the next time, and no password opens it', async () => {
      const first = await idp.signIn({ nameId: 'n-2', attributes: { uid: ['li.na'], groups: ['agents'] } });
      const second = await idp.signIn({ nameId: 'n-2', attributes: { uid: ['li.na'], groups: ['agents'] } });
      expect(second.session.account.id).to.equal(first.session.account.id);
      const local = await server.signIn({ username: 'li.na', password: 'none' });
      expect(local.json.code).to.equal('session.credentials_invalid');
    });

    it('never outlives the session at the identity provider', async () => {
      const { session } = await idp.signIn({
        nameId: 'n-3',
        sessionEndS: 600,
        attributes: { uid: ['wang.qiang'], groups: ['agents'] },
      });
      const ends = new Date(session.expiresAt as string).getTime();
      expect(ends - server.clock.now().getTime()).to.be.within(590_000, 600_000);
    });

    it('refuses with one page, a number, and no reason', async () => {
      const begun = await idp.begin('/');
      const refused = await idp.answer(begun, { audience: 'https://other.example' });
      expect(refused.status).to.equal(403);
      expect(refused.text).to.include(String(refused.headers['x-request-id']));
      expect(refused.text).to.include('评估环境');
      expect(refused.text).not.to.match(/sso\.|audience|assertion/i);
      expect(refused.headers['set-cookie']).to.equal(undefined);
      expect(await idp.lastRefusal()).to.equal('sso.audience');
    });

    it('is not taken in another browser, a second time, or too late', async () => {
      const begun = await idp.begin('/');
      const other = await idp.answer(begun, {}, { cookie: `__Host-vaultdesk-sso=${'A'.repeat(43)}` });
      expect([other.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.no_pending']);
      expect((await idp.answer(begun, {}, { cookie: '' })).status).to.equal(403);
      expect((await idp.answer(begun, { assertionId: '_once' })).status).to.equal(303);
      expect((await idp.answer(begun, { assertionId: '_once' })).status).to.equal(403);
      expect(await idp.lastRefusal()).to.equal('sso.no_pending');
      const late = await idp.begin('/');
      server.clock.advance(5 * MINUTE_MS + 1);
      expect([(await idp.answer(late)).status, await idp.lastRefusal()]).to.deep.equal([
        403,
        'sso.no_pending',
      ]);
    });

    it('takes no assertion twice, even for another sign-in', async () => {
      const begun = await idp.begin('/');
      const again = await idp.begin('/');
      expect((await idp.answer(begun, { assertionId: '_used' })).status).to.equal(303);
      expect([
        (await idp.answer(again, { assertionId: '_used' })).status,
        await idp.lastRefusal(),
      ]).to.deep.equal([403, 'sso.replay']);
    });

    it('lets exactly one of twelve copies in, sent at once to two servers on one database', async () => {
      const begun = await idp.begin('/');
      const copies = await idp.copies(begun, { assertionId: '_race' }, 12);
      expect(copies.filter(({ status }) => status === 303)).to.have.length(1);
      expect(copies.filter(({ status }) => status === 403)).to.have.length(11);
    });

    it('lets two tabs of one browser sign in', async () => {
      const first = await idp.begin('/a');
      const second = await idp.begin('/b', { cookie: first.cookie });
      expect(second.reply.headers['set-cookie']).to.equal(undefined);
      expect((await idp.answer({ ...second, cookie: first.cookie })).headers.location).to.equal('/b');
      expect((await idp.answer(first)).headers.location).to.equal('/a');
    });

    it('says which way the clock of the identity provider is off, and lets people in once it is set', async () => {
      const who = { nameId: 'n-4', attributes: { uid: ['clock.ed'], groups: ['agents'] } };
      const shifted = (seconds: number) => {
        const now = new Date(server.clock.now().getTime() + seconds * 1_000);
        return { ...who, now, assertionId: `_clock${seconds}` };
      };
      const off = [];
      // A message may be five minutes old and clocks a minute apart, so that late is over six minutes.
      for (const seconds of [300, 61, -361, -600]) {
        const { status } = await idp.answer(await idp.begin('/'), shifted(seconds));
        off.push(status, await idp.lastRefusal());
      }
      expect(off).to.deep.equal([
        ...[403, 'sso.not_yet', 403, 'sso.not_yet'],
        ...[403, 'sso.expired', 403, 'sso.expired'],
      ]);
      expect((await idp.answer(await idp.begin('/'), shifted(60))).status).to.equal(303);
      expect((await idp.answer(await idp.begin('/'), shifted(-300))).status).to.equal(303);
      expect((await idp.signIn(who)).session.account.username).to.equal('clock.ed');
    });

    it('goes nowhere but to a path of ours', async () => {
      for (const to of [
        'https://evil.example',
        '//evil.example',
        '/\\evil.example',
        '\\/evil',
        'javascript:alert(1)',
        '/\t/evil',
      ]) {
        const begun = await idp.begin(to);
        expect((await idp.answer(begun)).headers.location, to).to.equal('/');
      }
      const begun = await idp.begin('/');
      const forged = await idp.answer({ ...begun, relayState: 'https://evil.example' });
      expect([forged.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.no_pending']);
    });

    it('refuses a field twice, no field, and ten megabytes', async () => {
      const begun = await idp.begin('/');
      const post = (raw: string) => idp.post(raw, begun.cookie);
      expect((await post('SAMLResponse=a&SAMLResponse=b')).status).to.equal(403);
      expect((await post('')).status).to.equal(403);
      expect((await post(`SAMLResponse=${'A'.repeat(10_000_000)}`)).status).to.equal(413);
    });

    it('takes the form from the page of the identity provider, and no other form from there', async () => {
      const headers = { Origin: 'https://idp.bank.example', 'Sec-Fetch-Site': 'cross-site' };
      const begun = await idp.begin('/');
      expect((await idp.answer(begun, {}, { headers })).status).to.equal(303);
      const other = await server.ask('/api/v1/session', {
        method: 'POST',
        body: { username: 'x', password: 'y' },
        headers,
      });
      expect(other.json.code).to.equal('request.origin_refused');
    });
  });

  describe('people', () => {
    it('lose a role here when they lose it there, and their sessions with it', async () => {
      const who = { nameId: 'n-10', attributes: { uid: ['zhao.min'], groups: ['agents', 'leaders'] } };
      const before = await idp.signIn(who);
      expect(before.session.roles).to.deep.equal(['agent', 'supervisor']);
      const after = await idp.signIn({ ...who, attributes: { uid: ['zhao.min'], groups: ['agents'] } });
      expect(after.session.roles).to.deep.equal(['agent']);
      expect((await before.ask('/api/v1/session')).status).to.equal(401);
    });

    it('are let in no more when no rule fits, and lose their sessions', async () => {
      const who = { nameId: 'n-11', attributes: { uid: ['sun.li'], groups: ['agents'] } };
      const before = await idp.signIn(who);
      const begun = await idp.begin('/');
      const refused = await idp.answer(begun, { ...who, attributes: { uid: ['sun.li'], groups: [] } });
      expect([refused.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.no_role']);
      expect((await before.ask('/api/v1/session')).status).to.equal(401);
    });

    it('never become a local account by its name, or somebody else by another NameID', async () => {
      const begun = await idp.begin('/');
      const taken = await idp.answer(begun, {
        nameId: 'n-12',
        attributes: { uid: ['the.agent'], groups: ['agents'] },
      });
      expect([taken.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.no_account']);
      await idp.signIn({ nameId: 'n-13', attributes: { uid: ['zhou.jie'], groups: ['agents'] } });
      const other = await idp.answer(await idp.begin('/'), {
        nameId: 'N-13',
        attributes: { uid: ['zhou.jie'], groups: ['agents'] },
      });
      expect([other.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.no_account']);
    });

    it('are refused when their groups were cut off, keep what they had, and come in with all of them', async () => {
      const who = { nameId: 'n-18', attributes: { uid: ['many.groups'], groups: ['agents', 'leaders'] } };
      const before = await idp.signIn(who);
      const cut = { 'http://schemas.microsoft.com/claims/groups.link': ['https://graph.example/x'] };
      const refused = await idp.answer(await idp.begin('/'), {
        nameId: 'n-18',
        attributes: { uid: ['many.groups'], ...cut },
      });
      expect([refused.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.attributes']);
      expect((await before.ask('/api/v1/session')).json.roles).to.deep.equal(['agent', 'supervisor']);
      expect((await idp.signIn(who)).session.account.id).to.equal(before.session.account.id);
    });

    it('cannot be two administrators, whatever their groups', async () => {
      const begun = await idp.begin('/');
      const refused = await idp.answer(begun, {
        nameId: 'n-14',
        attributes: { uid: ['wu.fang'], groups: ['admins', 'security'] },
      });
      expect([refused.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.no_role']);
    });

    it('stay out when their account is turned off', async () => {
      const who = { nameId: 'n-15', attributes: { uid: ['zheng.jie'], groups: ['agents'] } };
      const { session } = await idp.signIn(who);
      await server.core.sql('UPDATE account SET state = $1 WHERE id = $2', ['disabled', session.account.id]);
      const refused = await idp.answer(await idp.begin('/'), who);
      expect([refused.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.disabled']);
    });

    it('come into the skill groups of their rules, and are told when they are in none', async () => {
      const { core, identity } = server;
      const who = { nameId: 'n-17', attributes: { uid: ['he.ping'], groups: ['agents'] } };
      expect((await idp.signIn(who)).session.lacksSkillGroup).to.equal(false);
      await core.uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
        identity.createSkillGroup(tx, { name: 'Cards', memberIds: [] }),
      );
      expect((await idp.signIn(who)).session.lacksSkillGroup).to.equal(true);
      await idp.register({ roles: [{ group: 'agents', role: 'agent', skillGroups: ['Cards'] }] });
      expect((await idp.signIn(who)).session.lacksSkillGroup).to.equal(false);
      const [group] = await identity.listSkillGroups();
      expect(group?.memberIds).to.have.length(1);
      await idp.register();
    });

    it('are made only where the map says so', async () => {
      await idp.register({ jit: false });
      const refused = await idp.answer(await idp.begin('/'), {
        nameId: 'n-16',
        attributes: { uid: ['new.one'], groups: ['agents'] },
      });
      expect([refused.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.no_account']);
      await idp.register();
    });
  });

  describe('logout', () => {
    it('begun here ends the session at once and tells the identity provider', async () => {
      const { cookie, ask } = await idp.signIn({
        nameId: 'n-20',
        attributes: { uid: ['a.one'], groups: ['agents'] },
      });
      const foreign = await server.ask('/sso/corp/logout', {
        headers: { Cookie: cookie, 'Sec-Fetch-Site': 'cross-site' },
      });
      expect([foreign.status, (await ask('/api/v1/session')).status]).to.deep.equal([303, 200]);
      const begun = await server.ask('/sso/corp/logout', { headers: { Cookie: cookie } });
      expect(begun.status).to.equal(303);
      const request = idp.readLogout(String(begun.headers.location));
      expect(request).to.include({ type: 'request', nameId: 'n-20' });
      expect((await ask('/api/v1/session')).status).to.equal(401);
    });

    it('begun there ends the sessions it names, and others stay; it gets a signed answer', async () => {
      const one = await idp.signIn({
        nameId: 'n-21',
        sessionIndex: '_s1',
        attributes: { uid: ['b.one'], groups: ['agents'] },
      });
      const two = await idp.signIn({
        nameId: 'n-21',
        sessionIndex: '_s2',
        attributes: { uid: ['b.one'], groups: ['agents'] },
      });
      const other = await idp.signIn({ nameId: 'n-22', attributes: { uid: ['b.two'], groups: ['agents'] } });
      const reply = await server.ask(idp.logoutPath({ nameId: 'n-21', sessionIndex: '_s1' }));
      expect(reply.status).to.equal(303);
      expect(idp.readLogout(String(reply.headers.location))).to.include({
        type: 'response',
        isSuccess: true,
      });
      const statuses = await Promise.all([one, two, other].map(({ ask }) => ask('/api/v1/session')));
      expect(statuses.map(({ status }) => status)).to.deep.equal([401, 200, 200]);
    });

    it('answers for a session nobody has, and refuses the same message twice and a forged one', async () => {
      const path = idp.logoutPath({ nameId: 'nobody' });
      expect((await server.ask(path)).status).to.equal(303);
      expect((await server.ask(path)).status).to.equal(403);
      expect((await server.ask(path.replace(/Signature=.{10}/, 'Signature=AAAAAAAAAA'))).status).to.equal(
        403,
      );
      expect((await server.ask('/sso/corp/slo')).status).to.equal(403);
    });
  });

  describe('administrators', () => {
    it('see identity providers, try a map, and remove one with its sessions', async () => {
      const admin = await server.browse(server.people['system-admin']);
      const list = await admin.ask('/api/v1/idps');
      expect(list.json.items[0]).to.include({ id: 'corp', state: 'live' });
      const tried = await admin.ask('/api/v1/idps/corp/try', {
        method: 'POST',
        body: { assertion: idp.assertion({ attributes: { uid: ['x.y'], groups: ['agents'] } }) },
      });
      expect(tried.json).to.deep.include({ username: 'x.y', roles: ['agent'] });
      const { ask } = await idp.signIn({
        nameId: 'n-30',
        attributes: { uid: ['c.one'], groups: ['agents'] },
      });
      const asked = await admin.ask('/api/v1/idps/corp/removal', {
        method: 'POST',
        body: { reason: 'gone' },
      });
      expect(asked.status).to.equal(202);
      expect((await ask('/api/v1/session')).status).to.equal(200);
      const security = await server.browse(server.people['security-admin']);
      expect((await approve(security, asked.json.approvalId)).status).to.equal(200);
      expect((await ask('/api/v1/session')).status).to.equal(401);
      expect((await server.ask('/sso/corp/login')).status).to.equal(403);
      await idp.register();
    });

    it('get every fault of a map, and no second identity provider of one name', async () => {
      const admin = await server.browse(server.people['system-admin']);
      const put = (id: string, body: object) =>
        admin.ask(`/api/v1/idps/${id}`, { method: 'PUT', body: { ...body, reason: 'new' } });
      const bad = await put('other', {
        metadata: idp.metadata(),
        map: { attributes: {}, roles: [{ group: 'a', role: 'root' }] },
      });
      expect([bad.status, bad.json.code]).to.deep.equal([422, 'idp.invalid']);
      expect(bad.json.details.faults).to.equal('attributes.username: missing; roles[0].role: unknown');
      const twice = await put('other', {
        metadata: idp.metadata(),
        map: { attributes: { username: 'uid' } },
      });
      expect(twice.json.code).to.equal('idp.entity_taken');
      const named = idp.metadata().replace('entityID="', 'entityID="https://other.example/');
      const ended = named.replace('entityID=', 'validUntil="2020-01-01T00:00:00Z" entityID=');
      const two =
        `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${named}` +
        `${named.replace('entityID="', 'entityID="https://third.example/')}</md:EntitiesDescriptor>`;
      const faults = [];
      for (const metadata of [ended, two]) {
        const { status, json } = await put('other', { metadata, map: { attributes: { username: 'uid' } } });
        faults.push(status, json.code, json.details.faults);
      }
      expect(faults).to.deep.equal([
        ...[422, 'idp.invalid', 'valid-until'],
        ...[422, 'idp.invalid', 'several-entities'],
      ]);
      expect(
        (await put('other', { metadata: '<x/>', map: { attributes: { username: 'uid' } } })).json.code,
      ).to.equal('idp.invalid');
      const agent = await server.browse(server.people.agent);
      expect((await agent.ask('/api/v1/idps')).status).to.equal(403);
      expect((await server.ask('/api/v1/idps')).status).to.equal(401);
    });
  });
});
