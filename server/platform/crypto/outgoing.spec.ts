import { generateKeyPairSync, verify } from 'node:crypto';
import { expect } from 'chai';
import { createAuthority } from '../../test/support/certificates.ts';
import { certificateEnd, digestOf, hmacOf, signJwt } from './outgoing.ts';

describe('signatures that other systems ask for', () => {
  it('give the known answers of SM3, SHA-256, and MD5', () => {
    // GB/T 32905-2016 annex A.1; RFC 4231 case 2; RFC 1321.
    expect(digestOf('sm3', 'abc').toString('hex')).to.equal(
      '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
    );
    expect(hmacOf('sha256', 'Jefe', 'what do ya want for nothing?').toString('hex')).to.equal(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    expect(digestOf('md5', 'abc').toString('hex')).to.equal('900150983cd24fb0d6963f7d28e17f72');
  });

  it('signs a JWT that the public key proves, with RSA and with the short form of ECDSA', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    for (const [algorithm, pair] of [
      ['RS256', rsa],
      ['RS384', rsa],
      ['ES384', curve],
    ] as const) {
      const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      const jwt = signJwt(algorithm, pem, { payload: { iss: 'client', exp: 1 } });
      const [head, payload, signature] = jwt.split('.') as [string, string, string];
      expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).to.deep.equal({
        iss: 'client',
        exp: 1,
      });
      const hash = algorithm === 'RS256' ? 'sha256' : 'sha384';
      const key = { key: pair.publicKey, dsaEncoding: 'ieee-p1363' } as const;
      const isGenuine = verify(
        hash,
        Buffer.from(`${head}.${payload}`),
        key,
        Buffer.from(signature, 'base64url'),
      );
      expect(isGenuine, algorithm).to.equal(true);
    }
  });

  it('reads the end of a certificate, and refuses what is none', () => {
    const notAfter = new Date('2027-01-02T03:04:05.000Z');
    const { cert } = createAuthority().issue({ names: ['a.example'], notAfter });
    expect(certificateEnd(cert)?.toISOString()).to.equal(notAfter.toISOString());
    expect(certificateEnd('-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----')).to.equal(
      undefined,
    );
  });
});
