import { expect } from 'chai';
import { findMandatoryRule, normaliseText, trainModel, understand } from './index.ts';
import type { Lang } from './index.ts';
import { buildEntries } from './test/synthetic.ts';

const hit = (text: string, lang: Lang) => {
  const found = findMandatoryRule(normaliseText(text), lang);
  return found && `${found.rule} ${found.strength}`;
};

describe('mandatory hand-over rules', () => {
  const always: [Lang, string, string][] = [
    ['zh', '转人工', 'human'],
    ['zh', '我要找人工客服', 'human'],
    ['zh', '我要投诉你们', 'complaint'],
    ['zh', '人工', 'human'],
    ['zh', '有人工吗', 'human'],
    ['zh', '叫个真人来', 'human'],
    ['zh', '不要机器人', 'human'],
    ['zh', '能不能给我转个人工', 'human'],
    ['zh', '我的银行卡丢了', 'lost_card'],
    ['zh', '我的信用卡丢了', 'lost_card'],
    ['zh', '我找不到信用卡了', 'lost_card'],
    ['zh', '钱包被偷了', 'lost_card'],
    ['zh', '我的卡被盗刷了', 'fraud'],
    ['zh', '这笔不是我本人操作', 'fraud'],
    ['zh', '我不想活了', 'self_harm'],
    ['zh', '我的銀行卡丟了，轉人工', 'human'],
    ['zh', 'I want to speak to a human', 'human'],
    ['en', 'let me talk to a real person', 'human'],
    ['en', 'Agent please', 'human'],
    ['en', 'agent', 'human'],
    ['en', 'talk to a human', 'human'],
    ['en', 'can I talk to somebody', 'human'],
    ['en', 'a real person', 'human'],
    ['en', 'I want to file a complaint', 'complaint'],
    ['en', 'I lost my debit card', 'lost_card'],
    ['en', 'my card was stolen yesterday', 'lost_card'],
    ['en', 'I have been scammed', 'fraud'],
    ['en', 'I want to kill myself', 'self_harm'],
  ];
  for (const [lang, text, rule] of always) {
    it(`always hands over: ${text}`, () => expect(hit(text, lang)).to.equal(`${rule} always`));
  }

  const unlessAnswered: [Lang, string, string][] = [
    ['zh', '信用卡如何挂失', 'lost_card'],
    ['zh', '信用卡丢了怎么办', 'lost_card'],
    ['zh', '我的卡不见了怎么办', 'lost_card'],
    ['zh', '你是真人还是机器人', 'human'],
    ['zh', '如何防范电信诈骗', 'fraud'],
    ['zh', '投诉电话是多少', 'complaint'],
    ['zh', '人工客服几点上班', 'human'],
    ['en', 'how do I report a lost card', 'lost_card'],
    ['en', 'what if my card is stolen', 'lost_card'],
    ['en', 'I lost my card, what should I do', 'lost_card'],
    ['en', 'how do you prevent fraud', 'fraud'],
  ];
  for (const [lang, text, rule] of unlessAnswered) {
    it(`lets an approved article answer: ${text}`, () =>
      expect(hit(text, lang)).to.equal(`${rule} unlessAnswered`));
  }

  const none: [Lang, string][] = [
    ['zh', '不用转人工，你直接告诉我利率'],
    ['zh', '为什么借款失败'],
    ['zh', '怎么换银行卡'],
    ['zh', '卡被取款机吞掉了'],
    ['zh', '你是不是机器人'],
    ['zh', '卡又找到了，怎么解除挂失'],
    ['en', 'how do I get a replacement after losing my card'],
    ['en', 'are you a human or a robot'],
    ['en', 'how do I get a new card'],
    ['en', 'my transfer is pending'],
    ['en', 'I found my card'],
  ];
  for (const [lang, text] of none) {
    it(`stays silent: ${text}`, () => expect(hit(text, lang) ?? 'silent').to.not.include('always'));
  }

  it('wins over an article that matches exactly, and says so', () => {
    const entries = [...buildEntries('zh', 3), { id: 'human', question: '转人工', similar: [] }];
    const { outcome, reason, candidates } = understand(trainModel(entries, { lang: 'zh' }), '转人工');
    expect({ outcome, reason, first: candidates[0]!.id }).to.deep.equal({
      outcome: 'handoff',
      reason: 'mandatory:human',
      first: 'human',
    });
  });

  it('hands a procedure question over when no article answers it', () => {
    const model = trainModel(buildEntries('zh', 3), { lang: 'zh' });
    expect(understand(model, '信用卡如何挂失').reason).to.equal('mandatory:lost_card');
    const entries = [...buildEntries('zh', 3), { id: 'lost', question: '信用卡如何挂失？', similar: [] }];
    expect(understand(trainModel(entries, { lang: 'zh' }), '信用卡如何挂失').outcome).to.equal('answer');
  });
});
