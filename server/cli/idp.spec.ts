import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError, type AppError } from '../kernel/index.ts';
import { loadConfig, type Config } from '../platform/config/index.ts';
import { createServerCertificate } from '../platform/crypto/index.ts';
import { buildDatabase, type TestDatabase } from '../test/support/database.ts';
import { idpCommand } from './idp.ts';

const BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const metadataOf = (certificate: string) =>
  `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example">` +
  `<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
  `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>` +
  `<ds:X509Certificate>${certificate.replace(/-----[^-]+-----|\s/g, '')}</ds:X509Certificate></ds:X509Data>` +
  `</ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="${BINDING}" Location="https://idp.example/sso"/>` +
  `</md:IDPSSODescriptor></md:EntityDescriptor>`;
const MAP = `attributes: {username: uid, displayName: displayName, mail: mail, department: department, groups: groups}
roles: [{group: "agents", role: agent, unit: B001, skillGroups: [Cards]}, {group: "*", role: agent}]
jit: true
signPolicy: both
`;

describe('vaultdesk idp', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let folder: string;
  let evaluation: Config;
  let installed: Config;

  before(async () => {
    database = await buildDatabase();
    folder = mkdtempSync(join(tmpdir(), 'vd-idp-'));
    const { certificate } = await createServerCertificate({ now: new Date(), validDays: 100 });
    const second = await createServerCertificate({ now: new Date(), validDays: 20 });
    writeFileSync(join(folder, 'idp.xml'), metadataOf(certificate));
    writeFileSync(join(folder, 'second.pem'), second.certificate);
    writeFileSync(join(folder, 'map.yaml'), MAP);
    writeFileSync(join(folder, 'rollover.yaml'), `${MAP}certificates: [second.pem]\n`);
    const env = { VAULTDESK_HOME: folder, VAULTDESK_DATABASE_URL: database.url };
    evaluation = loadConfig({ env, isEvaluation: true });
    installed = loadConfig({ env, isEvaluation: false });
  });
  after(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function idp(config: Config, ...args: string[]): Promise<{ code: number; text: string }> {
    let text = '';
    const code = await idpCommand(args, config, (piece) => (text += piece));
    return { code, text };
  }
  const file = (name: string) => join(folder, name);
  const add = (config: Config, map: string) =>
    idp(config, 'add', '--id', 'corp', '--metadata', file('idp.xml'), '--map', file(map), '--json');

  it('adds one that is live at once on an evaluation instance', async () => {
    const { code, text } = await add(evaluation, 'map.yaml');
    expect(code).to.equal(0);
    expect(JSON.parse(text)).to.deep.equal({ id: 'corp', state: 'live' });
    const shown = JSON.parse((await idp(evaluation, 'show', 'corp')).text);
    expect(shown).to.include({ entityId: 'https://idp.example', ssoUrl: 'https://idp.example/sso' });
    expect(shown.map.roles[0]).to.deep.equal({
      ...{ group: 'agents', role: 'agent', unit: 'B001', skillGroups: ['Cards'] },
    });
    expect((await idp(evaluation, 'list')).text).to.match(/^corp +live +https:\/\/idp\.example\n$/);
  });

  it('says what its operator has to know, and warns of a certificate that ends', async () => {
    expect((await idp(evaluation, 'test', 'corp', '--json')).code).to.equal(0);
    expect((await add(evaluation, 'rollover.yaml')).code).to.equal(0);
    const { code, text } = await idp(evaluation, 'test', 'corp', '--json');
    expect(code).to.equal(1);
    const found = JSON.parse(text);
    expect(found.acs).to.equal('https://127.0.0.1:8443/sso/corp/acs');
    expect(found.problems).to.have.length(1);
    expect(found.problems[0]).to.match(/ends in (19|20) days/);
  });

  it('adds one that waits for a second person on an installed server', async () => {
    expect(JSON.parse((await add(installed, 'map.yaml')).text)).to.deep.equal({
      id: 'corp',
      state: 'waiting',
    });
    const twice = await add(installed, 'map.yaml').catch((error: AppError) => error.code);
    expect(twice).to.equal('approval.exists');
    expect(JSON.parse((await idp(installed, 'remove', 'corp', '--json')).text).state).to.equal('waiting');
    expect(JSON.parse((await idp(evaluation, 'show', 'corp')).text).state).to.equal('live');
  });

  it('refuses an unknown role or key, a file that is no map, and changes nothing', async () => {
    writeFileSync(file('role.yaml'), 'attributes: {username: uid}\nroles: [{group: a, role: root}]\n');
    writeFileSync(file('key.yaml'), 'attributes: {username: uid}\nallowSha1: true\n');
    writeFileSync(file('twice.yaml'), 'jit: true\njit: false\n');
    const fault = (map: string) => add(evaluation, map).catch((error: unknown) => error);
    const role = (await fault('role.yaml')) as AppError;
    expect([role.code, role.details?.['faults']]).to.deep.equal(['idp.invalid', 'roles[0].role: unknown']);
    expect(((await fault('key.yaml')) as AppError).details?.['faults']).to.equal('allowSha1: unknown');
    expect(await fault('twice.yaml')).to.be.instanceOf(StartError);
    expect(await fault('missing.yaml')).to.be.instanceOf(StartError);
    expect(JSON.parse((await idp(evaluation, 'show', 'corp')).text).state).to.equal('live');
  });

  it('removes one, and knows bad use', async () => {
    expect((await idp(evaluation, 'remove', 'corp')).text).to.equal('corp is removed, 0 sessions ended\n');
    expect(JSON.parse((await idp(evaluation, 'list', '--json')).text)).to.deep.equal({ items: [] });
    for (const verb of ['remove', 'show', 'test']) {
      const fault = await idp(evaluation, verb, 'corp').catch((error: StartError) => error);
      expect(fault, verb).to.be.instanceOf(StartError);
      expect((fault as StartError).message).to.include('no identity provider corp');
    }
    for (const args of [
      [],
      ['add'],
      ['add', '--id', 'UPPER', '--metadata', 'a', '--map', 'b'],
      ['show'],
      ['list', 'x', '--no'],
    ]) {
      expect((await idp(evaluation, ...args)).code).to.equal(2);
    }
  });
});
