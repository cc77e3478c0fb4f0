import { normaliseText, sentiment, type Lang } from '../engine/index.ts';
import { ASPECTS, ASPECT_WORDS, IMPLIED, type Aspect } from './aspects.ts';

/** What one message praises (1) or blames (-1). */
export interface Opinion {
  aspect: Aspect;
  polarity: 1 | -1;
}

/** Below this strength a clause praises or blames nothing. */
const STRENGTH_MIN = 0.2;
/** Clauses of one message that are read; a message of thousands is not read to its end. */
const CLAUSES_MAX = 60;

const SENTENCE_END = /[。!?;\n~]+/;
const CLAUSE_END: Record<Lang, RegExp> = {
  zh: /[,，、:：。!?;\n~ ]+|但是|不过|可是|然而|但|就是|只是|而且/,
  en: /[,:;.!?\n]+|\b(?:but|however|although|though|yet|and)\b/,
};

// A plain question says nothing good or bad ("is the fee high?"); an indignant one does ("why is it so slow?").
const QUESTION: Record<Lang, RegExp> = {
  zh: /[吗么?]$|多少|如何|怎么(?!这么|那么|老是|总是|还)|什么时候|哪[里个些]|是否|能不能|可不可以|会不会|高不高|贵不贵/,
  en: /^(?:how|what|when|where|which|who|is|are|do|does|did|can|could|will|would|should|may)\b/,
};
const INDIGNANT: Record<Lang, RegExp> = {
  zh: /怎么(?:这么|那么|老是|总是|还)|为什么(?:这么|那么|老是|总是|还)|凭什么|什么(?:破|垃圾|烂|玩意)|有没有搞错/,
  en: /\bwhy (?:is|are|do|does) (?:it|this|that|your|the) (?:\w+ )?(?:so|always|still)\b|\bwhat kind of\b|\bare you (?:kidding|serious)\b/,
};

// Manners, not a verdict on what was spoken of before.
const THANKS: Record<Lang, RegExp> = {
  zh: /^(?:好的|嗯)?(?:谢谢|多谢|感谢|谢了)[你您们了啊哦哈]*$/,
  en: /^(?:ok |okay )?(?:many )?thank(?:s| you)(?: very much| so much| a lot)?$/,
};

interface AspectTable {
  aspects: ReadonlyMap<string, Aspect>;
  longest: number;
}

function buildTable(words: Record<Aspect, string>): AspectTable {
  const aspects = new Map<string, Aspect>();
  for (const aspect of ASPECTS) {
    for (const word of words[aspect].split(' ')) if (!aspects.has(word)) aspects.set(word, aspect);
  }
  return { aspects, longest: Math.max(...[...aspects.keys()].map(({ length }) => length)) };
}

const CHINESE = buildTable(ASPECT_WORDS.zh);
const ENGLISH = ASPECTS.map((aspect) => ({
  aspect,
  pattern: new RegExp(`\\b(?:${ASPECT_WORDS.en[aspect]})\\b`),
}));

/** The aspects a clause names, each once, in the order they are named. */
function findAspects(clause: string, lang: Lang): Aspect[] {
  if (lang === 'en') return ENGLISH.flatMap(({ aspect, pattern }) => (pattern.test(clause) ? [aspect] : []));
  const found = new Set<Aspect>();
  for (let at = 0; at < clause.length;) {
    let length = Math.min(CHINESE.longest, clause.length - at);
    while (length > 0 && !CHINESE.aspects.has(clause.slice(at, at + length))) length--;
    if (length > 0) found.add(CHINESE.aspects.get(clause.slice(at, at + length))!);
    at += Math.max(1, length);
  }
  return [...found];
}

// "The problem" and "the service" are said of everything: another aspect in the same clause is what is meant.
const VAGUE: ReadonlySet<Aspect> = new Set(['solution', 'attitude', 'quality']);

function mostTelling(aspects: Aspect[]): Aspect | undefined {
  return aspects.find((aspect) => !VAGUE.has(aspect)) ?? aspects[0];
}

function isPlainQuestion(clause: string, sentence: string, lang: Lang): boolean {
  return QUESTION[lang].test(lang === 'zh' ? clause : sentence.trim()) && !INDIGNANT[lang].test(sentence);
}

/**
 * What a message praises or blames, by clause: a verdict that is only ever said of one aspect, else the mood of the clause
 * with the aspect it names, else with the aspect of the clause before. Each aspect once, its last verdict counts. Plain
 * questions and clauses without a verdict give nothing. Reads at most 512 characters.
 */
export function extractOpinions(text: string, lang: Lang): Opinion[] {
  const verdicts = new Map<Aspect, 1 | -1>();
  let read = 0;
  for (const sentence of normaliseText(text).split(SENTENCE_END)) {
    let named: Aspect | undefined;
    for (const clause of sentence.split(CLAUSE_END[lang])) {
      if (clause.trim() === '' || ++read > CLAUSES_MAX) continue;
      const own = mostTelling(findAspects(clause, lang));
      named = own ?? named;
      if (isPlainQuestion(clause, sentence, lang)) continue;
      for (const { aspect, polarity } of judgeClause(clause, lang, named)) verdicts.set(aspect, polarity);
    }
  }
  return [...verdicts].map(([aspect, polarity]) => ({ aspect, polarity }));
}

function judgeClause(clause: string, lang: Lang, named: Aspect | undefined): Opinion[] {
  const implied = IMPLIED[lang].filter(({ pattern }) => pattern.test(clause));
  if (implied.length > 0) return implied.map(({ aspect, polarity }) => ({ aspect, polarity }));
  if (named === undefined || THANKS[lang].test(clause.trim())) return [];
  const { polarity } = sentiment(clause, lang);
  if (Math.abs(polarity) < STRENGTH_MIN) return [];
  return [{ aspect: named, polarity: polarity > 0 ? 1 : -1 }];
}
