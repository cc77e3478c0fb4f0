import { expect } from 'chai';
import fc from 'fast-check';
import { decodeBase32, encodeBase32 } from './base32.ts';
import { totp } from './totp.ts';

/** The secret of RFC 6238 appendix B: the ASCII digits 1 to 0, twice. */
const SECRET = encodeBase32(Buffer.from('12345678901234567890'));
const at = (seconds: number) => new Date(seconds * 1000);

describe('base32', () => {
  it('follows RFC 4648 §10', () => {
    const table = {
      f: 'MY',
      fo: 'MZXQ',
      foo: 'MZXW6',
      foob: 'MZXW6YQ',
      fooba: 'MZXW6YTB',
      foobar: 'MZXW6YTBOI',
      '': '',
    };
    for (const [plain, encoded] of Object.entries(table)) {
      expect(encodeBase32(Buffer.from(plain))).to.equal(encoded);
      expect(decodeBase32(encoded)?.toString()).to.equal(plain);
    }
  });

  it('reads back any bytes, also as people type them', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const typed = encodeBase32(bytes)
          .toLowerCase()
          .replace(/(....)/g, '$1 ');
        expect(decodeBase32(typed)?.equals(Buffer.from(bytes))).to.equal(true);
      }),
    );
  });

  it('refuses other characters', () => {
    for (const text of ['A1', 'A8', 'A!', '卡']) expect(decodeBase32(text)).to.equal(undefined);
  });
});

describe('one-time codes', () => {
  for (const [seconds, code] of [
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ] as const) {
    it(`are ${code} at ${seconds} s, as RFC 6238 appendix B says`, () => {
      expect(totp.code(SECRET, at(seconds))).to.equal(code);
    });
  }

  for (const [seconds, code] of [
    [59, '119246'],
    [1111111109, '084774'],
    [1111111111, '062674'],
    [1234567890, '819424'],
    [2000000000, '698825'],
    [20000000000, '737706'],
  ] as const) {
    it(`are ${code} at ${seconds} s with SHA-256, as RFC 6238 appendix B says`, () => {
      const secret = `sha256:${encodeBase32(Buffer.from('12345678901234567890123456789012'))}`;
      expect(totp.code(secret, at(seconds))).to.equal(code);
      expect(totp.verify({ secret, code, at: at(seconds) })).to.equal(Math.floor(seconds / 30));
      expect(totp.verify({ secret: secret.slice(7), code, at: at(seconds) })).to.equal(undefined);
    });
  }

  it('name their hash in the address of a QR code', () => {
    const uriOf = (secret: string) => totp.uri({ secret, issuer: 'V', account: 'a' });
    const [sha1, sha256] = [totp.createSecret(), totp.createSecret('sha256')];
    expect(sha1).to.match(/^[A-Z2-7]{32}$/);
    expect(sha256).to.match(/^sha256:[A-Z2-7]{52}$/);
    expect(uriOf(sha1)).to.include(`secret=${sha1}&`).and.include('algorithm=SHA1&');
    expect(uriOf(sha256))
      .to.include(`secret=${sha256.slice(7)}&`)
      .and.include('algorithm=SHA256&');
  });

  it('are accepted one step early and one late, not two', () => {
    const code = totp.code(SECRET, at(3_000));
    const accepted = [2_939, 2_940, 2_970, 3_000, 3_059, 3_060].map(
      (seconds) => totp.verify({ secret: SECRET, code, at: at(seconds) }) !== undefined,
    );
    expect(accepted).to.deep.equal([false, false, true, true, true, false]);
  });

  it('are accepted once', () => {
    const code = totp.code(SECRET, at(3_000));
    const lastStep = totp.verify({ secret: SECRET, code, at: at(3_000) });
    expect(lastStep).to.equal(100);
    expect(totp.verify({ secret: SECRET, code, at: at(3_010), lastStep: 100 })).to.equal(undefined);
    const next = totp.code(SECRET, at(3_030));
    expect(totp.verify({ secret: SECRET, code: next, at: at(3_030), lastStep: 100 })).to.equal(101);
  });

  it('are refused in any other form', () => {
    for (const code of ['', '28708', '0287082', '287082 ', 'abcdef', '２８７０８２', '94287082']) {
      expect(totp.verify({ secret: SECRET, code, at: at(59) })).to.equal(undefined);
    }
  });

  it('need a secret of at least 128 bits', () => {
    for (const secret of ['', 'MZXW6', '!!!!', encodeBase32(Buffer.alloc(15))]) {
      expect(() => totp.code(secret, at(0))).to.throw(TypeError);
    }
    expect(decodeBase32(totp.createSecret())?.length).to.equal(20);
  });

  it('are set up by an address that authenticator programs read', () => {
    const uri = new URL(totp.uri({ secret: SECRET, issuer: '示范银行 客服', account: 'zhang@bank' }));
    expect(uri.protocol + uri.host).to.equal('otpauth:totp');
    expect(decodeURIComponent(uri.pathname)).to.equal('/示范银行 客服:zhang@bank');
    expect(Object.fromEntries(uri.searchParams)).to.deep.equal({
      secret: SECRET,
      issuer: '示范银行 客服',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});
