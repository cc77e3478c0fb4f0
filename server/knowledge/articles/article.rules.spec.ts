import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { buildInput } from '../test/build-article.ts';
import {
  ARTICLE_LIMITS,
  assertCan,
  checkContent,
  containsPattern,
  contentHash,
  equalsPattern,
  searchTextOf,
  wordingForm,
  wordingKeys,
  type ArticleAct,
} from './article.rules.ts';

const STATES = ['draft', 'review', 'approved', 'published', 'retired'];
const ALLOWED: Record<ArticleAct, string[]> = {
  revise: STATES,
  submit: ['draft'],
  approve: ['review'],
  publish: ['approved'],
  reject: ['review', 'approved'],
  retire: ['draft', 'review', 'approved', 'published'],
  rollBack: STATES,
};

describe('rules of articles', () => {
  for (const [act, states] of Object.entries(ALLOWED) as [ArticleAct, string[]][]) {
    it(`allow to ${act} only in ${states.join(', ')}`, () => {
      for (const state of [...STATES, 'unknown']) {
        const attempt = () => assertCan(state, act);
        if (states.includes(state)) expect(attempt).not.to.throw();
        else expect(attempt).to.throw(AppError).with.property('code', 'article.state_refused');
      }
    });
  }

  const refused: [string, Parameters<typeof buildInput>[0], string][] = [
    ['an empty question', { question: '  ' }, '/question'],
    ['a question of emoji only', { question: '😀😀' }, '/question'],
    ['a question over the limit', { question: '卡'.repeat(ARTICLE_LIMITS.question + 1) }, '/question'],
    ['a NUL in the answer', { answer: 'a\0b' }, '/answer'],
    ['half a character pair', { answer: 'a\ud83d' }, '/answer'],
    ['an answer over one message', { answer: '答'.repeat(ARTICLE_LIMITS.answer + 1) }, '/answer'],
    ['an empty wording', { similar: ['a', ''] }, '/similar/1'],
    ['too many wordings', { similar: Array.from({ length: 201 }, (_, i) => `w${i}`) }, '/similar'],
    [
      'a validity that ends before it begins',
      { validFrom: '2026-02-01T00:00:00.000Z', validTo: '2026-02-01T00:00:00.000Z' },
      '/validTo',
    ],
    ['an instant that is none', { validFrom: '2026-02-31T99:00:00Z' }, '/validFrom'],
  ];
  for (const [what, overrides, at] of refused) {
    it(`refuse ${what}`, () => {
      expect(() => checkContent(buildInput(overrides)))
        .to.throw(AppError)
        .with.nested.property('details.at', at);
    });
  }

  it('take texts at their limits, counted in characters', () => {
    const question = '😀'.repeat(ARTICLE_LIMITS.question - 1) + '卡';
    const content = checkContent(buildInput({ question, answer: '答'.repeat(ARTICLE_LIMITS.answer) }));
    expect(content.question).to.equal(question);
  });

  it('trim texts and drop wordings that only repeat', () => {
    const content = checkContent(
      buildInput({
        question: ' 如何挂失？ ',
        similar: ['如何挂失', '卡丢了', '卡丢了！', ' ＡＢＣ ', 'abc'],
      }),
    );
    expect(content.question).to.equal('如何挂失？');
    expect(content.similar).to.deep.equal(['卡丢了', 'ＡＢＣ']);
  });

  it('compare wordings by letters and digits in one width and case', () => {
    expect(wordingForm('Ｈow  do I?!')).to.equal(wordingForm('how do i'));
    expect(wordingForm('转账限额是5万')).not.to.equal(wordingForm('转账限额是6万'));
    expect(wordingKeys({ question: 'a', similar: ['b'] })).to.have.length(2);
  });

  it('hash everything that is approved', () => {
    const base = checkContent(buildInput({ question: 'Q1', similar: ['a', 'b'] }));
    const changes = [
      { answer: 'other' },
      { category: 'other' },
      { similar: ['ab'] },
      { riskLevel: 'high' as const },
      { validTo: new Date(0) },
    ];
    for (const change of changes) {
      expect(contentHash({ ...base, ...change }).equals(contentHash(base))).to.equal(false);
    }
    expect(contentHash({ ...base }).equals(contentHash(base))).to.equal(true);
  });

  it('cut the search text at the column and escape what LIKE understands', () => {
    const text = searchTextOf({ question: 'Q', similar: Array.from({ length: 50 }, () => '卡'.repeat(40)) });
    expect([...text]).to.have.length(1_000);
    expect(containsPattern(' 50%_a! ')).to.equal('%50!%!_a!!%');
    expect(equalsPattern(undefined)).to.equal('%');
    expect(equalsPattern('a%')).to.equal('a!%');
  });
});
