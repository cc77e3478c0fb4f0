import { expect } from 'chai';
import { SYSTEM_ACTOR, type AppError } from '../../kernel/index.ts';
import { totp } from '../../platform/crypto/index.ts';
import type { Reply } from '../../test/support/ask.ts';
import { serveIdentity, type IdentityServer } from '../test/serve-identity.ts';
import { createSetup, SETUP_ROLES, type SetupRole } from './setup.service.ts';

const DAY_MS = 86_400_000;
const PASSWORDS: Record<SetupRole, string> = {
  'system-admin': 'Sturdy-Lantern-41',
  'security-admin': 'Quiet-Harbour-52',
  'audit-admin': 'Bright-Meadow-63',
};

describe('the first three administrators', function () {
  this.timeout(60_000);
  let server: IdentityServer;
  let code: string;
  before(async () => {
    server = await serveIdentity([], { isEmpty: true });
  });
  after(() => server.close());

  const begin = () => {
    const { core, clock } = server;
    return core.uow.run({ actor: SYSTEM_ACTOR }, (tx) => createSetup({ ...core, clock }).begin(tx));
  };
  const stand = (body: object = { code }) => server.ask('/api/v1/setup', { method: 'POST', body });
  async function enter(role: SetupRole, change: object = {}): Promise<Reply> {
    const { totpSecret } = (await stand()).json;
    const body = {
      ...{ code, role, username: `lin.${role}`, displayName: role, password: PASSWORDS[role], totpSecret },
      otp: totp.code(String(totpSecret ?? 'A'.repeat(32)), server.clock.now()),
      ...change,
    };
    return server.ask('/api/v1/setup/credentials', { method: 'POST', body });
  }
  const people = async () =>
    (await server.core.sql('SELECT username, state FROM account ORDER BY username')).length;

  it('cannot be made without the code of the command line', async () => {
    expect((await stand({ code: 'A'.repeat(43) })).json.code).to.equal('setup.code_invalid');
    code = (await begin()).code;
    expect((await stand({ code: 'A'.repeat(43) })).json.code).to.equal('setup.code_invalid');
    const found = await stand();
    expect([found.status, found.json.missing]).to.deep.equal([200, [...SETUP_ROLES]]);
    server.clock.advance(DAY_MS);
    expect((await stand()).json.code).to.equal('setup.code_invalid');
    expect((await enter('audit-admin', { totpSecret: 'A'.repeat(32) })).json.code).to.equal(
      'setup.code_invalid',
    );
    expect(await people()).to.equal(0);
  });

  it('make their credentials one by one; a weak password or a wrong code changes nothing', async () => {
    code = (await begin()).code;
    expect((await enter('system-admin', { password: 'short' })).json.code).to.equal('account.password_weak');
    expect((await enter('system-admin', { otp: '000000' })).json.code).to.equal('setup.otp_wrong');
    expect((await enter('system-admin', { role: 'agent' })).json.code).to.equal('request.invalid');
    expect(await people()).to.equal(0);
    const first = await enter('system-admin');
    expect([first.status, first.json.missing]).to.deep.equal([200, ['security-admin', 'audit-admin']]);
    expect((await enter('system-admin', { username: 'another' })).json.code).to.equal('setup.role_taken');
    const same = await enter('audit-admin', { username: 'LIN.system-admin' });
    expect(same.json.code).to.equal('account.username_taken');
  });

  it('cannot come in before all three are made', async () => {
    const account = { username: 'lin.system-admin', password: PASSWORDS['system-admin'] };
    expect((await server.signIn(account)).json.code).to.equal('session.credentials_invalid');
  });

  it('begin anew under a new code: the old one and what was entered under it are gone', async () => {
    const old = code;
    code = (await begin()).code;
    expect((await stand({ code: old })).json.code).to.equal('setup.code_invalid');
    expect([(await stand()).json.made, await people()]).to.deep.equal([[], 0]);
  });

  it('are on together with the third, even when two sit down at once; then the code is gone', async () => {
    const secrets = new Map<SetupRole, string>();
    const secretOf = async (role: SetupRole) => {
      const secret = String((await stand()).json.totpSecret);
      secrets.set(role, secret);
      return { totpSecret: secret, otp: totp.code(secret, server.clock.now()) };
    };
    expect((await enter('system-admin', await secretOf('system-admin'))).status).to.equal(200);
    const own = await secretOf('security-admin');
    const twice = await Promise.all([
      enter('security-admin', own),
      enter('security-admin', { ...own, username: 'somebody.else' }),
    ]);
    expect(twice.map(({ status }) => status).sort()).to.deep.equal([200, 409]);
    const last = await enter('audit-admin', await secretOf('audit-admin'));
    expect([last.status, last.json.missing]).to.deep.equal([200, []]);
    expect((await stand()).json.code).to.equal('setup.done');
    expect((await enter('audit-admin', own)).json.code).to.equal('setup.done');
    expect(await begin().catch((error: AppError) => error.code)).to.equal('setup.done');
    expect(await server.core.sql('SELECT code_hash FROM setup_code')).to.have.length(0);
    server.clock.advance(30_000);
    const made = await server.core.sql('SELECT username FROM account ORDER BY username');
    expect(made).to.have.length(3);
    const signedIn = await server.signIn({
      ...{ username: 'lin.audit-admin', password: PASSWORDS['audit-admin'] },
      totpSecret: secrets.get('audit-admin') as string,
    });
    expect([signedIn.status, signedIn.json.roles]).to.deep.equal([200, ['audit-admin']]);
    expect(signedIn.json.mustChangePassword).to.equal(false);
    const without = { username: 'lin.system-admin', password: PASSWORDS['system-admin'] };
    expect((await server.signIn(without)).json.code).to.equal('session.otp_required');
  });

  it('stand in the trail', async () => {
    const trail = await server.trail();
    const count = (entry: string) => trail.filter((one) => one === entry).length;
    expect(count('setup.begin ok')).to.equal(3);
    expect(count('setup.credential ok')).to.equal(4);
    // Weak, wrong code, role taken twice, name taken; whoever lacks the code gets no further than the door.
    expect(count('setup.credential refused')).to.equal(5);
    expect(count('setup.complete ok')).to.equal(1);
    expect(count('account.roles-grant ok')).to.equal(3);
  });
});
