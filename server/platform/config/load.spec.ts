import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../../kernel/index.ts';
import { renderDocs } from './docs.ts';
import { homeOf, listFields, loadConfig } from './load.ts';
import { nearest } from './nearest.ts';

describe('the configuration', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'vd-config-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const load = (yaml: string, env: Record<string, string> = {}, isEvaluation = true) => {
    writeFileSync(join(home, 'config.yaml'), yaml);
    return loadConfig({ home, env, isEvaluation });
  };
  const faultsOf = (yaml: string, env: Record<string, string> = {}, isEvaluation = true): string => {
    try {
      load(yaml, env, isEvaluation);
    } catch (error) {
      if (error instanceof StartError) return `${error.code} ${error.message}`;
      throw error;
    }
    return 'no fault';
  };

  it('has a default for everything when there is no file', () => {
    const config = loadConfig({ home, env: {}, isEvaluation: true });
    expect(config).to.deep.include({ home, isEvaluation: true, port: 8443, bind: '127.0.0.1', workers: 1 });
    expect(config.audit.sealIntervalMs).to.equal(250);
    expect(config.database.url).to.equal(undefined);
    expect(config.limits.loopback).to.equal(false);
  });

  it('reads nested keys and makes the paths of files absolute', () => {
    const config = load('tls:\n  certFile: tls/server.pem\n  keyFile: /etc/key.pem\nlog: {level: debug}\n');
    expect(config.tls).to.include({ certFile: join(home, 'tls/server.pem'), keyFile: '/etc/key.pem' });
    expect(config.log.level).to.equal('debug');
  });

  it('takes lines of the allow-list of calls, and refuses what is none', () => {
    const config = load('egress:\n  allow: [notify:smtp smtp mail.bank.example:587]\n  caFile: ca.pem\n');
    expect(config.egress.allow).to.deep.equal(['notify:smtp smtp mail.bank.example:587']);
    expect(config.egress.caFile).to.equal(join(home, 'ca.pem'));
    for (const line of ['mail.bank.example:587', '* smtp a:1', 'notify:smtp smtp a'])
      expect(faultsOf(`egress: {allow: ["${line}"]}`), line).to.include('"egress.allow" must be');
    expect(faultsOf('egress: {proxy: proxy.example}')).to.include('"egress.proxy" must be');
  });

  for (const yaml of ['', '\n# only a comment\n', '{}', 'tls:\n']) {
    it(`takes ${JSON.stringify(yaml)} for an empty file`, () => {
      expect(load(yaml).tls.mode).to.equal('process');
    });
  }

  it('lets the environment win over the file, an empty variable apart', () => {
    const env = {
      VAULTDESK_PORT: '9000',
      VAULTDESK_DATABASE_URL: 'postgres://a@h/d',
      VAULTDESK_LOG_LEVEL: '',
    };
    const config = load('port: 7000\nlog:\n  level: warn\n', { ...env, VAULTDESK_WORKERS: '1' });
    expect(config).to.deep.include({ port: 9000, workers: 1 });
    expect(config.database.url).to.equal('postgres://a@h/d');
    expect(config.log.level).to.equal('warn');
  });

  it('takes the home folder from VAULTDESK_HOME, else ./var', () => {
    expect(homeOf({ VAULTDESK_HOME: '/srv/desk' })).to.equal('/srv/desk');
    expect(homeOf({})).to.equal(resolve('var'));
  });

  it('names an unknown key and the nearest known one', () => {
    expect(faultsOf('prot: 1')).to.contain('unknown key "prot"; did you mean "port"?');
    expect(faultsOf('poolSize: 5')).to.contain('did you mean "database.poolSize"?');
    expect(faultsOf('tls:\n  certfile: a')).to.contain(
      'unknown key "tls.certfile"; did you mean "tls.certFile"?',
    );
    expect(faultsOf('zzzzzzzzzzzz: 1'))
      .to.contain('unknown key "zzzzzzzzzzzz"')
      .and.not.contain('did you mean');
  });

  for (const name of ['evaluation', 'isEvaluation', 'home', '__proto__', 'constructor', 'toString']) {
    it(`does not let the file set ${name}`, () => {
      expect(faultsOf(`${name}: true`))
        .to.contain('config.invalid')
        .and.contain(`unknown key "${name}`);
    });
  }

  it('reports every fault at once and never a value', () => {
    const told = faultsOf('port: secret-1\nworkers: 0\nbad: secret-2\n', { VAULTDESK_LOG_LEVEL: 'secret-3' });
    for (const part of ['"port"', '"workers"', '"bad"', 'VAULTDESK_LOG_LEVEL', 'has 4 faults']) {
      expect(told).to.contain(part);
    }
    expect(told).not.to.contain('secret');
  });

  const refused: [yaml: string, about: string][] = [
    ['port: 65536', '"port"'],
    ['port: -1', '"port"'],
    ['port: 1.5', '"port"'],
    ['port: null', '"port"'],
    ['port: [8443]', '"port"'],
    ['bind: localhost', '"bind"'],
    ['audit: {sealIntervalMs: 99}', '"audit.sealIntervalMs"'],
    ['audit: {sealIntervalMs: 1001}', '"audit.sealIntervalMs"'],
    ['audit: {retentionDays: 199}', '"audit.retentionDays"'],
    ['audit: {sealIntervalMs: 99}', '"audit.sealIntervalMs"'],
    ['limits: {loopback: "yes"}', '"limits.loopback"'],
    ['trustedProxies: [10.0.0.0/33]', '"trustedProxies"'],
    ['trustedProxies: 10.0.0.1', '"trustedProxies"'],
    ['publicBaseUrl: http://desk.example', '"publicBaseUrl"'],
    ['publicBaseUrl: https://desk.example/path', '"publicBaseUrl"'],
    ['database: {url: mysql://h/d}', '"database.url"'],
    ['crypto: {suite: none}', '"crypto.suite"'],
    ['tls: front', '"tls" is a group'],
    ['tls: {mode: front}', 'needs the proxy in "trustedProxies"'],
    [
      'tls: {mode: front}\ntrustedProxies: [10.0.0.1]\nbind: 0.0.0.0',
      'plain HTTP must not leave the machine',
    ],
    [
      'tls: {mode: front}\ntrustedProxies: [127.0.0.1]\naccounts: {breakGlassAuthorityFile: ca.pem}',
      '"accounts.breakGlassAuthorityFile" needs "tls.mode" process',
    ],
    ['tls: {keyFile: a.pem}', 'go together'],
    ['bind: 0.0.0.0', 'evaluation instance takes only a loopback'],
    ['- port', 'must hold names and values'],
    ['port: 1\nport: 2', 'line 2'],
    ['a: *missing', 'config.invalid'],
    ['a: &x [1]\nb: *x', 'config.invalid'],
    [`port: 1\n${'#'.repeat(262_144)}`, 'larger than 256 KiB'],
  ];
  for (const [yaml, about] of refused) {
    it(`refuses ${JSON.stringify(yaml.slice(0, 60))}`, () => {
      expect(faultsOf(yaml)).to.contain('config.invalid').and.contain(about);
    });
  }

  it('takes the ends of a range', () => {
    expect(load('audit: {sealIntervalMs: 100}').audit).to.deep.include({
      sealIntervalMs: 100,
    });
    expect(load('port: 65535').port).to.equal(65_535);
    expect(load('trustedProxies: [10.0.0.0/8, "::1", "fd00::/64"]').trustedProxies).to.have.length(3);
  });

  it('wants a database on an installed server', () => {
    expect(faultsOf('', {}, false)).to.contain('VAULTDESK_DATABASE_URL');
  });

  it('has a sentence for every key, and docs/configuration.md tells them all', () => {
    for (const [name, field] of listFields()) expect(field.sentence, name).to.match(/^[\w].*\.$/);
    const page = fileURLToPath(new URL('../../../docs/configuration.md', import.meta.url));
    expect(readFileSync(page, 'utf8')).to.equal(renderDocs());
  });

  it('accepts every default as a value of its own key', () => {
    for (const [name, field] of listFields()) {
      if (field.fallback !== undefined)
        expect(field.parse(field.fallback), name).to.deep.equal(field.fallback);
    }
  });

  it('guesses no name for something far from all', () => {
    expect(nearest('x'.repeat(500), ['port', 'bind'])).to.equal(undefined);
    expect(nearest('', [])).to.equal(undefined);
  });
});
