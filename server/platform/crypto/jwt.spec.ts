import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { verifyJwt, type JwtAlgorithm, type JwtRules } from './jwt.ts';

const NOW = new Date('2026-11-21T08:00:00Z');
const NOW_SECONDS = NOW.getTime() / 1000;
const CLAIMS = { sub: 'customer-7', aud: 'vaultdesk', iss: 'bank-app', exp: NOW_SECONDS + 300 };

const pairs = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function makeToken(
  algorithm: JwtAlgorithm,
  claims: unknown,
  header: object = { alg: algorithm, typ: 'JWT' },
): string {
  const signed = `${part(header)}.${part(claims)}`;
  const key = pairs[algorithm].privateKey;
  const hash = algorithm === 'EdDSA' ? null : 'sha256';
  const signature = sign(hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

function check(token: string, algorithm: JwtAlgorithm, overrides: Partial<JwtRules> = {}): string {
  const result = verifyJwt(token, {
    publicKey: pem(pairs[algorithm].publicKey),
    algorithms: [algorithm],
    audience: 'vaultdesk',
    now: NOW,
    ...overrides,
  });
  return result.ok ? 'ok' : result.fault;
}

describe("a site's signed identity", () => {
  for (const algorithm of ['RS256', 'ES256', 'EdDSA'] as const) {
    it(`is accepted when signed with ${algorithm}`, () => {
      expect(check(makeToken(algorithm, CLAIMS), algorithm)).to.equal('ok');
    });

    it(`is refused when a character of its ${algorithm} signature or claims changed`, () => {
      const token = makeToken(algorithm, CLAIMS);
      const [header = '', claims = '', signature = ''] = token.split('.');
      const flip = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
      expect(check(`${header}.${claims}.${flip(signature)}`, algorithm)).to.equal('signature');
      expect(check(`${header}.${flip(claims)}.${signature}`, algorithm)).to.equal('signature');
    });
  }

  it('gives its claims', () => {
    const result = verifyJwt(makeToken('EdDSA', CLAIMS), {
      publicKey: pem(pairs.EdDSA.publicKey),
      algorithms: ['EdDSA'],
      audience: 'vaultdesk',
      now: NOW,
    });
    expect(result).to.deep.equal({ ok: true, claims: CLAIMS });
  });

  it('follows the example of RFC 8037 appendix A.4', () => {
    const token =
      'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6d' +
      'WbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg';
    const x = Buffer.from('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', 'base64url');
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), x]).toString('base64');
    const publicKey = `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----\n`;
    // The signature is right; what it signs is a sentence and no set of claims.
    expect(check(token, 'EdDSA', { publicKey })).to.equal('malformed');
    const tampered = token.replace('.RXhh', '.RXhi');
    expect(check(tampered, 'EdDSA', { publicKey })).to.equal('signature');
  });

  it('is refused without a signature or under an algorithm the site does not use', () => {
    const none = `${part({ alg: 'none' })}.${part(CLAIMS)}.`;
    expect(check(none, 'RS256')).to.equal('malformed');
    expect(check(`${none}AAAA`, 'RS256')).to.equal('algorithm');
    expect(check(makeToken('ES256', CLAIMS), 'RS256')).to.equal('algorithm');
  });

  it('is refused when the public key was used as a shared secret', () => {
    const publicKey = pem(pairs.RS256.publicKey);
    const signed = `${part({ alg: 'HS256' })}.${part(CLAIMS)}`;
    const mac = createHmac('sha256', publicKey).update(signed).digest('base64url');
    expect(check(`${signed}.${mac}`, 'RS256')).to.equal('algorithm');
  });

  it('is refused under a key of another kind than the algorithm, a short, or a private one', () => {
    const token = makeToken('RS256', CLAIMS);
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const secret = pairs.RS256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const publicKey of [pem(pairs.ES256.publicKey), pem(short.publicKey), secret, 'no key', '']) {
      expect(check(token, 'RS256', { publicKey })).to.equal('key');
    }
  });

  for (const [claims, fault] of [
    [{ exp: NOW_SECONDS - 59 }, 'ok'],
    [{ exp: NOW_SECONDS - 60 }, 'expired'],
    [{ exp: undefined }, 'malformed'],
    [{ exp: '2099' }, 'malformed'],
    [{ exp: null }, 'malformed'],
    [{ nbf: NOW_SECONDS + 60 }, 'ok'],
    [{ nbf: NOW_SECONDS + 61 }, 'not_yet'],
    [{ nbf: 'soon' }, 'malformed'],
    [{ exp: NOW_SECONDS + 3_661 }, 'lifetime'],
    [{ aud: 'other' }, 'audience'],
    [{ aud: undefined }, 'audience'],
    [{ aud: ['other', 'vaultdesk'] }, 'ok'],
    [{ aud: [] }, 'audience'],
    [{ iss: 'someone' }, 'issuer'],
  ] as const) {
    it(`with ${JSON.stringify(claims)} gives ${fault}`, () => {
      const token = makeToken('EdDSA', { ...CLAIMS, ...claims });
      expect(check(token, 'EdDSA', { issuer: 'bank-app', lifetimeSecondsMax: 3_600 })).to.equal(fault);
    });
  }

  it('is refused when it is no token at all', () => {
    for (const token of ['', '.', '..', 'a.b', 'a.b.c.d', '=.=.=', `${part([])}.${part({})}.AAAA`, 'é.é.é']) {
      expect(check(token, 'EdDSA')).to.equal('malformed');
    }
    expect(check('a'.repeat(9_000), 'EdDSA')).to.equal('size');
  });

  it('is refused with critical extensions, or a second spelling of its signature', () => {
    const critical = makeToken('EdDSA', CLAIMS, { alg: 'EdDSA', crit: ['b64'], b64: false });
    expect(check(critical, 'EdDSA')).to.equal('malformed');
    const token = makeToken('EdDSA', CLAIMS);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(token.at(-1) ?? '');
    // The last character of 64 bytes carries four unused bits.
    expect(check(token.slice(0, -1) + alphabet[last ^ 1], 'EdDSA')).to.equal('malformed');
    expect(check(`${token}=`, 'EdDSA')).to.equal('malformed');
  });
});
