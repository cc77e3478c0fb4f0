import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fingerprintOf, isSignedBy, readPublicKey } from '../verify/index.ts';
import { makeKey, openSigner } from './signing.ts';

describe('the key of a bundle', () => {
  let folder: string;
  let passphraseFile: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vd-key-'));
    passphraseFile = join(folder, 'passphrase');
    writeFileSync(passphraseFile, 'correct horse 电池\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const failure = async (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: Error) => error.message,
    );

  it('is made locked and for its owner alone, and signs what the checker accepts', async () => {
    const file = join(folder, 'release.key');
    const fingerprint = await makeKey({ file, passphraseFile });
    expect(readFileSync(file, 'utf8')).to.match(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    const signer = await openSigner({ file, passphraseFile }, folder);
    expect(signer).to.include({ kind: 'release', fingerprint });
    expect(signer.publicPem).to.equal(readFileSync(`${file}.pub`, 'utf8'));
    const key = readPublicKey(signer.publicPem);
    if (key === undefined) throw new Error('no public key');
    expect(fingerprintOf(key)).to.equal(fingerprint);
    const text = signer.sign(Buffer.from('list'));
    expect(signer.sign(Buffer.from('list'))).to.equal(text);
    expect(isSignedBy(key, Buffer.from('list'), text)).to.equal(true);
    expect(isSignedBy(key, Buffer.from('lisT'), text)).to.equal(false);
  });

  it('makes signatures that openssl checks as well', async function () {
    const { publicPem, sign } = await openSigner(undefined, folder);
    const [pub, list, signature] = ['k.pub', 'list', 'sig'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(pub, publicPem);
    writeFileSync(list, 'list');
    writeFileSync(signature, Buffer.from(sign(Buffer.from('list')), 'base64'));
    const args = [
      'pkeyutl',
      '-verify',
      '-pubin',
      '-inkey',
      pub,
      '-rawin',
      '-in',
      list,
      '-sigfile',
      signature,
    ];
    const { error, status, stdout } = spawnSync('openssl', args, { encoding: 'utf8' });
    if (error !== undefined) this.skip();
    expect(status, stdout).to.equal(0);
  });

  it('is never written over', async () => {
    const file = join(folder, 'release.key');
    await makeKey({ file });
    expect(await failure(makeKey({ file }))).to.include('EEXIST');
  });

  it('is refused with another passphrase, without one, and when it is of another kind', async () => {
    const file = join(folder, 'release.key');
    await makeKey({ file, passphraseFile });
    expect(await failure(openSigner({ file }, folder))).to.include('holds no private key');
    writeFileSync(passphraseFile, 'another one');
    expect(await failure(openSigner({ file, passphraseFile }, folder))).to.include(
      'its passphrase is another',
    );
    expect(await failure(openSigner({ file: `${file}.pub` }, folder))).to.include('holds no private key');
  });

  it('is one for development where none is given, made once', async () => {
    const first = await openSigner(undefined, join(folder, 'keys'));
    const second = await openSigner(undefined, join(folder, 'keys'));
    expect(first.kind).to.equal('development');
    expect(second.fingerprint).to.equal(first.fingerprint);
  });
});
