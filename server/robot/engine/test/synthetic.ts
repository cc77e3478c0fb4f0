import { createPrng, type Prng } from '../prng.ts';
import type { KnowledgeEntry, Lang } from '../types.ts';

/** A generated question and the article it belongs to. */
export interface SyntheticQuestion {
  text: string;
  id: string;
}

interface Theme {
  id: string;
  question: string;
  asks: string[];
  things: string[];
}

const THEMES: Record<Lang, Theme[]> = {
  zh: [
    {
      id: 'fee',
      question: '转账手续费怎么收？',
      asks: ['怎么收', '要多少', '贵不贵', '有没有优惠'],
      things: ['转账手续费', '汇款费用', '跨行转账的费'],
    },
    {
      id: 'limit',
      question: '如何提高每日限额？',
      asks: ['怎么提高', '能调高吗', '太低了想提升', '如何修改'],
      things: ['每日限额', '单日转账额度', '日累计限额'],
    },
    {
      id: 'branch',
      question: '网点几点开门？',
      asks: ['几点开门', '周末上班吗', '什么时候营业', '中午休息吗'],
      things: ['网点', '附近的支行', '柜台'],
    },
    {
      id: 'rate',
      question: '定期存款利率是多少？',
      asks: ['利率是多少', '利息怎么算', '一年有多少收益', '现在几个点'],
      things: ['定期存款', '三年定存', '整存整取'],
    },
    {
      id: 'sms',
      question: '如何关闭短信提醒？',
      asks: ['怎么关闭', '不想再收', '如何取消', '能退订吗'],
      things: ['短信提醒', '余额变动短信', '通知短信'],
    },
    {
      id: 'address',
      question: '怎么修改通讯地址？',
      asks: ['怎么修改', '搬家了要更新', '填错了如何改', '在哪里变更'],
      things: ['通讯地址', '邮寄地址', '家庭住址'],
    },
    {
      id: 'statement',
      question: '如何打印流水？',
      asks: ['如何打印', '在哪里导出', '能开盖章的吗', '怎么下载'],
      things: ['银行流水', '交易明细', '半年的流水'],
    },
    {
      id: 'mortgage',
      question: '房贷可以提前还吗？',
      asks: ['可以提前还吗', '提前结清怎么办', '先还一部分行不行', '提前还有违约金吗'],
      things: ['房贷', '住房按揭', '商业房贷'],
    },
  ],
  en: [
    {
      id: 'fee',
      question: 'How much is the transfer fee?',
      asks: ['how much is', 'who pays', 'is there', 'can you waive'],
      things: ['the transfer fee', 'the wire charge', 'the fee for sending money'],
    },
    {
      id: 'limit',
      question: 'How do I raise my daily limit?',
      asks: ['how do i raise', 'can i increase', 'please change', 'it is too low, lift'],
      things: ['my daily limit', 'the spending cap', 'the limit per day'],
    },
    {
      id: 'branch',
      question: 'When does the branch open?',
      asks: ['when does it open,', 'opening hours of', 'is it closed on sunday,', 'what time closes'],
      things: ['the branch', 'your office downtown', 'the nearest branch'],
    },
    {
      id: 'rate',
      question: 'What is the savings interest rate?',
      asks: ['what is', 'how do you calculate', 'tell me the current', 'has there been a change of'],
      things: ['the savings interest rate', 'interest on deposits', 'the yearly interest'],
    },
    {
      id: 'address',
      question: 'How do I change my address?',
      asks: ['how do i change', 'i moved, update', 'where can i correct', 'you have a wrong'],
      things: ['my postal address', 'the mailing address', 'my home address'],
    },
    {
      id: 'statement',
      question: 'Where can I download a statement?',
      asks: ['where can i download', 'how to print', 'i need a stamped copy of', 'please mail me'],
      things: ['a bank statement', 'my statement of may', 'the list of transactions'],
    },
  ],
};

const OPENINGS: Record<Lang, string[]> = {
  zh: ['', '请问', '你好，', '想问下', '麻烦问一下'],
  en: ['', 'hi, ', 'hello ', 'please tell me ', 'quick question: '],
};
const ENDINGS: Record<Lang, string[]> = {
  zh: ['', '？', '呢', '啊', '，谢谢'],
  en: ['', '?', ' please', ' thanks', ' ??'],
};

function pick<T>(items: readonly T[], random: Prng): T {
  return items[Math.floor(random() * items.length)]!;
}

/** Swaps or drops one character now and then, as people do when they type. */
function mistype(text: string, random: Prng): string {
  if (random() > 0.25 || text.length < 6) return text;
  const at = 1 + Math.floor(random() * (text.length - 3));
  return random() < 0.5
    ? text.slice(0, at) + text.slice(at + 1)
    : text.slice(0, at) + text[at + 1]! + text[at]! + text.slice(at + 2);
}

/** Questions by template × synonym × typo; the same seed gives the same list. */
export function buildQuestions(lang: Lang, count: number, seed: number): SyntheticQuestion[] {
  const random = createPrng(seed);
  return Array.from({ length: count }, () => {
    const theme = pick(THEMES[lang], random);
    const parts = [pick(theme.things, random), pick(theme.asks, random)];
    const body = lang === 'zh' ? parts.join('') : parts.reverse().join(' ');
    const text = pick(OPENINGS[lang], random) + mistype(body, random) + pick(ENDINGS[lang], random);
    return { text, id: theme.id };
  });
}

/** A knowledge base of the generator's themes with about `similarCount` similar questions for each article. */
export function buildEntries(lang: Lang, similarCount: number, seed = 7): KnowledgeEntry[] {
  const questions = buildQuestions(lang, similarCount * THEMES[lang].length, seed);
  return THEMES[lang].map(({ id, question }) => ({
    id,
    question,
    similar: questions.filter((row) => row.id === id).map((row) => row.text),
  }));
}

/** A knowledge base of any size: invented products, each with its own name, times the themes. */
export function buildLargeEntries(articleCount: number, similarCount: number, seed = 11): KnowledgeEntry[] {
  const random = createPrng(seed);
  const syllables = '安邦诚达恩福广和惠金康立民宁平瑞盛泰通旺信兴益盈裕云泽智众卓'.split('');
  return Array.from({ length: articleCount }, (_, i) => {
    const theme = THEMES.zh[i % THEMES.zh.length]!;
    const name = pick(syllables, random) + pick(syllables, random) + pick(syllables, random) + '卡';
    const similar = Array.from(
      { length: similarCount },
      () => `${pick(OPENINGS.zh, random)}${name}${pick(theme.things, random)}${pick(theme.asks, random)}`,
    );
    return { id: `${theme.id}-${i}`, question: `${name}${theme.question}`, similar };
  });
}
