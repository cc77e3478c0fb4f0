import { normaliseText, sentiment, type Lang } from '../engine/index.ts';

/** Feelings that an agent should answer first. */
export const EMOTIONS = ['anger', 'worry', 'disappointment'] as const;

/** One of them. */
export type Emotion = (typeof EMOTIONS)[number];

/** The mood of one message. */
export interface Mood {
  /** -1 (very negative) to 1 (very positive). */
  polarity: number;
  /** 0 (no hurry) to 1 (at once). */
  urgency: number;
  emotion?: Emotion;
}

/** How the mood of a requester went over a conversation; in the order of the messages. */
export interface MoodTrend {
  first: number;
  last: number;
  lowest: number;
  /** The highest. */
  urgency: number;
  /** The strongest feeling, gravest first. */
  emotion?: Emotion;
}

const WORDS: Record<Lang, Record<Emotion, RegExp>> = {
  zh: {
    anger:
      /气死|生气|愤怒|恼火|火大|投诉|举报|曝光|垃圾|骗子|坑人|混蛋|滚|妈的|什么玩意|什么态度|太过分|过分了|欺负|忍无可忍|凭什么|有没有搞错|不像话|岂有此理|烦死/,
    worry:
      /担心|害怕|怎么办才好|急死|着急|焦虑|不安|被骗|被盗|盗刷|来不及|会不会有事|会不会被|影响征信|睡不着|慌|救命|等着用/,
    disappointment:
      /失望|寒心|心寒|无语|无奈|白等|白跑|再也不|以后不|后悔|不值|难过|遗憾|算了吧|太让人|不如以前/,
  },
  en: {
    anger:
      /\b(?:angry|furious|outrag\w+|ridiculous|unacceptable|disgust\w+|scam|liars?|complain\w*|sue|pathetic|rip[- ]?off|fed up|wtf|how dare)\b/,
    worry:
      /\b(?:worried|worry|afraid|scared|anxious|nervous|panic\w*|stolen|hacked|please help|desperate|what if i lose)\b/,
    disappointment:
      /\b(?:disappoint\w*|let down|sad|gave up|giving up|never again|regret|waste of time|expected better|used to be)\b/,
  },
};

/** Mood, hurry, and feeling of one message; reads at most 512 characters. */
export function readMood(text: string, lang: Lang): Mood {
  const { polarity, urgency } = sentiment(text, lang);
  const normalised = normaliseText(text);
  const emotion = EMOTIONS.find((name) => WORDS[lang][name].test(normalised));
  return { polarity, urgency, ...(emotion && { emotion }) };
}

/** The trend over the moods of a requester's messages, oldest first; undefined without any. */
export function trendOf(moods: readonly Mood[]): MoodTrend | undefined {
  const polarities = moods.map(({ polarity }) => polarity);
  if (moods.length === 0) return undefined;
  const emotion = EMOTIONS.find((name) => moods.some((mood) => mood.emotion === name));
  return {
    first: polarities[0]!,
    last: polarities[polarities.length - 1]!,
    lowest: Math.min(...polarities),
    urgency: Math.max(...moods.map((mood) => mood.urgency)),
    ...(emotion && { emotion }),
  };
}
