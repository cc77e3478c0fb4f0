import {
  COLD_CALIBRATOR,
  SELF_TAUGHT_CALIBRATOR,
  SPARSE_CALIBRATOR,
  blendCalibrators,
  calibrate,
  fitCalibrator,
  type CalibrationExample,
} from './calibrator.ts';
import { computeEvidence } from './evidence.ts';
import { extractFeatures } from './features.ts';
import {
  CLASSIFIED_ARTICLES_MAX,
  scoreMembers,
  trainMembers,
  type LabelledTexts,
  type Scored,
} from './members.ts';
import { blendMix, fitMix, type MixExample } from './mix.ts';
import { buildModel, type Model } from './model.ts';
import { createPrng, shuffle } from './prng.ts';
import { extendTexts, proposeFromChats, warmth } from './self-training.ts';
import {
  DEFAULT_THRESHOLDS,
  SPARSE_THRESHOLDS,
  blendThresholds,
  chooseThresholds,
  computeCurve,
  type Judged,
} from './thresholds.ts';
import type { KnowledgeEntry, TrainOptions } from './types.ts';

const DEFAULT_BUDGET = 0.03;
const FOLDS = 3;
// Each fold withholds a fifth of the articles and a sixth of the questions of the others: much less, and the held-out
// questions are too few; much more, and the fold's models are too unlike the final ones.
const ARTICLE_PARTS = 5;
const QUESTION_PARTS = 6;
const NETWORKS_HELD_OUT = 1;
const NETWORKS = 2;
// Enough to fit 15 numbers well; more only cost time and memory.
const HELD_OUT_MAX = 4_000;
// With fewer held-out questions in scope the defaults are the better guess.
const HELD_OUT_MIN = 60;
// Up to so many questions an article, hiding one tells little of real questions and constants decide; from the second
// number on, cross-validation decides alone.
const FEW_QUESTIONS = 8;
const MANY_QUESTIONS = 16;
// Questions outside the knowledge count as this share of all questions when the calibrator is fitted.
const WITHHELD_SHARE = 0.2;

/** Thrown for a knowledge base that cannot be trained: `knowledge.duplicate_id`, `knowledge.empty`, or `knowledge.entry_invalid`. */
export class KnowledgeError extends Error {
  readonly code: 'knowledge.duplicate_id' | 'knowledge.empty' | 'knowledge.entry_invalid';

  constructor(code: KnowledgeError['code'], detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'KnowledgeError';
    this.code = code;
  }
}

/** Refuses what would train a model that looks right and is not. */
function assertEntries(entries: KnowledgeEntry[]): void {
  if (entries.length === 0) throw new KnowledgeError('knowledge.empty', 'there is no entry');
  const ids = new Set<string>();
  for (const [position, { id, question, similar }] of entries.entries()) {
    const isComplete =
      typeof id === 'string' && id !== '' && typeof question === 'string' && Array.isArray(similar);
    if (!isComplete || similar.some((text) => typeof text !== 'string')) {
      throw new KnowledgeError(
        'knowledge.entry_invalid',
        `entry ${position + 1} needs id, question, and similar`,
      );
    }
    if (ids.has(id)) throw new KnowledgeError('knowledge.duplicate_id', id);
    ids.add(id);
  }
}

/** A held-out question as the final decision would have seen it. */
interface HeldOut {
  scored: Scored;
  label: number;
  isInScope: boolean;
}

/**
 * Trains the engine on the entries: models, mix, calibrator, and thresholds. Synchronous and heavy (seconds); call it in a
 * worker thread. The same entries, options, and seed give the same model, byte for byte. Throws `KnowledgeError`.
 */
export function trainModel(entries: KnowledgeEntry[], options: TrainOptions): Model {
  assertEntries(entries);
  const seed = options.seed ?? 1;
  const progress = options.onProgress ?? (() => undefined);
  const texts: string[] = [];
  const labels: number[] = [];
  for (const [label, { question, similar }] of entries.entries()) {
    for (const text of new Set([question, ...similar])) {
      texts.push(text);
      labels.push(label);
    }
  }
  const given: LabelledTexts = {
    texts: texts.map((text) => extractFeatures(text, options.lang)),
    labels: Int32Array.from(labels),
    classCount: entries.length,
    approvedCount: texts.length,
  };
  const data = learnFromChats(given, texts, options);
  progress(0.05, 'features');
  const isSelfTaught = data.texts.length > given.texts.length;
  const isClassified = entries.length <= CLASSIFIED_ARTICLES_MAX;
  const trust = isClassified ? trustInHeldOut(given) : 1;
  const heldOut = holdOut(data, { seed, isClassified, trust, progress });
  const mix = isClassified ? blendMix(warmth(given), isSelfTaught) : fitMix(mixExamples(heldOut));
  const fitted = fitDecision(heldOut, mix, {
    budget: options.wrongAnswerBudget ?? DEFAULT_BUDGET,
    trust,
    unmeasured: decideUnmeasured(warmth(given), isSelfTaught),
  });
  progress(0.8, 'calibrated');
  const members = trainMembers(data, { seed, networkCount: NETWORKS });
  progress(1, 'trained');
  return buildModel({ lang: options.lang, entries, texts, members, mix, ...fitted });
}

interface Holding {
  seed: number;
  isClassified: boolean;
  trust: number;
  progress: (ratio: number, step: string) => void;
}

function holdOut(data: LabelledTexts, { seed, isClassified, trust, progress }: Holding): HeldOut[] {
  if (!isClassified) return holdOutIndexed(data, seed);
  return trust > 0 ? holdOutTrained(data, seed, progress) : [];
}

/** How far cross-validation is to be believed, 0 to 1, by the mean number of questions an article. */
function trustInHeldOut({ texts, classCount }: LabelledTexts): number {
  const each = texts.length / classCount;
  return Math.min(1, Math.max(0, (each - FEW_QUESTIONS) / (MANY_QUESTIONS - FEW_QUESTIONS)));
}

type Decision = Pick<Model, 'calibrator' | 'thresholds' | 'curve'>;

/** What decides without cross-validation, between the first day (warmth 0) and a few similar questions each (1). */
function decideUnmeasured(warmRatio: number, isSelfTaught: boolean): Decision {
  const cold = isSelfTaught ? SELF_TAUGHT_CALIBRATOR : COLD_CALIBRATOR;
  return {
    calibrator: blendCalibrators(cold, SPARSE_CALIBRATOR, warmRatio),
    thresholds: blendThresholds(DEFAULT_THRESHOLDS, SPARSE_THRESHOLDS, warmRatio),
    curve: [],
  };
}

/** The given texts and, where chats are given, the proposals from them; `texts` grows by the proposals as well. */
function learnFromChats(given: LabelledTexts, texts: string[], options: TrainOptions): LabelledTexts {
  const { chats = [], lang, seed = 1 } = options;
  if (chats.length === 0) return given;
  const proposals = proposeFromChats(given, chats, { lang, seed });
  for (const { chat } of proposals) texts.push(chats[chat]!);
  return extendTexts(
    given,
    proposals.map(({ chat, label }) => ({ text: extractFeatures(chats[chat]!, lang), label })),
  );
}

/**
 * Cross-validation in which each fold withholds whole articles (their questions stand for questions nobody wrote an article
 * for) and, of the other articles, a share of the questions.
 */
function holdOutTrained(
  data: LabelledTexts,
  seed: number,
  progress: (ratio: number, step: string) => void,
): HeldOut[] {
  const random = createPrng(seed + 100);
  const articleFold = assignParts(data.classCount, random);
  const byArticle = Array.from({ length: data.classCount }, () => [] as number[]);
  for (let i = 0; i < data.approvedCount; i++) byArticle[data.labels[i]!]!.push(i);
  const questionFold = new Int32Array(data.texts.length).fill(-1);
  for (const questions of byArticle) {
    // The only question of an article cannot be held out: nothing would be left to find.
    if (questions.length < 2) continue;
    shuffle(questions, random);
    const offset = Math.floor(random() * QUESTION_PARTS);
    for (const [place, question] of questions.entries())
      questionFold[question] = (place + offset) % QUESTION_PARTS;
  }
  const isSampled = sampleQuestions(data.texts.length, random);
  const heldOut: HeldOut[] = [];
  if (questionFold.filter((part) => part >= 0).length < HELD_OUT_MIN) return heldOut;
  for (let fold = 0; fold < FOLDS; fold++) {
    const isKept = (i: number) => articleFold[data.labels[i]!] !== fold && questionFold[i] !== fold;
    const kept = [...data.texts.keys()].filter(isKept);
    const members = trainMembers(
      {
        texts: kept.map((i) => data.texts[i]!),
        labels: Int32Array.from(kept, (i) => data.labels[i]!),
        classCount: data.classCount,
        approvedCount: kept.filter((i) => i < data.approvedCount).length,
      },
      { seed: seed + 1000 * (fold + 1), networkCount: NETWORKS_HELD_OUT },
    );
    for (let i = 0; i < data.approvedCount; i++) {
      if (isKept(i) || !isSampled[i]) continue;
      const isInScope = articleFold[data.labels[i]!] !== fold;
      heldOut.push({ scored: scoreMembers(members, data.texts[i]!), label: data.labels[i]!, isInScope });
    }
    progress(0.05 + (0.7 * (fold + 1)) / FOLDS, 'cross-validation');
  }
  return heldOut;
}

function assignParts(count: number, random: () => number): Int32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  shuffle(order, random);
  const parts = new Int32Array(count);
  for (const [place, item] of order.entries()) parts[item] = place % ARTICLE_PARTS;
  return parts;
}

function sampleQuestions(count: number, random: () => number): Uint8Array {
  const share = HELD_OUT_MAX / count;
  return Uint8Array.from({ length: count }, () => (share >= 1 || random() < share ? 1 : 0));
}

/** In a large knowledge base only the index scores, so hiding a question or an article is enough: nothing is trained again. */
function holdOutIndexed(data: LabelledTexts, seed: number): HeldOut[] {
  const random = createPrng(seed + 100);
  const members = trainMembers(data, { seed, networkCount: 0 });
  const counts = new Int32Array(data.classCount);
  for (const label of data.labels) counts[label]!++;
  const isSampled = sampleQuestions(data.texts.length * 2, random);
  const heldOut: HeldOut[] = [];
  for (let i = 0; i < data.texts.length; i++) {
    const label = data.labels[i]!;
    const text = data.texts[i]!;
    if (isSampled[2 * i] && counts[label]! > 1) {
      heldOut.push({ scored: scoreMembers(members, text, { question: i }), label, isInScope: true });
    }
    if (isSampled[2 * i + 1]) {
      heldOut.push({ scored: scoreMembers(members, text, { classIndex: label }), label, isInScope: false });
    }
  }
  return heldOut;
}

function mixExamples(heldOut: HeldOut[]): MixExample[] {
  return heldOut
    .filter(({ isInScope }) => isInScope)
    .map(({ scored, label }) => ({ scored, rightAt: scored.classes.indexOf(label) }))
    .filter(({ rightAt }) => rightAt >= 0);
}

function fitDecision(
  heldOut: HeldOut[],
  mix: Float64Array,
  options: { budget: number; trust: number; unmeasured: Decision },
): Decision {
  const usable = heldOut.filter(({ scored }) => scored.classes.length > 0);
  const inScope = usable.filter((row) => row.isInScope);
  const { budget, trust, unmeasured } = options;
  if (inScope.length < HELD_OUT_MIN) return unmeasured;
  const withheldCount = Math.max(1, usable.length - inScope.length);
  const withheldWeight = ((WITHHELD_SHARE / (1 - WITHHELD_SHARE)) * inScope.length) / withheldCount;
  const examples: CalibrationExample[] = usable.map(({ scored, label, isInScope }) => {
    const { order, values } = computeEvidence(scored, mix);
    const isRight = isInScope && scored.classes[order[0]!] === label;
    return { values, isRight, weight: isInScope ? 1 : withheldWeight };
  });
  const calibrator = blendCalibrators(unmeasured.calibrator, fitCalibrator(examples), trust);
  const judged: Judged[] = examples.map(({ values, isRight }, i) => ({
    confidence: calibrate(calibrator, values),
    isRight,
    isInScope: usable[i]!.isInScope,
  }));
  const thresholds = blendThresholds(unmeasured.thresholds, chooseThresholds(judged, budget), trust);
  return { calibrator, thresholds, curve: computeCurve(judged) };
}
