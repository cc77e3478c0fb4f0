import { expect } from 'chai';
import {
  allows,
  categoryNames,
  currentVersion,
  parseFilters,
  repeatedIndexes,
  type Article,
  type ArticleVersion,
} from './article-data.ts';

function buildVersion(version: number): ArticleVersion {
  return {
    version,
    state: 'draft',
    category: '银行卡',
    question: '怎么挂失',
    answer: '拨打客服热线。',
    similar: [],
    riskLevel: 'normal',
    author: '陈编辑',
    authorId: 'a',
    contentHash: '00',
    createdAt: '2026-01-01T00:00:00.000Z',
  };
}

function buildArticle(parts: Partial<Article>): Article {
  return {
    id: 'x',
    locale: 'zh-CN',
    category: '银行卡',
    question: '怎么挂失',
    state: 'draft',
    similarCount: 0,
    owner: '陈编辑',
    updatedAt: '2026-01-01T00:00:00.000Z',
    version: 1,
    versions: [buildVersion(3), buildVersion(2), buildVersion(1)],
    ...parts,
  };
}

describe('filters of the knowledge base', () => {
  it('are read from the address and unknown values are left out', () => {
    const search = new URLSearchParams('state=review&locale=fr&category=%E5%8D%A1&q=%20lost%20');
    expect(parseFilters(search)).to.deep.equal({
      state: 'review',
      locale: undefined,
      category: '卡',
      q: 'lost',
    });
  });
});

describe('an article on its page', () => {
  it('shows the version in work before the live one', () => {
    const article = buildArticle({ publishedVersion: 2, draftVersion: 3 });
    expect(currentVersion(article)?.version).to.equal(3);
    expect(currentVersion(buildArticle({ publishedVersion: 2 }))?.version).to.equal(2);
    expect(currentVersion(buildArticle({ state: 'retired' }))?.version).to.equal(3);
  });

  it('offers only what its state allows', () => {
    expect(allows(buildArticle({ state: 'review' }), 'approve')).to.equal(true);
    expect(allows(buildArticle({ state: 'draft' }), 'approve')).to.equal(false);
    expect(allows(buildArticle({ state: 'retired' }), 'retire')).to.equal(false);
    expect(allows(buildArticle({ state: 'retired' }), 'revise')).to.equal(true);
  });
});

describe('similar questions', () => {
  it('that say the same are found whatever their signs, width, and case', () => {
    const repeated = repeatedIndexes('怎么挂失？', ['怎么挂失', 'ＬＯＳＴ card', 'lost card!', '卡丢了', '']);
    expect([...repeated]).to.deep.equal([0, 2]);
  });

  it('that are still empty do not count as repeated', () => {
    expect([...repeatedIndexes('', ['', ''])]).to.deep.equal([]);
  });
});

describe('categories', () => {
  it('are named once, for one language or for all', () => {
    const rows = [
      { category: '转账', locale: 'zh-CN' },
      { category: 'cards', locale: 'en' },
      { category: '转账', locale: 'en' },
    ];
    expect(categoryNames(rows, undefined)).to.deep.equal(['转账', 'cards']);
    expect(categoryNames(rows, 'en')).to.deep.equal(['cards', '转账']);
  });
});
