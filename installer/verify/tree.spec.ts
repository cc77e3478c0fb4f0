import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { presentFinding, VERIFY_FINDINGS, type VerifyCode } from './findings.ts';
import { fingerprintOf, parseFingerprint } from './keys.ts';
import { formatManifest } from './manifest.ts';
import { formatRelease, parseRelease, type Release } from './release.ts';
import { verifyTree, type Trust } from './tree.ts';
import { PUBLIC_KEY_FILE, trustFor } from './trust.ts';

const RELEASE: Release = {
  version: '1.2.3',
  commit: 'c'.repeat(40),
  builtAt: '2026-05-01T10:00:00.000Z',
  arch: 'x64',
  node: '24.21.0',
  postgres: '18.4',
  schemaSteps: 59,
  keyKind: 'release',
  keyFingerprint: `SHA256:${'0'.repeat(64)}`,
};
const NOW = new Date('2026-06-01T00:00:00Z');

describe('checking an unpacked bundle', () => {
  let place: string;
  let bundle: string;
  let keys: { publicKey: KeyObject; privateKey: KeyObject };

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(bundle, path)), { recursive: true });
    writeFileSync(join(bundle, path), text);
  };
  /** Lists and signs what the files are now. */
  const seal = (files: readonly string[], key = keys.privateKey) => {
    const sums = files.map((path): [string, string] => [
      path,
      createHash('sha256')
        .update(readFileSync(join(bundle, path)))
        .digest('hex'),
    ]);
    const list = formatManifest(new Map(sums));
    write('MANIFEST.sha256', list);
    write('MANIFEST.sig', `${sign(null, Buffer.from(list), key).toString('base64')}\n`);
  };
  const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
  const trust = (): Trust => ({
    publicKeyFile: join(place, PUBLIC_KEY_FILE),
    fingerprint: fingerprintOf(keys.publicKey),
  });
  const check = (over: Partial<Trust> = {}, here: { now?: Date; arch?: string } = {}) =>
    verifyTree(bundle, {
      trust: { ...trust(), ...over },
      now: () => here.now ?? NOW,
      arch: here.arch ?? 'x64',
    });
  const codes = async (...args: Parameters<typeof check>) => {
    const { ok, exit, findings } = await check(...args);
    expect(ok).to.equal(findings.length === 0);
    expect(exit === 0).to.equal(ok);
    return findings.map(({ code, where }) => `${code} ${where}`);
  };

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'vd-verify-'));
    bundle = join(place, 'vaultdesk-1.2.3-linux-x64');
    keys = generateKeyPairSync('ed25519');
    writeFileSync(join(place, PUBLIC_KEY_FILE), pemOf(keys.publicKey));
    write('release.json', formatRelease(RELEASE));
    write('server/vaultdesk.mjs', 'export {};\n');
    write('docs/a page.md', '# A page\n');
    seal(['release.json', 'server/vaultdesk.mjs', 'docs/a page.md']);
  });
  afterEach(() => rmSync(place, { recursive: true, force: true }));

  it('passes what is as it was signed, and gives release and key', async () => {
    const result = await check();
    expect(result.findings).to.deep.equal([]);
    expect(result).to.include({ ok: true, exit: 0 });
    expect(result.release).to.deep.equal(RELEASE);
    expect(result.key).to.deep.equal({
      pem: pemOf(keys.publicKey),
      fingerprint: fingerprintOf(keys.publicKey),
    });
  });

  it('writes the list as sha256sum reads it', () => {
    const { status, stdout } = spawnSync('sha256sum', ['-c', 'MANIFEST.sha256'], {
      cwd: bundle,
      encoding: 'utf8',
    });
    expect(status, stdout).to.equal(0);
  });

  it('finds a changed, a missing, and an additional file', async () => {
    write('server/vaultdesk.mjs', 'export {}; \n');
    rmSync(join(bundle, 'docs/a page.md'));
    write('node/bin/extra', '');
    expect(await codes()).to.deep.equal([
      'tree.missing docs/a page.md',
      'tree.changed server/vaultdesk.mjs',
      'tree.extra node/bin/extra',
    ]);
  });

  it('finds a link in the place of a file, although its target has the right content', async () => {
    writeFileSync(join(place, 'outside'), 'export {};\n');
    rmSync(join(bundle, 'server/vaultdesk.mjs'));
    symlinkSync('../../outside', join(bundle, 'server/vaultdesk.mjs'));
    symlinkSync('docs', join(bundle, 'pages'));
    expect((await codes()).sort()).to.deep.equal(['tree.link pages', 'tree.link server/vaultdesk.mjs']);
  });

  it('refuses a list that another key signed, and one changed after it was signed', async () => {
    const files = ['release.json', 'server/vaultdesk.mjs', 'docs/a page.md'];
    seal(files, generateKeyPairSync('ed25519').privateKey);
    expect((await codes())[0]).to.match(/^signature\.wrong /);
    seal(files);
    const list = readFileSync(join(bundle, 'MANIFEST.sha256'), 'utf8');
    write('MANIFEST.sha256', list.replace(/^.*vaultdesk\.mjs\n/m, ''));
    rmSync(join(bundle, 'server/vaultdesk.mjs'));
    expect((await codes())[0]).to.match(/^signature\.wrong /);
  });

  it('refuses a signature that is none', async () => {
    for (const text of ['', 'AAAA', `${'A'.repeat(86)}==\n${'A'.repeat(86)}==`, '%'.repeat(88)]) {
      write('MANIFEST.sig', text);
      expect((await codes())[0], text).to.match(/^signature\.wrong /);
    }
  });

  it('refuses half a bundle', async () => {
    rmSync(join(bundle, 'MANIFEST.sig'));
    rmSync(join(bundle, 'release.json'));
    expect(await codes()).to.deep.equal([
      'manifest.missing MANIFEST.sig',
      'tree.missing release.json',
      'release.invalid release.json',
    ]);
    rmSync(bundle, { recursive: true });
    expect((await codes())[0]).to.match(/^manifest\.missing /);
  });

  it('says exit 21 for another architecture and for a clock before the build, and 20 when the files are wrong too', async () => {
    expect(await codes({}, { arch: 'arm64' })).to.deep.equal(['system.architecture linux-x64, linux-arm64']);
    const late = new Date(Date.parse(RELEASE.builtAt) - 1);
    expect((await check({}, { now: late })).exit).to.equal(21);
    expect((await check({}, { now: new Date(RELEASE.builtAt) })).exit).to.equal(0);
    write('docs/a page.md', '');
    expect((await check({}, { now: late, arch: 'arm64' })).exit).to.equal(20);
  });

  it('names at most twenty things', async () => {
    for (let at = 0; at < 30; at++) write(`extra-${at}`, '');
    const found = await codes();
    expect(found).to.have.length(21);
    expect(found.at(-1)).to.equal('tree.more + 10');
  });

  describe('trust', () => {
    const first = async (over: Partial<Trust>) => (await codes(over))[0]?.split(' ')[0];

    it('needs a key file and, unless it is the installed one, its fingerprint', async () => {
      expect(await first({ publicKeyFile: undefined })).to.equal('trust.none');
      expect(await first({ publicKeyFile: join(place, 'nowhere.pub') })).to.equal('trust.none');
      expect(await first({ fingerprint: undefined })).to.equal('trust.none');
      expect(await first({ fingerprint: undefined, isInstalledKey: true })).to.equal(undefined);
    });

    it('lets the fingerprint decide, in any form people type', async () => {
      const digits = fingerprintOf(keys.publicKey).slice(7);
      const typed = `sha256:${(digits.match(/../g) ?? []).join(':').toUpperCase()} `;
      expect(await first({ fingerprint: typed })).to.equal(undefined);
      expect(await first({ fingerprint: `SHA256:${digits.slice(1)}` })).to.equal('trust.fingerprint_form');
      expect(await first({ fingerprint: digits })).to.equal('trust.fingerprint_form');
      expect(await first({ fingerprint: `SHA256:${'0'.repeat(64)}` })).to.equal('trust.other_key');
      expect(await first({ fingerprint: `SHA256:${'0'.repeat(64)}`, isInstalledKey: true })).to.equal(
        'trust.other_key',
      );
    });

    it('does not tell the fingerprint of another key, which would be typed in next', async () => {
      const { findings } = await check({ fingerprint: `SHA256:${'0'.repeat(64)}` });
      expect(findings.map(({ where }) => where)).to.deep.equal([PUBLIC_KEY_FILE]);
    });

    it('takes no key from inside the bundle, by a link neither', async () => {
      write('release.pub', pemOf(keys.publicKey));
      seal(['release.json', 'server/vaultdesk.mjs', 'docs/a page.md', 'release.pub']);
      expect(await first({ publicKeyFile: join(bundle, 'release.pub') })).to.equal('trust.inside');
    });

    it('takes no private key and no key of another kind', async () => {
      const file = join(place, PUBLIC_KEY_FILE);
      writeFileSync(file, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      expect(await first({})).to.equal('trust.key_invalid');
      writeFileSync(file, pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey));
      expect(await first({})).to.equal('trust.key_invalid');
    });

    it('takes the installed key where there is one, whatever lies beside the bundle', () => {
      const installedKeyFile = join(place, 'installed.pub');
      const given = { fingerprint: 'SHA256:00', installedKeyFile };
      expect(trustFor(bundle, given)).to.deep.equal({
        publicKeyFile: join(place, PUBLIC_KEY_FILE),
        fingerprint: 'SHA256:00',
      });
      writeFileSync(installedKeyFile, '');
      expect(trustFor(bundle, { ...given, keyFile: 'other.pub' })).to.deep.equal({
        publicKeyFile: installedKeyFile,
        isInstalledKey: true,
        fingerprint: 'SHA256:00',
      });
    });
  });

  it('says each finding on one line in both languages, with nothing in it that paints over the terminal', () => {
    for (const code of Object.keys(VERIFY_FINDINGS) as VerifyCode[]) {
      for (const lang of ['zh', 'en'] as const) {
        const line = presentFinding({ code, where: 'a\u001b[2Jb|\u202ec\n' }, lang);
        expect(line).to.match(
          new RegExp(`^VD-E2[01] [^|]+ \\| a\\?\\[2Jb\\?\\?c\\? \\| [^|]+ \\[${code}\\]$`),
        );
        expect(/\p{Script=Han}/u.test(line)).to.equal(lang === 'zh');
      }
    }
  });
});

describe('release.json', () => {
  it('is read as it was written', () => {
    expect(parseRelease(formatRelease(RELEASE))).to.deep.equal(RELEASE);
  });

  const faults: Record<string, object | string> = {
    'no JSON': '{',
    'a list': '[]',
    'an unknown key': { ...RELEASE, more: 1 },
    'a missing key': { ...RELEASE, commit: undefined },
    'another architecture than there are': { ...RELEASE, arch: 'riscv64' },
    'a version that leads out of a folder': { ...RELEASE, version: '../1.2.3' },
    'a time without its zone': { ...RELEASE, builtAt: '2026-05-01T10:00:00' },
    'another kind of key': { ...RELEASE, keyKind: 'test' },
  };
  for (const [what, value] of Object.entries(faults)) {
    it(`refuses ${what}`, () => {
      expect(parseRelease(typeof value === 'string' ? value : JSON.stringify(value))).to.equal(undefined);
    });
  }
});

describe('fingerprints', () => {
  it('are SHA-256 over the key’s DER form', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const der = publicKey.export({ type: 'spki', format: 'der' });
    expect(fingerprintOf(publicKey)).to.equal(`SHA256:${createHash('sha256').update(der).digest('hex')}`);
    expect(parseFingerprint(fingerprintOf(publicKey))).to.equal(fingerprintOf(publicKey));
  });
});
