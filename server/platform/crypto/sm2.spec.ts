import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { expect } from 'chai';
import smCrypto from 'sm-crypto';
import { generateSm2Key, signSm2, SM2_DEFAULT_ID, sm2PublicKey, verifySm2 } from './sm2.ts';

const theirs = smCrypto.sm2;
const OPTIONS = { der: true, hash: true };
const MESSAGES = ['', 'abc', '提单 𠮷 hello', 'x'.repeat(10_000)].map((text) => Buffer.from(text));

/** The bare numbers the other implementation works with. */
function numbersOf(pem: string): { privateHex: string; publicHex: string } {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  const at = der.indexOf(Buffer.from('0201010420', 'hex')) + 5;
  const point = createPublicKey(sm2PublicKey(pem)).export({ type: 'spki', format: 'der' }).subarray(-65);
  return { privateHex: der.subarray(at, at + 32).toString('hex'), publicHex: point.toString('hex') };
}

describe('SM2 signatures', () => {
  const pem = generateSm2Key();
  const publicPem = sm2PublicKey(pem);
  const { privateHex, publicHex } = numbersOf(pem);

  for (const message of MESSAGES) {
    it(`of ${message.length} bytes are accepted by another program, and its ones by ours`, () => {
      const ours = signSm2(pem, message).toString('hex');
      expect(theirs.doVerifySignature([...message], ours, publicHex, OPTIONS)).to.equal(true);
      const other = Buffer.from(theirs.doSignature([...message], privateHex, OPTIONS), 'hex');
      expect(verifySm2(publicPem, message, other)).to.equal(true);
    });
  }

  it('agree on another identity than the usual one', () => {
    const message = Buffer.from('abc');
    const options = { ...OPTIONS, userId: 'alice@bank.example' };
    const ours = signSm2(pem, message, options.userId).toString('hex');
    expect(theirs.doVerifySignature([...message], ours, publicHex, options)).to.equal(true);
    const other = Buffer.from(theirs.doSignature([...message], privateHex, options), 'hex');
    expect(verifySm2(publicPem, message, other, options.userId)).to.equal(true);
    expect(verifySm2(publicPem, message, other, SM2_DEFAULT_ID)).to.equal(false);
  });

  it('are refused for another message, another key, a changed bit, and what is no signature', () => {
    const message = Buffer.from('abc');
    const good = signSm2(pem, message);
    expect(verifySm2(publicPem, message, good)).to.equal(true);
    expect(verifySm2(publicPem, Buffer.from('abd'), good)).to.equal(false);
    expect(verifySm2(sm2PublicKey(generateSm2Key()), message, good)).to.equal(false);
    for (let byte = 0; byte < good.length; byte += 1) {
      const changed = Buffer.from(good);
      changed[byte] = (changed[byte] as number) ^ 1;
      expect(verifySm2(publicPem, message, changed), `byte ${byte}`).to.equal(false);
    }
    for (const rubbish of ['', '00', '3006020101020101']) {
      expect(verifySm2(publicPem, message, Buffer.from(rubbish, 'hex'))).to.equal(false);
    }
  });

  it('are not what a key fresh from the generator, or the one-shot call, gives', () => {
    const message = Buffer.from('abc');
    const fresh = generateKeyPairSync('ec', { namedCurve: 'SM2' });
    const publicFresh = fresh.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(verifySm2(publicFresh, message, sign('sm3', message, fresh.privateKey))).to.equal(false);
    expect(verifySm2(publicPem, message, sign('sm3', message, createPrivateKey(pem)))).to.equal(false);
  });
});
