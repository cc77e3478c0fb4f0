import { X509Certificate } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import forge from 'node-forge';
import { loadConfig } from '../../server/platform/config/index.ts';
import { takeAnswers } from '../answers/read.ts';
import type { AnswerValue } from '../answers/keys.ts';
import { FAULTS, InstallFault } from '../fault.ts';
import { CHECKS } from '../preflight/index.ts';
import { makeLocalAuthority, makeRequest } from '../tls/local-ca.ts';
import { readGiven } from '../tls/material.ts';
import { renderUnits } from '../units/render.ts';
import { renderCommand } from './command.ts';
import { renderConfig } from './config.ts';
import { copyTree, makeFile, makeFolder, removeTree } from './files.ts';
import { layoutOf } from './layout.ts';
import { holdLock } from './lock.ts';
import { openUndo } from './undo.ts';

const UNITS = fileURLToPath(new URL('../units', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/operations/install.md', import.meta.url));
const NAME = 'desk.bank.example';
const NOW = new Date();

const answersOf = (given: Record<string, AnswerValue> = {}) =>
  takeAnswers(new Map(Object.entries({ hostname: NAME, ...given })), '/');

describe('an install', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vd-install-'))));
  afterEach(() => removeTree(folder));

  it('writes settings that the server takes', () => {
    const cases: Record<string, AnswerValue>[] = [
      {},
      { port: 443, listen: '10.0.0.5', workers: 3 },
      { 'tls.mode': 'front', 'tls.proxies': ['10.0.0.9'] },
      { 'syslog.target': 'log.bank.example:6514' },
    ];
    for (const given of cases) {
      const answers = answersOf(given);
      const home = mkdtempSync(join(folder, 'home-'));
      writeFileSync(join(home, 'config.yaml'), renderConfig(answers, layoutOf(answers, undefined), 252));
      const config = loadConfig({ home, env: {}, isEvaluation: false });
      expect(config.port).to.equal(answers.number('port'));
      expect(config.database.url).to.equal('postgres://vaultdesk@%2Frun%2Fvaultdesk-db/vaultdesk');
    }
  });

  it('fills in every place of its units, closes them to all but the given networks, and names no secret', () => {
    const answers = answersOf({ networks: ['10.1.0.0/16'] });
    const units = renderUnits(UNITS, { answers, layout: layoutOf(answers, undefined), systemdVersion: 252 });
    expect([...units.keys()]).to.deep.equal(['vaultdesk.service', 'vaultdesk-db.service']);
    for (const text of units.values()) {
      expect(text).to.not.match(/@[A-Z_]+@/);
      for (const line of ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'IPAddressDeny=any', 'UMask=0077'])
        expect(text).to.contain(`\n${line}\n`);
    }
    expect(units.get('vaultdesk.service')).to.contain('IPAddressAllow=localhost 10.1.0.0/16\n');
    expect(units.get('vaultdesk.service')).to.contain(
      'LoadCredential=server.key:/etc/vaultdesk/tls/server.key',
    );
    expect(units.get('vaultdesk-db.service')).to.contain('RestrictAddressFamilies=AF_UNIX\n');
  });

  it('opens a low port by one right, and hands no secrets over where the service manager cannot', () => {
    const answers = answersOf({ port: 443 });
    const layout = layoutOf(answers, undefined);
    const text = renderUnits(UNITS, { answers, layout, systemdVersion: 239 }).get('vaultdesk.service');
    expect(text).to.contain('AmbientCapabilities=CAP_NET_BIND_SERVICE').and.contain('PrivateUsers=no');
    expect(text).to.not.contain('LoadCredential');
    expect(renderConfig(answers, layout, 239)).to.contain('keyFile: /etc/vaultdesk/tls/server.key');
  });

  it('makes an authority and a certificate below it that holds for the name and for nothing else', () => {
    const { authority, server } = makeLocalAuthority(NAME, NOW);
    const [own, issuer] = [server, authority].map(({ certificate }) => new X509Certificate(certificate)) as [
      X509Certificate,
      X509Certificate,
    ];
    expect([own.ca, issuer.ca, own.checkIssued(issuer), own.verify(issuer.publicKey)]).to.deep.equal([
      ...[false, true, true, true],
    ]);
    expect([own.checkHost(NAME), own.checkHost('other.example')]).to.deep.equal([NAME, undefined]);
    const request = forge.pki.certificationRequestFromPem(makeRequest(NAME, server.privateKey));
    expect(request.verify()).to.equal(true);
  });

  it('reads a chain with its key, from PEM and from PKCS#12, and refuses a wrong password without telling it', () => {
    const { authority, server } = makeLocalAuthority(NAME, NOW);
    const put = (name: string, text: string | Buffer) => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const key = put('key.pem', server.privateKey);
    const chain = put('chain.pem', server.certificate + authority.certificate);
    const pem = readGiven(answersOf({ 'tls.mode': 'pem', 'tls.file': chain, 'tls.key_file': key }));
    expect(pem.certificates[0]?.checkPrivateKey(pem.key)).to.equal(true);
    const store = forge.pkcs12.toPkcs12Asn1(
      forge.pki.privateKeyFromPem(server.privateKey),
      [authority.certificate, server.certificate].map((text) => forge.pki.certificateFromPem(text)),
      'right-7',
      { algorithm: 'aes256' },
    );
    const p12 = put('a.p12', Buffer.from(forge.asn1.toDer(store).getBytes(), 'latin1'));
    const given = (password: string) =>
      answersOf({ 'tls.mode': 'p12', 'tls.file': p12, 'tls.password_file': put('pass', password) });
    const read = readGiven(given('right-7\n'));
    expect(read.certificates.map(({ ca }) => ca)).to.deep.equal([false, true]);
    expect(() => readGiven(given('wrong-7')))
      .to.throw(InstallFault)
      .with.property('where')
      .not.contain('wrong-7');
  });

  it('takes back all it made, folders above it among it, and nothing else', () => {
    const undo = openUndo();
    mkdirSync(join(folder, 'there'));
    const before = readdirSync(folder, { recursive: true });
    makeFolder(join(folder, 'a/b/c'), { mode: 0o750 }, undo);
    makeFolder(join(folder, 'there'), { mode: 0o755 }, undo);
    makeFile(join(folder, 'there/file'), 'x', { mode: 0o640 }, undo);
    expect(statSync(join(folder, 'a/b/c')).mode & 0o777).to.equal(0o750);
    expect(() => makeFile(join(folder, 'there/file'), 'y', { mode: 0o640 }, undo)).to.throw(/there already/);
    expect(undo.undoAll()).to.deep.equal([]);
    undo.close();
    expect(readdirSync(folder, { recursive: true })).to.deep.equal(before);
  });

  it('names what could not be taken back, and goes on with the rest', () => {
    const undo = openUndo();
    undo.add('first', () => rmSync(folder, { recursive: true }));
    undo.add('second', () => {
      throw new Error('busy');
    });
    expect(undo.undoAll()).to.deep.equal(['second (busy)']);
    expect(existsSync(folder)).to.equal(false);
    undo.close();
  });

  it('stops at the next step after a signal', async () => {
    const undo = openUndo();
    undo.checkpoint();
    const heard = new Promise<void>((done) => process.once('SIGHUP', () => done()));
    process.kill(process.pid, 'SIGHUP');
    await heard;
    expect(() => undo.checkpoint())
      .to.throw(InstallFault)
      .with.property('code', 'install.interrupted');
    undo.close();
  });

  it('copies a tree with its own modes whatever the umask, and no links', () => {
    const umask = process.umask(0o077);
    try {
      mkdirSync(join(folder, 'from/bin'), { recursive: true });
      writeFileSync(join(folder, 'from/bin/p'), '', { mode: 0o700 });
      writeFileSync(join(folder, 'from/text'), '');
      copyTree(join(folder, 'from'), join(folder, 'to'), { folder: 0o555, file: 0o444, program: 0o555 });
      const modes = ['to', 'to/bin', 'to/bin/p', 'to/text'].map(
        (name) => statSync(join(folder, name)).mode & 0o777,
      );
      expect(modes).to.deep.equal([0o555, 0o555, 0o555, 0o444]);
    } finally {
      process.umask(umask);
    }
  });

  it('has one run at a time', async () => {
    const unlock = await holdLock(folder);
    const second = await holdLock(folder).catch((error: unknown) => error);
    expect(second).to.be.instanceOf(InstallFault).with.property('exit', 14);
    await unlock();
    await (
      await holdLock(folder)
    )();
  });

  it('quotes no place of a secret into the command, and hands root’s calls to the account of the server', () => {
    const text = renderCommand(layoutOf(answersOf(), undefined));
    expect(text)
      .to.match(/^#!\/bin\/sh\n/)
      .and.contain("runuser -u 'vaultdesk' -- env -i");
  });

  it('looks at 25 things and more, each told in both languages', () => {
    expect(new Set(CHECKS.map(({ id }) => id)).size)
      .to.equal(CHECKS.length)
      .and.be.at.least(25);
    for (const { id, title } of CHECKS) expect(title.zh, id).to.match(/[\p{Script=Han}a-z]/u);
  });

  it('tells every check and every fault in its page', () => {
    const page = readFileSync(PAGE, 'utf8');
    const missing = [...CHECKS.map(({ id }) => id), ...Object.keys(FAULTS)].filter(
      (id) => !page.includes(`\`${id}\``),
    );
    expect(missing).to.deep.equal([]);
  });
});
