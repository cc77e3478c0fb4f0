import { expect } from 'chai';
import { SECRET_MASK, withoutSecrets } from './secrets.ts';

describe('passwords and codes in free text', () => {
  const hidden: [string, string][] = [
    ['我的密码是 Abc12345!', '我的密码是 ******'],
    ['验证码：482913，快过期了', '验证码：******，快过期了'],
    ['验证码482913', '验证码******'],
    ['验证码４８２９１３', '验证码******'],
    ['482913 是验证码', '****** 是验证码'],
    ['123456 is my PIN.', '****** is my PIN.'],
    ['My password is Secret99.', 'My password is ******.'],
    ['CVV 123 and CVC2: 4567', 'CVV ****** and CVC2: ******'],
    ['the one-time code is 889911', 'the one-time code is ******'],
    ['密码=a1b2c3 卡号 6222', '密码=****** 卡号 6222'],
  ];
  for (const [text, shown] of hidden) {
    it(`hides it in ${JSON.stringify(text)}`, () => {
      expect(withoutSecrets(text)).to.equal(shown);
      expect(withoutSecrets(shown), 'hiding twice changes nothing').to.equal(shown);
    });
  }

  const kept = [
    '我忘记密码了，怎么办？',
    '密码是多少位的？',
    'How do I change my password?',
    'my password is wrong',
    '请拨打95588',
    'opinion 12345 on this',
    '收不到验证码，手机号13812345678',
    'spin 1234 times',
  ];
  for (const text of kept) {
    it(`leaves ${JSON.stringify(text)} alone`, () => expect(withoutSecrets(text)).to.equal(text));
  }

  it('takes no longer for hostile texts', () => {
    const startedMs = performance.now();
    for (const piece of ['密码', 'password is ', '密码是', '1', 'pin is', '是 ', 'security code ']) {
      withoutSecrets(piece.repeat(Math.floor(64_000 / piece.length)));
    }
    expect(performance.now() - startedMs).to.be.lessThan(2_000);
    expect(SECRET_MASK).to.have.lengthOf(6);
  });
});
