import { expect } from 'chai';
import smCrypto from 'sm-crypto';
import {
  createCosigner,
  createNoteSigner,
  generateSealKey,
  isSignedBy,
  parseNote,
  parseVerifierKey,
} from './note.ts';
import { createPemSigner, type SignatureKind } from './signatures.ts';
import { addKey, createKeyFile, KeyFileError, parseKeyFile } from './keys.ts';

const NAME = 'vaultdesk.example/bank-1';
const TEXT = 'a\n李四\n';
const AT = new Date('2026-03-02T08:00:00.000Z');

describe('signatures under heads', () => {
  for (const kind of ['ed25519', 'p256', 'sm2'] as SignatureKind[]) {
    it(`of ${kind} hold for their text and key, and for no other`, () => {
      const signer = createNoteSigner(NAME, generateSealKey(kind));
      const verifier = parseVerifierKey(signer.verifierKey)!;
      const note = parseNote(signer.sign(TEXT))!;
      expect(note.signatures[0]!.signature.length).to.equal(64);
      expect(isSignedBy(note, verifier)).to.equal(true);
      expect(isSignedBy({ ...note, text: `${TEXT}b\n` }, verifier)).to.equal(false);
      for (let at = 0; at < 64; at += 9) {
        const signature = Buffer.from(note.signatures[0]!.signature);
        signature[at] = signature[at]! ^ 1;
        const forged = { ...note, signatures: [{ ...note.signatures[0]!, signature }] };
        expect(isSignedBy(forged, verifier), `byte ${at}`).to.equal(false);
      }
      const stranger = parseVerifierKey(createNoteSigner(NAME, generateSealKey(kind)).verifierKey)!;
      const claimed = [{ ...note.signatures[0]!, keyId: stranger.keyId }];
      expect(isSignedBy({ ...note, signatures: claimed }, stranger)).to.equal(false);
    });

    it(`of ${kind} may hand over to any other kind`, () => {
      const signer = createNoteSigner(NAME, generateSealKey(kind));
      for (const next of ['ed25519', 'p256', 'sm2'] as SignatureKind[]) {
        const file = addKey(createKeyFile(signer), signer, { key: generateSealKey(next), fromSeal: 10 });
        expect(parseKeyFile(file).keys.map(({ fromSeal }) => fromSeal)).to.deep.equal([1, 10]);
      }
    });
  }

  it('of SM2 are what another program of it takes', () => {
    for (let i = 0; i < 20; i += 1) {
      const signer = createPemSigner(generateSealKey('sm2'));
      const message = [...Buffer.from(TEXT)];
      const isGood = (text: number[]) =>
        smCrypto.sm2.doVerifySignature(
          text,
          signer.sign(Buffer.from(TEXT)).toString('hex'),
          signer.publicKey.toString('hex'),
          { der: false, hash: true },
        );
      expect(isGood(message)).to.equal(true);
      expect(isGood([...message, 1])).to.equal(false);
    }
  });

  it('of a point that is not on the curve are of no key', () => {
    for (const kind of ['p256', 'sm2'] as const) {
      const [name, id, base64] = createNoteSigner(NAME, generateSealKey(kind)).verifierKey.split('+', 3);
      const whole = createNoteSigner(NAME, generateSealKey(kind)).verifierKey;
      const bytes = Buffer.from(whole.slice(`${name}+${id}+`.length), 'base64');
      bytes[bytes.length - 1] = bytes.at(-1)! ^ 1;
      expect(base64).to.be.a('string');
      expect(parseVerifierKey(`${name}+${id}+${bytes.toString('base64')}`)).to.equal(undefined);
    }
  });
});

describe('the signature of a witness', () => {
  const cosigner = createCosigner('vaultdesk.example/witness', generateSealKey());

  it('holds for the text and the instant it says', () => {
    const signer = createNoteSigner(NAME, generateSealKey());
    const note = parseNote(`${signer.sign(TEXT)}${cosigner.cosign(TEXT, AT)}`)!;
    const witness = parseVerifierKey(cosigner.verifierKey, 'witness')!;
    expect(isSignedBy(note, witness)).to.equal(true);
    expect(isSignedBy(note, parseVerifierKey(signer.verifierKey)!)).to.equal(true);
    const [own, line] = note.signatures as [(typeof note.signatures)[0], (typeof note.signatures)[0]];
    expect(line.signature.length).to.equal(72);
    expect(line.signature.readBigUInt64BE()).to.equal(BigInt(AT.getTime() / 1_000));
    const later = Buffer.from(line.signature);
    later.writeBigUInt64BE(BigInt(AT.getTime() / 1_000 + 1));
    expect(isSignedBy({ ...note, signatures: [own, { ...line, signature: later }] }, witness)).to.equal(
      false,
    );
  });

  it('is of a key that no trail is sealed with, and the other way round', () => {
    const seal = createNoteSigner(NAME, generateSealKey());
    expect(parseVerifierKey(cosigner.verifierKey)).to.equal(undefined);
    expect(parseVerifierKey(seal.verifierKey, 'witness')).to.equal(undefined);
    const file = createKeyFile(seal).replace(seal.verifierKey, cosigner.verifierKey);
    expect(() => parseKeyFile(file)).to.throw(KeyFileError);
    expect(() => createCosigner(NAME, generateSealKey('p256'))).to.throw('Ed25519');
  });
});
