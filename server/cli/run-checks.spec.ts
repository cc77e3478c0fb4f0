import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadConfig, type StartEnvironment } from '../platform/config/index.ts';
import { weaknesses } from './run-checks.ts';

const GOOD: StartEnvironment = {
  uid: 1_000,
  nodeOptions: '',
  rejectUnauthorized: undefined,
  programSwitches: [],
};
const URL = 'postgres://vaultdesk@%2Frun%2Fvaultdesk-db/vaultdesk';

describe('vaultdesk run refuses', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'vd-run-'));
    mkdirSync(join(home, 'keys'), { mode: 0o700 });
    put('config.yaml', '', 0o640);
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  function put(name: string, text: string, mode: number): void {
    writeFileSync(join(home, name), text);
    chmodSync(join(home, name), mode);
  }
  function told(settings: object = {}, environment: Partial<StartEnvironment> = {}): string {
    const given = { database: { url: URL }, audit: { syslog: 'log.bank.example:6514' }, ...settings };
    const config = loadConfig({ home, env: {}, isEvaluation: false, given });
    const found = weaknesses(config, { ...GOOD, ...environment });
    return found.map(({ sentence, remedy }) => `${sentence}: ${remedy}`).join('\n');
  }

  it('nothing of a home as the installer makes it', () => {
    put('keys/master.key', 'k', 0o600);
    put('server.crt', 'c', 0o644);
    put('server.key', 'k', 0o600);
    expect(told({ tls: { certFile: 'server.crt', keyFile: 'server.key' } })).to.equal('');
  });

  for (const mode of [0o644, 0o640, 0o604])
    it(`a master key of mode ${mode.toString(8)}, and says the command`, () => {
      put('keys/master.key', 'k', mode);
      expect(told()).to.contain(`Run chmod 600 ${join(home, 'keys/master.key')}`);
    });

  it('a key of the certificate that others may read, and one that is not there', () => {
    put('server.crt', 'c', 0o644);
    put('server.key', 'k', 0o644);
    expect(told({ tls: { certFile: 'server.crt', keyFile: 'server.key' } })).to.contain('open to others');
    rmSync(join(home, 'server.key'));
    expect(told({ tls: { certFile: 'server.crt', keyFile: 'server.key' } })).to.contain('cannot be read');
  });

  it('a home others may enter, and settings others may read or write', () => {
    chmodSync(home, 0o750);
    expect(told()).to.contain(`Run chmod 700 ${home}`);
    chmodSync(home, 0o700);
    for (const mode of [0o644, 0o660, 0o602]) {
      put('config.yaml', '', mode);
      expect(told(), mode.toString(8)).to.contain('Run chmod 640');
    }
  });

  it("an evaluation's home", () => {
    put('evaluation-accounts.json', '[]', 0o600);
    expect(told()).to.contain('home of an evaluation instance');
  });

  for (const password of ['postgres', 'ChangeMe', 'desk', 'short'])
    it(`the database password ${password}, without telling it`, () => {
      const text = told({ database: { url: `postgres://desk:${password}@db.bank.example/vaultdesk` } });
      expect(text).to.contain('database.passwordFile').and.not.contain(`:${password}@`);
    });

  it('takes a password of its own, from a file of its owner alone', () => {
    put('pass', 'long-and-unknown-7\n', 0o600);
    const database = { url: 'postgres://desk@db.bank.example/vaultdesk', passwordFile: 'pass' };
    expect(told({ database })).to.equal('');
    const config = loadConfig({ home, env: {}, isEvaluation: false, given: { database } });
    expect(config.database.url).to.equal('postgres://desk:long-and-unknown-7@db.bank.example/vaultdesk');
    put('pass', 'long-and-unknown-7', 0o640);
    expect(() => told({ database })).to.throw(/passwordFile.*chmod 600/);
    put('pass', '', 0o600);
    expect(() => told({ database })).to.throw(/holds no password/);
  });

  it('heads that go to one place alone, unless somebody takes that on', () => {
    const two = 'go to one place on this machine alone';
    expect(told({ audit: {} }))
      .to.contain(two)
      .and.contain('audit.fewAnchors: accept');
    expect(told({ audit: { fewAnchors: 'accept' } })).to.equal('');
    for (const audit of [
      { stampUrl: 'http://tsa.bank.example/' },
      { witnessUrl: 'https://other.bank.example' },
    ])
      expect(told({ audit })).to.equal('');
    mkdirSync(join(home, 'second'));
    expect(told({ audit: { anchorFolder: join(home, 'second') } })).to.contain(
      'on the disk of the home folder',
    );
    expect(told({ audit: { anchorFolder: '/none/there' } })).to.contain('Mount its volume');
    const other = ['/dev/shm', '/proc'].find((folder) => existsSync(folder));
    if (other !== undefined) expect(told({ audit: { anchorFolder: other } })).to.equal('');
  });

  const environments: [about: string, environment: Partial<StartEnvironment>][] = [
    ['as root', { uid: 0 }],
    ['certificates', { rejectUnauthorized: '0' }],
    ['debugger', { nodeOptions: '--max-old-space-size=4096 --inspect=0.0.0.0:9229' }],
    ['debugger', { programSwitches: ['--inspect-brk'] }],
  ];
  for (const [about, environment] of environments)
    it(`${about}: ${JSON.stringify(environment)}`, () => {
      expect(told({}, environment)).to.not.equal('');
    });

  it('a secret of the service manager is found in its folder', () => {
    const given = { database: { url: URL }, tls: { certFile: 'c', keyFile: 'credential:server.key' } };
    const load = (env: Record<string, string>) =>
      loadConfig({ home, env, isEvaluation: false, given }).tls.keyFile;
    expect(load({ CREDENTIALS_DIRECTORY: '/run/credentials/x' })).to.equal('/run/credentials/x/server.key');
    expect(load({})).to.equal('/run/credentials/vaultdesk.service/server.key');
  });

  it('has a worker for each core unless somebody says otherwise', () => {
    const load = (given: object, env = {}) =>
      loadConfig({ home, env, given: { database: { url: URL }, ...given }, fallbacks: { workers: 7 } })
        .workers;
    expect([load({}), load({ workers: 2 }), load({}, { VAULTDESK_WORKERS: '3' })]).to.deep.equal([7, 2, 3]);
  });
});
