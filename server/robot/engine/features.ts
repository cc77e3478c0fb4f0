import { findConceptEn, findConceptsZh } from './concepts.ts';
import { maskNumbers, normaliseText } from './normalise.ts';
import type { Lang } from './types.ts';

/**
 * A text as hashed features: distinct 32-bit hashes with a weight each (damped count times the weight of its group).
 * Hashes instead of strings keep questions out of the model file and make the dictionary small.
 */
export interface HashedText {
  hashes: Uint32Array;
  weights: Float32Array;
  /** Which of the hashes are whole words (English) or single characters (Chinese): what a text is about. */
  words: Uint32Array;
  /** Characters after normalising and masking. */
  length: number;
}

// Weight of each group of features, chosen on development questions of three public data sets.
export const GROUP_WEIGHTS = {
  zh: { char1: 0.6, char2: 1, char3: 0.9, skip: 0.5, word: 1, concept: 0.7, conceptPair: 0.5 },
  en: { word: 1, stem: 0.8, bigram: 0.9, skip: 0.4, char3: 0.4, char4: 0.4, char5: 0.4, concept: 0.5 },
};

const GROUP_SEEDS = {
  char1: 0x11,
  char2: 0x22,
  char3: 0x33,
  skip: 0x44,
  word: 0x55,
  concept: 0x66,
  conceptPair: 0x77,
  stem: 0x88,
  bigram: 0x99,
  char4: 0xaa,
  char5: 0xbb,
} as const;

type Group = keyof typeof GROUP_SEEDS;

const WORD_GROUPS = { zh: 'char1', en: 'stem' } as const;

/** FNV-1a over the UTF-16 units with a final mix, so that neighbouring hashes do not share low bits. */
function hashRange(seed: number, text: string, from: number, to: number): number {
  let hash = (0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1)) | 0;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

class Collector {
  private readonly sums = new Map<number, number>();
  private readonly words = new Set<number>();
  private readonly groupWeights: Partial<Record<Group, number>>;
  private readonly wordGroup: Group;

  constructor(lang: Lang) {
    this.groupWeights = GROUP_WEIGHTS[lang];
    this.wordGroup = WORD_GROUPS[lang];
  }

  add(group: Group, text: string, from = 0, to = text.length): void {
    const weight = this.groupWeights[group];
    if (!weight) return;
    const hash = hashRange(GROUP_SEEDS[group], text, from, to);
    if (group === this.wordGroup) this.words.add(hash);
    const seen = this.sums.get(hash);
    // A second occurrence counts half, a third a quarter: repetition is emphasis at most.
    this.sums.set(hash, seen === undefined ? weight : seen + (2 * weight - seen) / 2);
  }

  finish(length: number): HashedText {
    return {
      hashes: Uint32Array.from(this.sums.keys()),
      weights: Float32Array.from(this.sums.values()),
      words: Uint32Array.from(this.words),
      length,
    };
  }
}

const PIECE = /[\p{Script=Han}]+|[\p{L}\p{M}]+|\d+|‹\w+›/gu;
const HAN = /\p{Script=Han}/u;

function collectZh(text: string, into: Collector): void {
  // Runs of ideographs are cut at punctuation but read across it for bigrams: people put commas anywhere.
  const pieces = text.match(PIECE) ?? [];
  const joined = pieces.map((piece) => (HAN.test(piece) ? piece : ` ${piece} `)).join('');
  const units = joined
    .split(/ +/)
    .flatMap((part) => (HAN.test(part) ? [...part] : part === '' ? [] : [part]));
  for (const unit of units) if (!HAN.test(unit)) into.add('word', unit);
  for (let i = 0; i < units.length; i++) {
    into.add('char1', units[i]!);
    if (i + 1 < units.length) into.add('char2', `${units[i]}${units[i + 1]}`);
    if (i + 2 < units.length) {
      into.add('char3', `${units[i]}${units[i + 1]}${units[i + 2]}`);
      into.add('skip', `${units[i]}_${units[i + 2]}`);
    }
  }
  const concepts = [...new Set(findConceptsZh(joined))].sort((a, b) => a - b);
  for (let i = 0; i < concepts.length; i++) {
    into.add('concept', `c${concepts[i]}`);
    for (let j = i + 1; j < Math.min(concepts.length, i + 8); j++) {
      into.add('conceptPair', `c${concepts[i]}c${concepts[j]}`);
    }
  }
}

const CONTRACTIONS: [RegExp, string][] = [
  [/\bcan'?t\b/g, 'can not'],
  [/\bcannot\b/g, 'can not'],
  [/\bwon'?t\b/g, 'will not'],
  [/n't\b/g, ' not'],
  [/\b(do|does|did|is|was|has|have|had|would|could|should)nt\b/g, '$1 not'],
  [/\btop(?:ping|ped)?[ -]?up(s)?\b/g, 'topup'],
  [/'(s|m|re|ve|ll|d)\b/g, ''],
  [/\be-?mail/g, 'email'],
];

/** A light stem: enough to join "charged", "charges", and "charging", too little to join unrelated words. */
export function stemEn(word: string): string {
  if (word.length <= 3) return word;
  let stem = word.replace(/(?:ies)$/, 'y').replace(/(?:sses)$/, 'ss');
  if (/(?:[^aeious])s$/.test(stem) || /[aeo]s$/.test(stem)) stem = stem.slice(0, -1);
  if (stem.length > 5) stem = stem.replace(/(?:ing|ed|ly|ment|ation)$/, '');
  stem = stem.replace(/([bdgmnprt])\1$/, '$1');
  return stem.length > 4 ? stem.replace(/e$/, '') : stem;
}

function collectEn(text: string, into: Collector): void {
  let plain = text.replace(/[\u2018\u2019\u0060]/g, "'");
  for (const [pattern, replacement] of CONTRACTIONS) plain = plain.replace(pattern, replacement);
  const words = plain.match(PIECE) ?? [];
  const stems = words.map(stemEn);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    into.add('word', word);
    into.add('stem', stems[i]!);
    into.add('bigram', `${i === 0 ? '^' : stems[i - 1]} ${stems[i]}`);
    if (i === words.length - 1) into.add('bigram', `${stems[i]} $`);
    if (i + 2 < words.length) into.add('skip', `${stems[i]} ${stems[i + 2]}`);
    const concept = findConceptEn(word) ?? findConceptEn(stems[i]!);
    if (concept !== undefined) into.add('concept', `c${concept}`);
    collectCharacters(`<${word}>`, into);
  }
}

function collectCharacters(bounded: string, into: Collector): void {
  for (let at = 0; at + 3 <= bounded.length; at++) {
    into.add('char3', bounded, at, at + 3);
    if (at + 4 <= bounded.length) into.add('char4', bounded, at, at + 4);
    if (at + 5 <= bounded.length) into.add('char5', bounded, at, at + 5);
  }
}

/** Features of one question. Normalises and masks first; cost is linear in at most 512 characters. */
export function extractFeatures(text: string, lang: Lang): HashedText {
  const masked = maskNumbers(normaliseText(text));
  const into = new Collector(lang);
  if (lang === 'zh') collectZh(masked, into);
  else collectEn(masked, into);
  return into.finish(masked.length);
}
