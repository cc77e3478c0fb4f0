import { normaliseText } from './normalise.ts';
import { shippedPolarity } from './polarity-model.ts';
import { scorePolarity, type PolarityModel } from './polarity.ts';
import type { Lang } from './types.ts';

/** The mood of one message. */
export interface Sentiment {
  /** -1 (very negative) to 1 (very positive); 0 when nothing speaks. */
  polarity: number;
  /** 0 (no hurry) to 1 (at once). */
  urgency: number;
}

interface Lexicon {
  positive: RegExp;
  negative: RegExp;
  strong: RegExp;
  negation: RegExp;
  urgent: RegExp;
}

const LEXICONS: Record<Lang, Lexicon> = {
  zh: {
    positive:
      /谢谢|感谢|多谢|满意|很好|不错|太好了|真好|好评|点赞|棒|优秀|喜欢|方便|快捷|耐心|专业|热情|赞|开心|高兴|放心|周到|舒服|干净|好吃|实惠|划算|推荐|给力|贴心|愉快|值得|很快|美味|新鲜|舒适|安静|完美/g,
    negative:
      /不满|差劲|太差|很差|极差|差评|垃圾|骗子|坑人|坑爹|失望|生气|愤怒|恶心|糟糕|烂|难吃|难用|太慢|很慢|好慢|慢死|投诉|举报|无语|麻烦|后悔|受骗|上当|态度不好|敷衍|推卸|不负责|霸王|气死|烦死|烦人|郁闷|讨厌|混蛋|妈的|傻|滚|忽悠|冷漠|破旧|太脏|很脏|凉了|太少|不值|不好|不行|不推荐|再也不|不会再|什么玩意|没人管|没人理|臭|吵|失败|不方便|不新鲜|不好吃|不舒服|不干净|不满意/g,
    strong: /非常|十分|特别|极其|极度|太|超级|超|很|真的|相当|简直/,
    negation: /(?:不|没|没有|不是|不太|不怎么|别|毫无|并不|谈不上)$/,
    urgent:
      /马上|立刻|立即|赶快|赶紧|尽快|紧急|急用|很急|着急|急死|急需|现在就|等不及|刻不容缓|来不及|十万火急|快点|救命|被盗|盗刷|被骗|丢了/g,
  },
  en: {
    positive:
      /\b(?:thanks?|thank you|great|good|excellent|perfect|awesome|happy|satisfied|helpful|love|nice|wonderful|amazing|brilliant|pleased|appreciate|friendly|quick|easy|fantastic)\b/g,
    negative:
      /\b(?:bad|terrible|awful|horrible|useless|worst|angry|upset|disappoint(?:ed|ing)|unacceptable|ridiculous|scam|rubbish|garbage|hate|poor|slow|rude|annoy(?:ed|ing)|frustrat(?:ed|ing)|complain(?:t)?|disgust(?:ed|ing)|pathetic|stupid|furious|fail(?:ed|ure)?|incompetent|waste|ignored|nonsense|lousy|broken|wtf|damn)\b/g,
    strong: /\b(?:very|really|extremely|so|absolutely|totally|completely|incredibly)\b/,
    negation: /\b(?:not|no|never|n't|isn't|wasn't|hardly|without)\s+(?:\w+\s+)?$/,
    urgent:
      /\b(?:urgent(?:ly)?|immediately|asap|right now|right away|at once|emergency|hurry|as soon as possible|stolen|hacked|today|quickly|help me)\b/g,
  },
};

// How far back a word of negation or degree is looked for.
const WINDOW = { zh: 4, en: 18 };

/** Weight of all matches: a negation before a word turns it round at half strength, a word of degree adds half. */
function weigh(text: string, pattern: RegExp, lang: Lang): number {
  const { negation, strong } = LEXICONS[lang];
  let sum = 0;
  for (const match of text.matchAll(pattern)) {
    const before = text.slice(Math.max(0, match.index - WINDOW[lang]), match.index);
    const degree = strong.test(before) ? 1.5 : 1;
    sum += negation.test(before) ? -0.5 * degree : degree;
  }
  return sum;
}

/** Polarity and urgency of one message by word lists and rules; reads at most 512 characters, no model needed. */
export function sentiment(text: string, lang: Lang): Sentiment {
  const normalised = normaliseText(text);
  const positive = weigh(normalised, LEXICONS[lang].positive, lang);
  const negative = weigh(normalised, LEXICONS[lang].negative, lang);
  const balance = positive - 1.2 * negative;
  const shouts = Math.min(3, (normalised.match(/[!]{2,}|[?]{2,}/g) ?? []).length);
  const urgent = (normalised.match(LEXICONS[lang].urgent) ?? []).length;
  const isUpset = balance < 0;
  return {
    polarity: round(Math.tanh((balance - (isUpset ? 0.3 * shouts : 0)) / 2)),
    urgency: round(1 - Math.exp(-(0.7 * urgent + 0.3 * shouts + (isUpset ? 0.25 : 0)))),
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000 + 0;
}

/**
 * Probability, 0 to 1, that a text is praise rather than blame: by the given model, else by the one of the language, else
 * by the word lists. A text that says neither is near one half.
 */
export function readPolarity(text: string, lang: Lang, model?: PolarityModel): number {
  const known = model ?? shippedPolarity(lang);
  if (known) return scorePolarity(known, text);
  return (1 + sentiment(text, lang).polarity) / 2;
}
