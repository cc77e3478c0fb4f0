import { expect } from 'chai';
import { clusterTexts, measureChange } from './index.ts';
import { buildEntries, buildQuestions } from './test/synthetic.ts';

describe('clusters of questions', () => {
  it('groups what asks the same and leaves the rest alone', () => {
    const texts = [
      '数字人民币怎么开通',
      '请问数字人民币怎么开通',
      '数字人民币怎么开通啊',
      '保险箱租一年多少钱',
      '租保险箱一年要多少钱',
      '你们招人吗',
    ];
    const [first, second, ...others] = clusterTexts(texts, 'zh').map(({ members }) => [...members].sort());
    expect(first).to.deep.equal([0, 1, 2]);
    expect(second).to.deep.equal([3, 4]);
    expect(others).to.deep.equal([[5]]);
  });

  it('keeps each text once, and says the same twice', () => {
    const texts = buildQuestions('zh', 400, 5).map(({ text }) => text);
    const clusters = clusterTexts(texts, 'zh');
    expect(clusters.flatMap(({ members }) => members).sort((a, b) => a - b)).to.deep.equal([...texts.keys()]);
    expect(clusterTexts(texts, 'zh')).to.deep.equal(clusters);
  });

  it('takes nothing, empty texts, and emoji', () => {
    expect(clusterTexts([], 'zh')).to.deep.equal([]);
    expect(clusterTexts(['', '😀', '😀'], 'en')).to.have.length(3);
  });

  it('refuses more than it can hold', () => {
    expect(() => clusterTexts(new Array<string>(20_001).fill(''), 'zh')).to.throw(RangeError);
  });
});

describe('what proposals change', () => {
  it('is measured on wordings hidden from both models', () => {
    const entries = buildEntries('zh', 8);
    const proposals = buildQuestions('zh', 60, 9).map(({ id, text }) => ({ articleId: id, text }));
    const change = measureChange(entries, proposals, { lang: 'zh' });
    expect(change.measured).to.be.above(8);
    expect(change.rightAfter).to.be.at.least(change.rightBefore - 1);
  });

  it('is nothing where articles have too few wordings to hide one', () => {
    expect(measureChange(buildEntries('zh', 0), [], { lang: 'zh' })).to.deep.equal({
      measured: 0,
      rightBefore: 0,
      rightAfter: 0,
      guards: [],
    });
  });

  it('tells of guarding questions what becomes of them with the whole knowledge', () => {
    const entries = buildEntries('zh', 4);
    const [first, second] = entries;
    const stolen = first!.similar[0]!;
    const guards = [stolen, second!.question];
    const taken = entries.map((entry) => ({
      ...entry,
      similar: entry.similar.filter((text) => text !== stolen),
    }));
    const proposals = [{ articleId: second!.id, text: stolen }];
    const change = measureChange(taken, proposals, { lang: 'zh', guards });
    expect(change.guards[0]!.after).to.deep.equal({ firstId: second!.id, outcome: 'answer' });
    expect(change.guards[0]!.before.firstId).to.equal(first!.id);
    expect(change.guards[1]).to.deep.equal({
      before: { firstId: second!.id, outcome: 'answer' },
      after: { firstId: second!.id, outcome: 'answer' },
    });
  });
});
