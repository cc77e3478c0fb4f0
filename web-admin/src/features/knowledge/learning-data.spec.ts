import { expect } from 'chai';
import { asProposed, fits, isReady, type Proposal } from './learning-data.ts';

const PROPOSAL: Proposal = {
  ...{ id: 'p', locale: 'zh-CN', kind: 'similar', source: 'model', score: 0.8 },
  ...{ articleId: 'a', articleQuestion: '如何挂失', questions: ['卡丢了', '卡不见了'], askedCount: 4 },
  ...{ reply: null, createdAt: '2026-01-05T02:20:00.000Z', version: 1 },
};

describe('proposals of what the robot may learn', () => {
  it('are accepted as they stand: one wording for an article, all of them for a new one', () => {
    expect(asProposed(PROPOSAL)).to.deep.equal({ question: '卡丢了', similar: [] });
    expect(asProposed({ ...PROPOSAL, kind: 'article' })).to.deep.equal({
      question: '卡丢了',
      similar: ['卡不见了'],
    });
  });

  it('leave out a message that is too long for a wording', () => {
    const questions = ['长'.repeat(301), '卡丢了'];
    expect(asProposed({ ...PROPOSAL, kind: 'article', questions })).to.deep.equal({
      question: '卡丢了',
      similar: [],
    });
    expect(isReady({ ...PROPOSAL, questions: ['长'.repeat(301)] })).to.equal(false);
  });

  it('leave out what still bears the mask of a number, until somebody has put it in general words', () => {
    const questions = ['手机号138****5678的短信收不到', '短信收不到'];
    expect(asProposed({ ...PROPOSAL, questions }).question).to.equal('短信收不到');
    expect(isReady({ ...PROPOSAL, questions: questions.slice(0, 1) })).to.equal(false);
  });

  it('need a person’s answer when they are about something new', () => {
    expect(isReady(PROPOSAL)).to.equal(true);
    expect(isReady({ ...PROPOSAL, kind: 'article', articleId: null })).to.equal(false);
    expect(isReady({ ...PROPOSAL, articleId: null })).to.equal(false);
  });

  it('are narrowed by kind, origin, and language', () => {
    expect(fits(PROPOSAL, {})).to.equal(true);
    expect(fits(PROPOSAL, { kind: 'similar', source: 'model', locale: 'zh-CN' })).to.equal(true);
    expect(fits(PROPOSAL, { kind: 'article' })).to.equal(false);
    expect(fits(PROPOSAL, { source: 'agent' })).to.equal(false);
    expect(fits(PROPOSAL, { locale: 'en' })).to.equal(false);
  });
});
