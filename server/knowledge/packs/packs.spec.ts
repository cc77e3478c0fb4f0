import { readFileSync } from 'node:fs';
import { expect } from 'chai';

/** One article of a pack file; the format is described in README.md beside this file. */
interface PackArticle {
  id: string;
  category: string;
  question: string;
  similar: string[];
  answer: string;
  riskLevel: string;
}

interface Pack {
  pack: string;
  locale: string;
  version: number;
  articles: PackArticle[];
}

const ARTICLES_MIN = 150;
const SIMILAR_MIN = 5;
const TEXT_LENGTH_MAX = 120;
/** Four sentences on a telephone screen; English needs about three times the characters of Chinese. */
const ANSWER_LENGTH_MAX = { 'zh-CN': 150, en: 400 } as const;
const ANSWER_LENGTH_MIN = 15;
const ANSWER_SENTENCES_MAX = 4;
/** From here on two wordings of one article teach the robot nothing new. */
const SAME_ARTICLE_OVERLAP_RATIO = 0.85;
/** From here on a customer's sentence cannot tell two articles apart. */
const OTHER_ARTICLE_OVERLAP_RATIO = 0.8;

const HIGH_RISK_CATEGORIES = ['fees', 'fraud'];
const HIGH_RISK_ID = /-(fee|rate|penalty)$|-(annual|cross)-fee$/;
const WEB_ADDRESS = /https?:|www\.|\.(com|cn|net|org)\b/i;
const UNFINISHED = /\bTODO\b|\bTBD\b|x{3,}|lorem|待补充|占位|[{}<>[\]]|_{2,}|\?{2,}|…/i;
const PARTICLES =
  /请问|一下|吗|呢|啊|呀|吧|哦|嘛|么|的|了|不|\b(please|the|an?|my|do|does|is|are|can|could|may|i)\b/g;

function loadPack(fileName: string): Pack {
  return JSON.parse(readFileSync(new URL(fileName, import.meta.url), 'utf8')) as Pack;
}

/** Folds width and case and keeps letters and digits only, as the robot does before an exact match. */
function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** What is left of a wording without particles and numbers. */
function core(text: string): string {
  const lower = text.normalize('NFKC').toLowerCase();
  return normalise(lower.replace(PARTICLES, ' ').replace(/\p{N}+/gu, ' '));
}

function bigrams(text: string): Set<string> {
  const folded = normalise(text);
  const pairs = new Set<string>();
  for (let index = 0; index + 1 < folded.length; index += 1) pairs.add(folded.slice(index, index + 2));
  return pairs.size > 0 ? pairs : new Set([folded]);
}

/** Jaccard ratio, 0 to 1. */
function overlap(one: Set<string>, other: Set<string>): number {
  let shared = 0;
  for (const pair of one) if (other.has(pair)) shared += 1;
  return shared / (one.size + other.size - shared);
}

function textsOf(article: PackArticle): string[] {
  return [article.question, ...article.similar];
}

function findRepeatedTexts(articles: PackArticle[]): string[] {
  const owner = new Map<string, string>();
  const faults: string[] = [];
  for (const article of articles) {
    for (const text of textsOf(article)) {
      const key = normalise(text);
      const first = owner.get(key);
      if (first !== undefined) faults.push(`${article.id}: "${text}" is already in ${first}`);
      owner.set(key, article.id);
    }
  }
  return faults;
}

function findNearDuplicates(articles: PackArticle[]): string[] {
  const entries = articles.flatMap((article) =>
    textsOf(article).map((text) => ({ id: article.id, text, pairs: bigrams(text) })),
  );
  const faults: string[] = [];
  entries.forEach((entry, index) => {
    for (const earlier of entries.slice(0, index)) {
      const limit = entry.id === earlier.id ? SAME_ARTICLE_OVERLAP_RATIO : OTHER_ARTICLE_OVERLAP_RATIO;
      if (overlap(entry.pairs, earlier.pairs) < limit) continue;
      faults.push(`${earlier.id} "${earlier.text}" ~ ${entry.id} "${entry.text}"`);
    }
  });
  return faults;
}

function findParticleVariants(articles: PackArticle[]): string[] {
  return articles.flatMap((article) => {
    const seen = new Map<string, string>();
    return textsOf(article).flatMap((text) => {
      const key = core(text);
      const first = seen.get(key);
      seen.set(key, text);
      return key !== '' && first !== undefined ? [`${article.id}: "${first}" ~ "${text}"`] : [];
    });
  });
}

function countSentences(answer: string): number {
  return answer.match(/[。！？]|[.!?](?=\s|$)/g)?.length ?? 0;
}

function buildArticle(overrides: Partial<PackArticle>): PackArticle {
  const similar = ['卡不见了', '钱包被偷', '帮我冻结'];
  return { id: 'a', category: 'lost', question: '丢卡怎么办', similar, answer: '', riskLevel: 'normal', ...overrides };
}

const chinese = loadPack('bank-retail.zh.json');
const english = loadPack('bank-retail.en.json');

for (const pack of [chinese, english]) {
  describe(`knowledge pack ${pack.pack} (${pack.locale})`, () => {
    const { articles } = pack;
    const answerLengthMax = ANSWER_LENGTH_MAX[pack.locale as keyof typeof ANSWER_LENGTH_MAX];

    it('has the fields of the format and nothing else', () => {
      expect(pack).to.have.all.keys('pack', 'locale', 'version', 'articles');
      for (const article of articles) {
        expect(article).to.have.all.keys('id', 'category', 'question', 'similar', 'answer', 'riskLevel');
        expect(article.id).to.match(/^[a-z]+(-[a-z0-9]+)+$/);
        expect(article.category).to.match(/^[a-z]+(-[a-z]+)*$/);
        expect(['normal', 'high']).to.include(article.riskLevel);
      }
    });

    it(`has at least ${ARTICLES_MIN} articles with distinct ids`, () => {
      expect(articles.length).to.be.at.least(ARTICLES_MIN);
      expect(new Set(articles.map((article) => article.id)).size).to.equal(articles.length);
    });

    it(`has at least ${SIMILAR_MIN} similar questions for every article`, () => {
      const short = articles.filter((article) => article.similar.length < SIMILAR_MIN);
      expect(short.map((article) => article.id)).to.deep.equal([]);
    });

    it('has every text once in the whole pack', () => {
      expect(findRepeatedTexts(articles)).to.deep.equal([]);
    });

    it('has no near-duplicate wordings, in one article or across articles', function () {
      this.timeout(10_000);
      expect(findNearDuplicates(articles)).to.deep.equal([]);
    });

    it('has no wordings that differ only in particles or numbers', () => {
      expect(findParticleVariants(articles)).to.deep.equal([]);
    });

    it('keeps questions and answers short enough for a telephone screen', () => {
      for (const article of articles) {
        for (const text of textsOf(article)) expect(text.length, text).to.be.within(2, TEXT_LENGTH_MAX);
        expect(article.answer.length, article.id).to.be.within(ANSWER_LENGTH_MIN, answerLengthMax);
        expect(countSentences(article.answer), article.id).to.be.within(1, ANSWER_SENTENCES_MAX);
      }
    });

    it('has no web address, placeholder or stray space', () => {
      for (const article of articles) {
        for (const text of [...textsOf(article), article.answer]) {
          expect(text).not.to.match(WEB_ADDRESS);
          expect(text).not.to.match(UNFINISHED);
          expect(text).to.equal(text.trim());
        }
      }
    });

    it('marks fees, rates and fraud as high risk', () => {
      const money = articles.filter(
        ({ id, category }) => HIGH_RISK_CATEGORIES.includes(category) || HIGH_RISK_ID.test(id),
      );
      expect(money.length).to.be.greaterThan(20);
      for (const article of money) expect(article.riskLevel, article.id).to.equal('high');
    });
  });
}

describe('knowledge pack locales', () => {
  it('have the same articles in the same order, with the same category and risk', () => {
    const outline = (pack: Pack) => pack.articles.map(({ id, category, riskLevel }) => ({ id, category, riskLevel }));
    expect(outline(english)).to.deep.equal(outline(chinese));
    expect([english.pack, english.version]).to.deep.equal([chinese.pack, chinese.version]);
  });

  it('are each written in their own language', () => {
    for (const article of chinese.articles) expect(article.answer).to.match(/\p{Script=Han}/u);
    for (const article of english.articles) {
      expect([...textsOf(article), article.answer].join(' ')).not.to.match(/\p{Script=Han}/u);
    }
  });
});

describe('knowledge pack checks', () => {
  it('refuse the same text in two articles, whatever its width, case and punctuation', () => {
    const other = buildArticle({ id: 'b', question: 'ATM 吞卡？', similar: [] });
    const same = buildArticle({ question: 'ａｔｍ吞卡', similar: [] });
    expect(findRepeatedTexts([same, other])).to.have.length(1);
  });

  it('refuse a wording that adds only a particle', () => {
    const article = buildArticle({ similar: ['丢卡怎么办呢', '请问丢卡怎么办', '卡不见了'] });
    expect(findParticleVariants([article])).to.have.length(2);
  });

  it('refuse a wording that changes only a number', () => {
    const article = buildArticle({ question: '存1万元有多少利息', similar: ['存50万元有多少利息'] });
    expect(findParticleVariants([article])).to.have.length(1);
  });

  it('refuse a long wording with one character changed', () => {
    const question = '我想知道现在办理一张普通借记卡需要准备哪些材料';
    const article = buildArticle({ question, similar: [`${question}呀`] });
    expect(findNearDuplicates([article])).to.have.length(1);
  });

  it('allow wordings with other verbs and structure', () => {
    const article = buildArticle({});
    expect(findNearDuplicates([article])).to.deep.equal([]);
    expect(findParticleVariants([article])).to.deep.equal([]);
  });
});
