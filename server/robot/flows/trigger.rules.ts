import { exactKey, normaliseText } from '../engine/index.ts';
import { clausesOf } from './dialogue.rules.ts';
import type { FlowDefinition, LiveFlow } from './flow.types.ts';

/** A sentence this near to a phrase means the same (Dice coefficient of character pairs). */
const NEAR_PHRASE = 0.72;
/** What words alone reach: below every near phrase. */
const BY_WORDS = 0.5;
const NEGATED =
  /(?:不想|不要|不用|不需要|别|不打算|没想|没有?要|无需|不是要|don't want|do not want|not (?:going|trying|looking) to|no need)/iu;
/** Asks about the matter instead of asking for it. */
const ABOUT =
  /[?？]$|吗|么$|多少|什么|为什么|多久|几天|要钱|哪|条件|区别|是否|安全|是不是|流程|影响|最高|最低|上限|怎么|如何|怎样|咋|谁|能.{1,10}不|\b(?:how|what|which|where|why|when|who)\b|^(?:is|are|does|do|can|could|may|will)\b|\bfees?\b|\bcost\b/iu;
/** Asks for it all the same: "can you raise my limit", "赶紧帮我挂失". */
const ASKS_FOR =
  /帮我|给我|帮忙|麻烦你|赶紧|\b(?:can|could|would) you\b|\bplease\b|\bi(?:'d like| want| need)\b/iu;

/**
 * The flow that a text asks for, if any: a phrase of it or a near one, or a word of each of its groups. Denied ("我不想挂失")
 * and asked about ("限额是多少") is not asked for. Ties go to the flow that stands first.
 */
export function findTriggered(text: string, flows: readonly LiveFlow[]): LiveFlow | undefined {
  let best: { flow: LiveFlow; score: number } | undefined;
  for (const flow of flows) {
    const score = triggerScore(text, flow.definition);
    if (score > (best?.score ?? 0)) best = { flow, score };
  }
  return best?.flow;
}

/** 1 for a phrase, less for near ones, 0.5 for words, 0 for a text that does not ask for the flow. */
export function triggerScore(
  text: string,
  { triggers, locale }: Pick<FlowDefinition, 'triggers' | 'locale'>,
): number {
  const lang = locale === 'en' ? 'en' : 'zh';
  const flat = normaliseText(text);
  if ((triggers.unless ?? []).some((word) => flat.includes(normaliseText(word)))) return 0;
  if (NEGATED.test(flat)) return 0;
  const key = exactKey(flat, lang);
  let score = 0;
  for (const phrase of triggers.phrases)
    score = Math.max(score, dice(key, exactKey(normaliseText(phrase), lang)));
  const isWish = score === 1 || !ABOUT.test(flat) || ASKS_FOR.test(flat);
  if (score >= NEAR_PHRASE && isWish) return score;
  return asksByWords(flat, triggers.words ?? []) ? BY_WORDS : 0;
}

/** A word of each group, and one of them where nothing is asked about: "能提高吗，我要提高到8000块". */
function asksByWords(flat: string, groups: readonly string[][]): boolean {
  const has = (text: string, group: readonly string[]) =>
    group.some((word) => text.includes(normaliseText(word)));
  if (groups.length === 0 || !groups.every((group) => has(flat, group))) return false;
  const wishes = clausesOf(flat).filter(({ text }) => !ABOUT.test(text) || ASKS_FOR.test(text));
  return wishes.some(({ text }) => groups.some((group) => has(text, group)));
}

function dice(a: string, b: string): number {
  if (a === '' || b === '') return 0;
  if (a === b) return 1;
  const pairs = pairsOf(b);
  let shared = 0;
  for (const [pair, count] of pairsOf(a)) shared += Math.min(count, pairs.get(pair) ?? 0);
  return (2 * shared) / Math.max(1, a.length - 1 + (b.length - 1));
}

function pairsOf(text: string): Map<string, number> {
  const pairs = new Map<string, number>();
  for (let at = 0; at + 1 < text.length; at += 1) {
    const pair = text.slice(at, at + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}
