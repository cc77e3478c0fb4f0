import { expect } from 'chai';
import { extractOpinions } from './opinion.rules.ts';

const said = (text: string, lang: 'zh' | 'en' = 'zh') =>
  extractOpinions(text, lang)
    .map(({ aspect, polarity }) => `${polarity > 0 ? '+' : '-'}${aspect}`)
    .sort();

describe('opinions in a message', () => {
  const chinese: [string, string[]][] = [
    ['客服态度很差，还挂我电话', ['-attitude']],
    ['手机银行老是闪退，太难用了', ['-app']],
    ['客服很耐心，但是转账到账太慢了', ['+attitude', '-waiting']],
    ['手续费太高，不满意', ['-fees']],
    ['贷款审批很快，谢谢', ['+waiting']],
    ['等了两个小时都没人接', ['-waiting']],
    ['怎么这么慢啊', ['-waiting']],
    ['别再打营销电话骚扰我', ['-disturbance']],
    ['理财收益不错', ['+rates']],
    ['机器人答非所问', ['-solution']],
  ];
  for (const [text, expected] of chinese) {
    it(`finds ${expected.join(' ')} in ${text}`, () => {
      expect(said(text)).to.deep.equal(expected);
    });
  }

  const english: [string, string[]][] = [
    ['The agent was rude', ['-attitude']],
    ['Your app keeps crashing but the staff were friendly', ['+attitude', '-app']],
    ['hidden fees again, terrible', ['-fees']],
    ['Very easy process, thank you', ['+process']],
    ['I waited for three hours', ['-waiting']],
  ];
  for (const [text, expected] of english) {
    it(`finds ${expected.join(' ')} in "${text}"`, () => {
      expect(said(text, 'en')).to.deep.equal(expected);
    });
  }

  it('finds none in plain questions, thanks, and statements', () => {
    for (const text of ['手续费贵吗？', '贷款利率是多少', '怎么提高额度', '我要办一张信用卡', '谢谢', ''])
      expect(said(text), text).to.deep.equal([]);
    for (const text of ['How much is the fee?', 'Is the app free?', 'I want a new card', 'Thanks', ''])
      expect(said(text, 'en'), text).to.deep.equal([]);
  });

  it('lets the last verdict on an aspect count, once', () => {
    expect(said('手续费太高了。手续费很满意')).to.deep.equal(['+fees']);
  });

  it('stays quick and quiet with hostile texts', () => {
    for (const text of [
      '😀'.repeat(5_000),
      '<b>'.repeat(9_000),
      '慢,'.repeat(200_000),
      "'; DROP TABLE x; --",
      '\0\ud800',
    ])
      expect(said(text).length, text.slice(0, 10)).to.be.below(3);
  });
});
