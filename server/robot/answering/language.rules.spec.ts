import { expect } from 'chai';
import { localeOfText } from './language.rules.ts';

describe('the language of a question', () => {
  const cases: [string, 'zh-CN' | 'en', 'zh-CN' | 'en'][] = [
    ['怎么绑定 Apple Pay', 'en', 'zh-CN'],
    ['How do I pay?', 'zh-CN', 'en'],
    ['SWIFT code 是什么', 'en', 'zh-CN'],
    ['', 'en', 'en'],
    ['😀 123', 'zh-CN', 'zh-CN'],
    ['卡 card', 'en', 'en'],
    ['卡 card', 'zh-CN', 'zh-CN'],
    ['where is 工商银行大厦 please tell me now dear', 'zh-CN', 'en'],
  ];
  for (const [text, preferred, expected] of cases) {
    it(`of "${text}" on a page in ${preferred} is ${expected}`, () => {
      expect(localeOfText(text, preferred)).to.equal(expected);
    });
  }

  it('is found in a text of 8,000 characters without delay', () => {
    expect(localeOfText('a1 '.repeat(2_666), 'zh-CN')).to.equal('en');
  });
});
