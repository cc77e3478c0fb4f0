import { expect } from 'chai';
import { trainModel, understand } from './index.ts';
import type { Lang } from './index.ts';
import { readBankPack, readBankQuestions, scoreBank } from './test/bank-questions.ts';

describe('understanding engine on the preset bank pack', () => {
  const models = new Map(
    (['zh', 'en'] as const).map((lang) => [lang, trainModel(readBankPack(lang), { lang })]),
  );
  const read = (lang: Lang, text: string) => understand(models.get(lang)!, text);

  for (const lang of ['zh', 'en'] as const) {
    const score = scoreBank(
      readBankQuestions(lang).map((question) => ({ question, understanding: read(lang, question.text) })),
    );
    it(`solves nine in ten check questions within one clarification (${lang})`, () => {
      expect(score.solved).to.be.at.least(0.9);
    });
    it(`answers half of them at once, and few wrongly (${lang})`, () => {
      expect(score.right).to.be.at.least(0.5);
      expect(score.wrong).to.be.at.most(0.04);
    });
    it(`leaves what lies outside alone (${lang})`, () => {
      expect(score.outsideAnswered).to.be.at.most(0.05);
      expect(score.outsideClarified).to.be.at.most(0.2);
    });
    it(`knows no check question beforehand (${lang})`, () => {
      const known = new Set(readBankPack(lang).flatMap(({ question, similar }) => [question, ...similar]));
      const copied = readBankQuestions(lang).filter(
        ({ text, article }) => !article?.startsWith('st-') && known.has(text),
      );
      expect(copied).to.deep.equal([]);
    });
  }

  const answered: [Lang, string, string][] = [
    ['zh', '转账限额怎么提高', 'tf-limit-raise'],
    ['zh', '信用卡丢了怎么办', 'cc-lost'],
    ['zh', '你好', 'st-hello'],
    ['zh', '谢谢', 'st-thanks'],
    ['zh', '你是谁', 'st-who'],
    ['en', 'how do I report a lost credit card', 'cc-lost'],
    ['en', 'hello', 'st-hello'],
    ['en', 'thanks', 'st-thanks'],
    ['en', 'who are you', 'st-who'],
  ];
  for (const [lang, text, article] of answered) {
    it(`answers: ${text}`, () => {
      const { outcome, candidates } = read(lang, text);
      expect({ outcome, first: candidates[0]?.id }).to.deep.equal({ outcome: 'answer', first: article });
    });
  }

  it('answers a lost card of unnamed kind at once: each of the articles has the number to call', () => {
    const { outcome, candidates } = read('en', 'how do I report a lost card');
    expect(outcome).to.equal('answer');
    expect(candidates[0]!.id).to.be.oneOf(['cc-lost', 'card-lost-report']);
  });

  const handedOver: [Lang, string][] = [
    ['zh', '我的信用卡丢了'],
    ['zh', '人工'],
    ['zh', '转人工'],
    ['zh', '找个客服跟我说'],
    ['zh', 'asdf qwer'],
    ['zh', '今天天气怎么样'],
    ['en', 'I lost my credit card'],
    ['en', 'agent'],
    ['en', 'talk to a human'],
    ['en', 'asdf qwer'],
  ];
  for (const [lang, text] of handedOver) {
    it(`hands over, without asking back: ${text}`, () => {
      expect(read(lang, text).outcome).to.equal('handoff');
    });
  }
});
