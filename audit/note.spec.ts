import { expect } from 'chai';
import { createNoteSigner, generateSealKey, isSignedBy, parseNote, parseVerifierKey } from './note.ts';
import { addKey, createKeyFile, keyForSeal, KeyFileError, parseKeyFile } from './keys.ts';
import { parseHead, signHead } from './head.ts';

const NAME = 'vaultdesk.example/bank-1';

/** The example of c2sp.org/signed-note: key and note of the Go checksum database's test. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_NOTE =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n" +
  '\n' +
  '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

describe('signed notes', () => {
  it('verifies a note that another implementation signed', () => {
    const verifier = parseVerifierKey(PETER)!;
    const note = parseNote(PETER_NOTE)!;
    expect(isSignedBy(note, verifier)).to.equal(true);
    expect(isSignedBy({ ...note, text: note.text.replace('your', 'our') }, verifier)).to.equal(false);
  });

  it('signs what the verifier key checks', () => {
    const signer = createNoteSigner(NAME, generateSealKey());
    const note = parseNote(signer.sign('a\nb\n'))!;
    const verifier = parseVerifierKey(signer.verifierKey)!;
    expect(isSignedBy(note, verifier)).to.equal(true);
    expect(verifier.fingerprint).to.match(/^[0-9a-f]{64}$/);
    const stranger = parseVerifierKey(createNoteSigner(NAME, generateSealKey()).verifierKey)!;
    expect(isSignedBy(note, stranger)).to.equal(false);
  });

  it('refuses malformed keys and notes', () => {
    for (const key of ['', 'a+b', PETER.replace('c74f', 'c74e'), PETER.replace('+AR', '+Ar'), `${PETER}=`]) {
      expect(parseVerifierKey(key), key).to.equal(undefined);
    }
    for (const note of ['', 'a\n', 'a\n\n', PETER_NOTE.slice(0, -1), PETER_NOTE.replace('\u2014', '-')]) {
      expect(parseNote(note), note).to.equal(undefined);
    }
  });
});

describe('tree heads', () => {
  const signer = createNoteSigner(NAME, generateSealKey());
  const head = { size: 12, root: Buffer.alloc(32, 1), sealNo: 3, sealHash: Buffer.alloc(32, 2) };
  const text = signHead(head, signer);

  it('are checkpoints: origin, size, root, and the line of the seal', () => {
    expect(text.split('\n').slice(0, 5)).to.deep.equal([
      NAME,
      '12',
      head.root.toString('base64'),
      `seal 3 ${head.sealHash.toString('base64')}`,
      '',
    ]);
    expect(parseHead(text)).to.deep.include({ origin: NAME, ...head });
  });

  it('are refused with a changed form', () => {
    for (const [from, to] of [
      ['\n12\n', '\n012\n'],
      ['\n12\n', '\n-1\n'],
      ['seal 3', 'seal 0'],
      ['seal 3', 'Seal 3'],
      ['seal 3', 'more\nseal 3'],
    ] as const) {
      expect(parseHead(text.replace(from, to)), to).to.equal(undefined);
    }
  });
});

describe('the key file', () => {
  const [oldPem, newPem] = [generateSealKey(), generateSealKey()];
  const signer = createNoteSigner(NAME, oldPem);
  const file = createKeyFile(signer);
  const rotated = addKey(file, signer, { key: newPem, fromSeal: 10 });

  it('holds the keys by the seal they are in force from', () => {
    const keys = parseKeyFile(rotated);
    expect(keys.origin).to.equal(NAME);
    expect(keyForSeal(keys, 9)?.keyId).to.equal(signer.keyId);
    expect(keyForSeal(keys, 10)?.keyId).to.equal(createNoteSigner(NAME, newPem).keyId);
    expect(keyForSeal(keys, 0)).to.equal(undefined);
  });

  it('refuses a key that its predecessor did not sign', () => {
    const forged = addKey(createKeyFile(createNoteSigner(NAME, newPem)), createNoteSigner(NAME, newPem), {
      key: generateSealKey(),
      fromSeal: 10,
    });
    const mixed = JSON.parse(rotated) as { keys: unknown[] };
    mixed.keys[1] = (JSON.parse(forged) as { keys: unknown[] }).keys[1];
    expect(() => parseKeyFile(JSON.stringify(mixed))).to.throw(KeyFileError);
    expect(() => parseKeyFile(rotated.replace('"from":10', '"from":11'))).to.throw(
      'not signed by the one before',
    );
  });

  it('refuses duplicate keys, unknown versions, and other forms', () => {
    for (const text of [
      '',
      '{}',
      file.replace('"v":1', '"v":2'),
      file.replace('{', '{"v":1,'),
      `\ufeff${file}`,
    ]) {
      expect(() => parseKeyFile(text), text).to.throw(KeyFileError);
    }
  });
});
