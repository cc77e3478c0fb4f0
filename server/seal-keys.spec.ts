import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { generateSealKey, isSignedBy, parseKeyFile, parseNote, parseWitnessKeys } from '../audit/index.ts';
import { StartError } from './kernel/index.ts';
import { loadConfig, type Config } from './platform/config/index.ts';
import { placesOf } from './foundation.ts';
import { openSealKeys, rotateSealKey } from './seal-keys.ts';

const ORIGIN = 'vaultdesk/spec';

describe('the keys of the trail', () => {
  let home: string;
  const placesIn = () => placesOf(home);
  const configOf = (suite: 'intl' | 'gm'): Config => {
    const config = loadConfig({ isEvaluation: true, env: { VAULTDESK_HOME: home } });
    return { ...config, crypto: { ...config.crypto, suite } };
  };
  const open = (suite: 'intl' | 'gm' = 'intl') => openSealKeys(configOf(suite), placesIn(), ORIGIN);
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: Error) => (error instanceof StartError ? 'StartError' : String(error)),
    );

  beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'vd-seal-'))));
  afterEach(() => rmSync(home, { recursive: true }));

  it('are made at the first start and are the same ones later; seal key and anchor key differ', async () => {
    const first = await open();
    const again = await open();
    expect(again.signer.verifierKey).to.equal(first.signer.verifierKey);
    expect(again.cosigner.verifierKey).to.equal(first.cosigner.verifierKey);
    const [seal] = parseKeyFile(first.auditKeys).keys;
    const [anchor] = parseWitnessKeys(readFileSync(placesIn().anchorPublic, 'utf8'));
    expect(anchor?.fingerprint)
      .to.match(/^[0-9a-f]{64}$/)
      .and.not.equal(seal?.fingerprint);
    expect(readFileSync(placesIn().sealKey, 'utf8')).to.not.equal(readFileSync(placesIn().anchorKey, 'utf8'));
  });

  it('are of SM2 in the suite gm, from the first start or from a rotation on', async () => {
    const { signer, auditKeys } = await open('gm');
    const verifier = parseKeyFile(auditKeys).keys[0]!;
    expect(isSignedBy(parseNote(signer.sign('a\n'))!, verifier)).to.equal(true);
    expect(
      Buffer.from(signer.verifierKey.split('+').slice(2).join('+'), 'base64').toString('latin1'),
    ).to.contain('vaultdesk/sm2-sm3');
  });

  it('go over to the next key, which the one before signs', async () => {
    const before = await open();
    const { verifierKey } = await rotateSealKey(configOf('gm'), placesIn(), { origin: ORIGIN, fromSeal: 7 });
    const after = await open();
    expect(after.signer.verifierKey).to.equal(verifierKey).and.not.equal(before.signer.verifierKey);
    const { keys } = parseKeyFile(after.auditKeys);
    expect(keys.map((key) => [key.verifierKey, key.fromSeal])).to.deep.equal([
      [before.signer.verifierKey, 1],
      [verifierKey, 7],
    ]);
  });

  it('survive a rotation that was killed, before and behind the key file', async () => {
    const before = await open();
    const next = join(home, 'keys', 'seal.key.next');
    writeFileSync(next, generateSealKey(), { mode: 0o600 });
    expect((await open()).signer.verifierKey).to.equal(before.signer.verifierKey);

    const old = readFileSync(placesIn().sealKey);
    const { verifierKey } = await rotateSealKey(configOf('intl'), placesIn(), {
      origin: ORIGIN,
      fromSeal: 2,
    });
    writeFileSync(next, readFileSync(placesIn().sealKey), { mode: 0o600 });
    writeFileSync(placesIn().sealKey, old, { mode: 0o600 });
    expect((await open()).signer.verifierKey).to.equal(verifierKey);
  });

  it('are refused when the seal key is not the one in force', async () => {
    await open();
    writeFileSync(placesIn().sealKey, generateSealKey(), { mode: 0o600 });
    expect(await codeOf(open())).to.equal('StartError');
  });
});
