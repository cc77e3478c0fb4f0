import { expect } from 'chai';
import type { KeyPair } from '../../../sso/index.ts';
// Keys and signatures of the library's own specs.
import { signXml } from '../../../sso/test/idp.ts';
import { createKeyPair } from '../../../sso/test/key-pair.ts';
import { createServerCertificate } from '../../platform/crypto/index.ts';
import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import {
  cookieOf,
  outside,
  serveIdentity,
  told,
  type Browser,
  type IdentityServer,
} from '../test/serve-identity.ts';
import { warnStep, watchCertificates } from './certificate-watch.ts';
import { approve, TestIdp } from './test/test-idp.ts';

const DAY_MS = 86_400_000;
const MAP = { attributes: { username: 'uid', groups: 'groups' }, roles: [{ group: '*', role: 'agent' }] };
const pemOf = (text: string) => text.replace(/-----[^-]+-----|\s/g, '');

describe('identity providers under four eyes', function () {
  this.timeout(60_000);
  let server: IdentityServer;
  let idp: TestIdp;
  let system: Browser;
  let security: Browser;

  before(async () => {
    server = await serveIdentity();
    idp = new TestIdp(server);
  });
  after(() => server.close());
  // Sessions of administrators last 15 idle minutes, and the clock goes far here.
  const come = async () => {
    system = await server.browse(server.people['system-admin']);
    security = await server.browse(server.people['security-admin']);
  };

  const state = async () => {
    server.clock.advance(2_500);
    return (await system.ask('/api/v1/idps')).json.items[0]?.state as string | undefined;
  };
  const put = (body: object, id = 'corp') =>
    system.ask(`/api/v1/idps/${id}`, { method: 'PUT', body: { map: MAP, reason: 'new', ...body } });
  const testSignIn = async (change = {}) => {
    const cookie = system.cookie;
    const begun = await idp.begin('/', { cookie, query: '&test=1' });
    return idp.answer(begun, change);
  };

  it('come in by two people and a test; until then nobody signs in through one', async () => {
    await come();
    const asked = await put({ metadata: idp.metadata() });
    expect(asked.status).to.equal(202);
    expect(await state()).to.equal(undefined);
    const own = await approve(system, asked.json.approvalId);
    expect([own.status, own.json.code]).to.deep.equal([403, 'approval.second_person']);
    const seen = await security.ask(`/api/v1/approvals/${asked.json.approvalId}`);
    const lines = seen.json.lines as { label: string; to?: string }[];
    expect(lines.find(({ label }) => label === 'idp.line.rule')?.to).to.equal('* → agent');
    expect(lines.filter(({ label }) => label === 'idp.line.certificate')).to.have.length(1);
    expect((await approve(security, asked.json.approvalId)).status).to.equal(200);
    expect(await state()).to.equal('approved');
    expect((await server.ask('/sso/corp/login')).status).to.equal(403);
    expect((await server.ask('/api/v1/sso')).json).to.deep.equal({ items: [], goesStraight: false });
  });

  it('show an administrator why a test was refused: code, clocks, fingerprints', async () => {
    const late = await testSignIn({ issuedS: -1_000, attributes: { uid: ['x.y'], groups: ['a'] } });
    expect(late.status).to.equal(403);
    expect(late.text).to.include('sso.expired').and.include(server.clock.now().toISOString().slice(0, 13));
    const [{ certificates }] = (await system.ask('/api/v1/idps')).json.items;
    expect(late.text).to.include(certificates[0].fingerprint);
    expect(await state()).to.equal('approved');
    const bad = await testSignIn({ audience: 'https://other.example' });
    expect(bad.text).to.include('sso.audience');
  });

  it('are live once a test went well, which signs nobody in', async () => {
    const tested = await testSignIn({ attributes: { uid: ['x.y'], groups: ['a'] } });
    expect([tested.status, tested.headers['set-cookie']]).to.deep.equal([200, undefined]);
    expect(tested.text).to.include('x.y').and.include('agent');
    expect(await state()).to.equal('live');
    expect((await server.ask('/api/v1/sso')).json.items).to.deep.equal([{ id: 'corp' }]);
  });

  it('take a next certificate without going down, and a changed address only after a test', async () => {
    const next = await createServerCertificate({ now: server.clock.now(), validDays: 100 });
    const rolled = await put({ map: { ...MAP, certificates: [next.certificate] } });
    expect((await approve(security, rolled.json.approvalId)).status).to.equal(200);
    expect(await state()).to.equal('live');
    const [{ certificates }] = (await system.ask('/api/v1/idps')).json.items;
    expect(certificates).to.have.length(2);
    expect(certificates.map(({ daysLeft }: { daysLeft: number }) => daysLeft)).to.include(99);
    const moved = await put({ metadata: idp.metadata().replace('bank.example/sso', 'bank.example/sso2') });
    expect((await approve(security, moved.json.approvalId)).status).to.equal(200);
    expect(await state()).to.equal('approved');
    const back = await put({ metadata: idp.metadata() });
    await approve(security, back.json.approvalId);
    await testSignIn({ attributes: { uid: ['x.y'], groups: ['a'] } });
    expect(await state()).to.equal('live');
  });

  it('judge a pasted assertion: code, both clocks, fingerprints, and the mapped roles', async () => {
    const pasted = idp.assertion({ attributes: { uid: ['x.y'], groups: ['a'] } });
    const body = { assertion: pasted };
    const tried = await system.ask('/api/v1/idps/corp/try', { method: 'POST', body });
    expect(tried.json).to.deep.include({ code: 'sso.signature', why: 'unsigned', roles: ['agent'] });
    expect(tried.json.fingerprints.tried).to.have.length(1);
    expect(tried.json.clocks.here).to.equal(server.clock.now().toISOString());
    expect(tried.json.clocks.idp).to.match(/^20/);
    const junk = await system.ask('/api/v1/idps/corp/try', { method: 'POST', body: { assertion: '<x/>' } });
    expect([junk.status, junk.json.code]).to.deep.equal([422, 'idp.invalid']);
  });

  it('are switched off by two people, which ends sessions, and on again only with a test', async () => {
    await come();
    await idp.register({ roles: MAP.roles });
    const { ask } = await idp.signIn({ nameId: 'n-1', attributes: { uid: ['a.one'], groups: [] } });
    const turn = (isOn: boolean) =>
      system.ask('/api/v1/idps/corp/switch', { method: 'POST', body: { isOn, reason: 'why' } });
    const off = await turn(false);
    expect((await ask('/api/v1/session')).status).to.equal(200);
    await approve(security, off.json.approvalId);
    expect((await ask('/api/v1/session')).status).to.equal(401);
    expect(await state()).to.equal('off');
    expect((await turn(false)).json.code).to.equal('idp.state_refused');
    const on = await turn(true);
    await approve(security, on.json.approvalId);
    expect(await state()).to.equal('approved');
    await testSignIn({ attributes: { uid: ['x.y'], groups: [] } });
    expect(await state()).to.equal('live');
  });

  it('ask for a second factor before they make an administrator', async () => {
    await idp.register();
    const admin = { nameId: 'n-5', attributes: { uid: ['ad.min'], groups: ['admins'] } };
    const plain = await idp.answer(await idp.begin('/'), admin);
    expect([plain.status, await idp.lastRefusal()]).to.deep.equal([403, 'sso.context']);
    const context = 'https://refeds.org/profile/mfa';
    const strong = await idp.signIn({ ...admin, context });
    expect(strong.session).to.deep.include({ roles: ['system-admin'], isSecondFactorMissing: false });
  });

  describe('whose metadata stands at an address', () => {
    const URL = 'https://idp.bank.example/metadata';
    const answer = (body: string, status = 200) => {
      outside.request = async () => ({ status, headers: {}, body: Buffer.from(body) });
    };
    const refresh = async () => {
      server.clock.advance(2_500);
      const known = await server.identity.sso.idps.find('corp');
      return known && server.identity.sso.metadata.refresh(known);
    };

    it('are loaded through the way out alone, and refused with its code', async () => {
      await come();
      const refused = await put({ metadataUrl: URL }, 'second');
      expect([refused.status, refused.json.code]).to.deep.equal([403, 'egress.refused']);
      answer('<x/>');
      expect((await put({ metadataUrl: URL }, 'second')).json.code).to.equal('idp.invalid');
      expect((await put({ metadataUrl: 'http://idp.bank.example/m' }, 'second')).json.code).to.equal(
        'idp.invalid',
      );
      answer(idp.metadata(), 404);
      expect((await put({ metadataUrl: URL }, 'second')).json.details.faults).to.equal('status-404');
      answer(idp.metadata());
      const asked = await put({ metadataUrl: URL });
      expect((await approve(security, asked.json.approvalId)).status).to.equal(200);
      expect((await system.ask('/api/v1/idps')).json.items[0].metadataUrl).to.equal(URL);
    });

    it('are told of a change that is not signed, and keep what they have', async () => {
      answer(idp.metadata());
      expect(await refresh()).to.equal('loaded');
      told.length = 0;
      answer(idp.metadata().replace('bank.example/sso', 'evil.example/sso'));
      expect(await refresh()).to.equal('failed');
      expect(told.map(({ kind, params }) => [kind, params['fault']])).to.deep.equal([
        ['sso.metadata-failed', 'changed-and-unsigned'],
      ]);
      answer(idp.metadata().replace('idp.bank.example/saml', 'idp.other.example/saml'));
      expect(await refresh()).to.equal('failed');
      answer('<html/>');
      expect(await refresh()).to.equal('failed');
      const [shown] = (await system.ask('/api/v1/idps')).json.items;
      expect([shown.ssoUrl, shown.fetchFault]).to.deep.equal([
        'https://idp.bank.example/sso',
        'entity-descriptor',
      ]);
    });
  });

  describe('whose metadata is signed', () => {
    const URL = 'https://idp.bank.example/metadata';
    const signed = (key: KeyPair, text = idp.metadata().replace('entityID=', 'ID="_m" entityID=')) =>
      signXml(text, '_m', { key, reference: "//*[@ID='_m']", action: 'prepend' });
    const load = async (body: string) => {
      outside.request = async () => ({ status: 200, headers: {}, body: Buffer.from(body) });
      server.clock.advance(2_500);
      const known = await server.identity.sso.idps.find('corp');
      return known && server.identity.sso.metadata.refresh(known);
    };
    const moved = (to: string) =>
      idp.metadata().replace('entityID=', 'ID="_m" entityID=').replace('/sso"', to);

    it('take changes by either of two signing certificates, and by no third', async () => {
      await come();
      const [now, next, other] = [createKeyPair('now'), createKeyPair('next'), createKeyPair('other')];
      outside.request = async () => ({ status: 200, headers: {}, body: Buffer.from(signed(now)) });
      const signers = now.certificate + next.certificate;
      const third = await put({ metadataUrl: URL, metadataSigner: signers + other.certificate });
      expect([third.status, third.json.details.faults]).to.deep.equal([422, 'signer-certificates']);
      const asked = await put({ metadataUrl: URL, metadataSigner: signers });
      expect((await approve(security, asked.json.approvalId)).status).to.equal(200);
      expect(await load(signed(next, moved('/sso-b"')))).to.equal('changed');
      expect(await load(signed(now, moved('/sso-c"')))).to.equal('changed');
      expect(await load(signed(other, moved('/sso-d"')))).to.equal('failed');
      const [shown] = (await system.ask('/api/v1/idps')).json.items;
      expect([shown.ssoUrl, shown.fetchFault]).to.deep.equal([
        'https://idp.bank.example/sso-c',
        'unverified',
      ]);
    });

    it('are loaded as often as the map says', async () => {
      await come();
      const key = createKeyPair('hours');
      outside.request = async () => ({ status: 200, headers: {}, body: Buffer.from(signed(key)) });
      const map = { ...MAP, refreshHours: 2 };
      const asked = await put({ metadataUrl: URL, metadataSigner: key.certificate, map });
      const { lines } = (await security.ask(`/api/v1/approvals/${asked.json.approvalId}`)).json as {
        lines: { label: string; to?: string }[];
      };
      expect(lines.find(({ label }) => label === 'idp.line.refresh')?.to).to.equal('2');
      await approve(security, asked.json.approvalId);
      const { metadata } = server.identity.sso;
      const due = async (minutes: number) => {
        server.clock.advance(minutes * 60_000);
        return (await metadata.refreshDue()).loaded;
      };
      expect([await due(119), await due(1), await due(1)]).to.deep.equal([0, 1, 0]);
    });
  });

  describe('certificates', () => {
    const watch = () => {
      const { core, clock, identity } = server;
      const { idps, keys } = identity.sso;
      const tell = async (_tx: unknown, notice: (typeof told)[number]) => void told.push(notice);
      return watchCertificates({ uow: core.uow, clock, idps, keys, tell });
    };

    it('are told of at 60, 30, 14, 7 days, one day, and the end, each once', async () => {
      expect(
        [61, 60, 31, 30, 8, 7, 1, 0].map((days) => warnStep(new Date(days * DAY_MS), new Date(0))),
      ).to.deep.equal([undefined, 60, 60, 30, 14, 7, 1, 0]);
      const short = await createServerCertificate({ now: server.clock.now(), validDays: 61 });
      const metadata = idp
        .metadata()
        .replace(/X509Certificate>[^<]+</, `X509Certificate>${pemOf(short.certificate)}<`);
      const input = { id: 'corp', metadata, map: MAP };
      const { idps } = server.identity.sso;
      await server.core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) =>
        idps.put(tx, await idps.draft(tx, input), 'live'),
      );
      const days: number[] = [];
      const party = async () => {
        const known = await idps.find('corp');
        return known === undefined ? [] : idps.partyOf(known).certificates;
      };
      const inForce: number[] = [];
      for (let day = 0; day < 64; day += 1) {
        told.length = 0;
        await watch();
        const count = told.filter(({ kind }) => kind.startsWith('sso.certificate')).length;
        if (count > 0) days.push(day);
        inForce.push((await party()).length);
        server.clock.advance(DAY_MS);
      }
      expect(days).to.have.length(6);
      expect(days.map((day) => (days.at(-1) as number) - day)).to.deep.equal([60, 30, 14, 7, 1, 0]);
      // One that ends today counts until it ends, and not a day longer.
      const last = days.at(-1) as number;
      expect([inForce[last - 1], inForce[last]]).to.deep.equal([1, 0]);
    });

    it('that have ended let nobody in', async () => {
      await come();
      const begun = await idp.begin('/');
      expect((await idp.answer(begun, { attributes: { uid: ['x.y'], groups: [] } })).status).to.equal(403);
      expect(await idp.lastRefusal()).to.equal('sso.signature');
    });

    it('of ours are made anew: published at once, signing in seven days, opening for as long as they last', async () => {
      const keysOf = async () => (await system.ask('/api/v1/sso-keys')).json.items;
      const [first] = await keysOf();
      expect(first.isSigning).to.equal(true);
      const made = await system.ask('/api/v1/sso-keys', { method: 'POST' });
      expect(made.status).to.equal(204);
      expect((await system.ask('/api/v1/sso-keys', { method: 'POST' })).json.code).to.equal(
        'idp.key_waiting',
      );
      const certificates = async () =>
        [...(await server.ask('/sso/corp/metadata')).text.matchAll(/use="(\w+)"/g)].map(([, use]) => use);
      expect(await certificates()).to.deep.equal(['signing', 'signing', 'encryption', 'encryption']);
      const signing = async () =>
        (await keysOf()).find(({ isSigning }: { isSigning: boolean }) => isSigning).id;
      expect(await signing()).to.equal(first.id);
      server.clock.advance(7 * DAY_MS);
      await come();
      expect(await signing()).not.to.equal(first.id);
      expect(await certificates()).to.have.length(4);
    });
  });

  it('know the browser that tests, and nobody without rights tests one', async () => {
    const agent = await server.browse(server.people.agent);
    const reply = await server.ask('/sso/corp/login?test=1', { headers: { Cookie: agent.cookie } });
    expect(reply.status, 'signed in, without the right to it').to.equal(403);
    expect(cookieOf(reply)).to.equal('');
    expect((await server.ask('/sso/corp/login?test=1')).status, 'not signed in').to.equal(401);
  });
});
