import { expect } from 'chai';
import {
  hashPassword,
  isPasswordHashOutdated,
  PASSWORD_CHARACTERS_MAX,
  scryptKey,
  verifyPassword,
} from './password.ts';
import { passwordFaults, type PasswordFault } from './password-policy.ts';

const GOOD = 'kX9-mvTq27-rrLp';

describe('password hashes', () => {
  it('follow scrypt as RFC 7914 §12', async () => {
    const key = await scryptKey('password', Buffer.from('NaCl'), { N: 1024, r: 8, p: 16 }, 64);
    expect(key.toString('hex')).to.equal(
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622' +
        'eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
    );
  });

  it('say how they were made and are salted', async () => {
    const [a, b] = await Promise.all([hashPassword(GOOD), hashPassword(GOOD)]);
    expect(a).to.match(/^scrypt\$32768\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(a).to.not.equal(b);
    expect(isPasswordHashOutdated(a)).to.equal(false);
  });

  it('belong to their password and no other', async () => {
    const hash = await hashPassword('密码Ｐass-1234');
    expect(await verifyPassword('密码Pass-1234', hash)).to.equal(true);
    expect(await verifyPassword('密码Pass-1235', hash)).to.equal(false);
    expect(await verifyPassword('', hash)).to.equal(false);
  });

  it('of another cost still work, but are outdated', async () => {
    const salt = Buffer.alloc(16, 3);
    const key = await scryptKey(GOOD, salt, { N: 1024, r: 8, p: 1 }, 32);
    const hash = `scrypt$1024$8$1$${salt.toString('base64url')}$${key.toString('base64url')}`;
    expect(await verifyPassword(GOOD, hash)).to.equal(true);
    expect(isPasswordHashOutdated(hash)).to.equal(true);
  });

  it('that are missing or of another form fit no password', async () => {
    for (const hash of [
      undefined,
      '',
      'scrypt',
      '$2b$10$abc',
      `scrypt$3$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
    ]) {
      expect(await verifyPassword(GOOD, hash)).to.equal(false);
    }
    const greedy = `scrypt$1073741824$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
    expect(await verifyPassword(GOOD, greedy)).to.equal(false);
  });

  it('are not made of endless passwords', async () => {
    const long = 'x'.repeat(PASSWORD_CHARACTERS_MAX + 1);
    expect(await verifyPassword(long, await hashPassword(GOOD))).to.equal(false);
    const thrown = await hashPassword(long).catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(RangeError);
  });
});

describe('the password policy', () => {
  const cases: readonly (readonly [string, readonly PasswordFault[]])[] = [
    [GOOD, []],
    ['correct-Horse-7-battery', []],
    ['Tr0ub4dor&3xyz', []],
    ['春眠不觉晓abcD123', []],
    ['aB3-aB3-kQ9', ['too_short']],
    ['aB3-aB3-kQ9z', []],
    ['kxmvtqrrlpzaw27', ['too_few_classes']],
    ['x'.repeat(257), ['too_long']],
    ['Password123!', ['common']],
    ['P@ssw0rd2024!', ['common']],
    ['P@$$w0rdP@$$w0rd', ['common']],
    ['Vaultdesk@2026', ['common']],
    ['Admin@123456', ['common']],
    ['Qwerty123456!', ['common']],
    ['1qaz2wsx3edC!', ['common']],
    ['!QAZ2wsx#EDC4rfv', ['common']],
    ['Zhongguo2024!!', ['common']],
    ['Icbc20261121!', ['common']],
    ['WelcomeAdmin1!', ['common']],
    ['1234567890Ab', ['common']],
    ['zhang.san-Q7x-27', ['contains_username']],
    ['', ['too_short', 'too_few_classes', 'common']],
  ];
  for (const [password, faults] of cases) {
    it(`finds ${faults.join(', ') || 'nothing wrong'} in ${password.slice(0, 30) || 'an empty text'}`, async () => {
      expect(await passwordFaults(password, { username: 'Zhang.San' })).to.deep.equal(faults);
    });
  }

  it('refuses the last five passwords and allows the sixth', async () => {
    const old = await Promise.all([1, 2, 3, 4, 5, 6].map((i) => hashPassword(`${GOOD}${i}`)));
    expect(await passwordFaults(`${GOOD}5`, { recentHashes: old })).to.deep.equal(['recent']);
    expect(await passwordFaults(`${GOOD}6`, { recentHashes: old })).to.deep.equal([]);
  });
});
