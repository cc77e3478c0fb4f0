import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { expect } from 'chai';
import { createAad } from './aad.ts';
import { createDataKey } from './data-key.ts';
import { createKeyedHash, deriveKey, hmacSha256, sha256 } from './digest.ts';
import { parseEnvelope } from './envelope.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const SECRET = hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
const DEK_ID = 0x01020304;
const CELL = { table: 'ticket', column: 'subject_enc', rowId: 'r1' };

describe('the algorithms of the runtime', () => {
  it('compute SM3 as GB/T 32905 says', () => {
    expect(createHash('sm3').update('abc').digest('hex')).to.equal(
      '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
    );
  });

  it('compute SM4 as GB/T 32907 says, seen through counter mode', () => {
    const key = hex('0123456789abcdeffedcba9876543210');
    const keystream = createCipheriv('sm4-ctr', key, key).update(Buffer.alloc(16));
    expect(keystream.toString('hex')).to.equal('681edf34d206965e86b3e94f536e4246');
  });

  it('compute AES-256-GCM as test case 14 of the GCM specification', () => {
    const cipher = createCipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12));
    const body = Buffer.concat([cipher.update(Buffer.alloc(16)), cipher.final()]);
    expect(body.toString('hex')).to.equal('cea7403d4d606b6e074ec5d3baf39d18');
    expect(cipher.getAuthTag().toString('hex')).to.equal('d0d1c8a799996bf0265b98b5d48ab919');
  });

  it('compute HKDF as RFC 5869 A.3', () => {
    expect(deriveKey('sha256', Buffer.alloc(22, 0x0b), [], 42).toString('hex')).to.equal(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    );
  });

  it('compute HMAC as RFC 4231 case 2, by both ways', () => {
    const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    const text = 'what do ya want for nothing?';
    expect(hmacSha256('Jefe', text).toString('hex')).to.equal(expected);
    expect(createKeyedHash(Buffer.from('Jefe')).digest(text).toString('hex')).to.equal(expected);
  });

  it('compute HMAC alike for short and long texts, in any order', () => {
    const key = Buffer.alloc(32, 9);
    const keyed = createKeyedHash(key);
    for (const length of [0, 1, 63, 64, 65, 200, 10_000, 3, 64, 0]) {
      const text = '卡'.repeat(length);
      expect(keyed.digest(text).equals(hmacSha256(key, text)), `${length} characters`).to.equal(true);
    }
  });

  it('compute SHA-256 as FIPS 180-4', () => {
    expect(sha256('abc').toString('hex')).to.match(/^ba7816bf.*f20015ad$/);
  });
});

describe('derived keys', () => {
  it('differ when parts of their purpose are joined differently', () => {
    const one = deriveKey('sha256', SECRET, ['ab', 'c']);
    expect(one.equals(deriveKey('sha256', SECRET, ['a', 'bc']))).to.equal(false);
    expect(one.equals(deriveKey('sm3', SECRET, ['ab', 'c']))).to.equal(false);
  });
});

describe('the authenticated data', () => {
  it('has exactly the documented bytes', () => {
    const aad = createAad('inst')(CELL, 1, DEK_ID);
    const field = (text: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(text));
      return Buffer.concat([length, Buffer.from(text)]);
    };
    const expected = Buffer.concat([
      ...['fe1', 'inst', 'ticket', 'subject_enc', 'r1'].map(field),
      hex('00000001 01'),
      hex('00000004 01020304'),
    ]);
    expect(aad.toString('hex')).to.equal(expected.toString('hex'));
  });

  it('counts the bytes of a row id, not its characters', () => {
    const aad = createAad('inst')({ ...CELL, rowId: '卡' }, 2, 1);
    expect(aad.includes(Buffer.concat([hex('00000003'), Buffer.from('卡')]))).to.equal(true);
    expect(aad.subarray(-9).toString('hex')).to.equal('020000000400000001');
  });
});

describe('an envelope', () => {
  const aadOf = createAad('inst');
  const prefixed = (parts: string[]) =>
    Buffer.concat(
      parts.map((part) => Buffer.concat([hex(`0000000${part.length.toString(16)}`), Buffer.from(part)])),
    );

  it('of suite intl can be opened by the book, without our code', () => {
    const envelope = createDataKey(DEK_ID, Buffer.from(SECRET)).seal(1, aadOf(CELL, 1, DEK_ID), '王小明');
    const key = hkdfSync('sha256', SECRET, '', prefixed(['fe1', 'aes-256-gcm']), 32);
    const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key), envelope.subarray(6, 18));
    decipher.setAAD(aadOf(CELL, 1, DEK_ID)).setAuthTag(envelope.subarray(-16));
    const plain = Buffer.concat([decipher.update(envelope.subarray(18, -16)), decipher.final()]);
    expect(plain.toString()).to.equal('王小明');
  });

  it('of suite gm can be opened by the book, without our code', () => {
    const aad = aadOf(CELL, 2, DEK_ID);
    const envelope = createDataKey(DEK_ID, Buffer.from(SECRET)).seal(2, aad, '王小明');
    const macKey = Buffer.from(hkdfSync('sm3', SECRET, '', prefixed(['fe1', 'hmac-sm3']), 32));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(aad.length);
    const signed = Buffer.concat([envelope.subarray(0, 6), length, aad, envelope.subarray(6, -32)]);
    const tag = createHmac('sm3', macKey).update(signed).digest();
    expect(tag.equals(envelope.subarray(-32))).to.equal(true);
    const key = Buffer.from(hkdfSync('sm3', SECRET, '', prefixed(['fe1', 'sm4-ctr']), 16));
    const decipher = createDecipheriv('sm4-ctr', key, envelope.subarray(6, 22));
    expect(decipher.update(envelope.subarray(22, -32)).toString()).to.equal('王小明');
  });

  it('of one algorithm is refused under the name of the other', () => {
    const key = createDataKey(DEK_ID, Buffer.from(SECRET));
    const envelope = key.seal(2, aadOf(CELL, 2, DEK_ID), 'a text long enough for both forms');
    envelope[1] = 1;
    const parsed = parseEnvelope(envelope);
    expect(parsed?.alg).to.equal(1);
    expect(parsed && key.open(parsed, aadOf(CELL, 1, DEK_ID))).to.equal(undefined);
  });

  it('is refused by a key of another id with the same secret', () => {
    const envelope = createDataKey(7, Buffer.from(SECRET)).seal(1, aadOf(CELL, 1, 7), 'x');
    const other = createDataKey(8, Buffer.from(SECRET));
    expect(other.open(parseEnvelope(envelope)!, aadOf(CELL, 1, 7))).to.equal(undefined);
  });
});

describe('a data key', () => {
  it('overwrites its secret when it is wiped', () => {
    const secret = Buffer.from(SECRET);
    const key = createDataKey(1, secret);
    key.seal(1, Buffer.alloc(0), 'x');
    key.wipe();
    expect(secret.equals(Buffer.alloc(32))).to.equal(true);
    expect(() => key.derive(['x'])).to.throw('A key is not available.');
  });

  it('has 32 bytes', () => {
    for (const length of [0, 16, 31, 33]) {
      expect(() => createDataKey(1, Buffer.alloc(length))).to.throw(RangeError);
    }
  });
});
