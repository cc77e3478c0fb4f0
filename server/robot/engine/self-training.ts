import { computeEvidence } from './evidence.ts';
import { extractFeatures, type HashedText } from './features.ts';
import {
  CLASSIFIED_ARTICLES_MAX,
  scoreMembers,
  trainMembers,
  type LabelledTexts,
  type Members,
} from './members.ts';
import { blendMix } from './mix.ts';
import { exactKey, maskNumbers, normaliseText } from './normalise.ts';
import type { Lang } from './types.ts';

/** A question of the bank's own that the engine would propose as a similar question. */
export interface Proposal {
  /** Position among the chats. */
  chat: number;
  label: number;
}

// More unlabelled questions than this add time and no accuracy.
const CHATS_MAX = 30_000;
/**
 * Each round is trained on the proposals of the one before and may take more for each article; the bar is the share of the
 * mixed models, and an article takes its surest proposals first, so that frequent subjects do not drown rare ones.
 */
const ROUNDS = [
  { perArticle: 20, shareMin: 0.4, nearestMin: 0.25 },
  { perArticle: 60, shareMin: 0.8, nearestMin: 0.1 },
  { perArticle: 120, shareMin: 0.9, nearestMin: 0.05 },
] as const;
// How far the later rounds trust models that were trained on guesses (see `blendMix`).
const WARMTH_LATER = 0.4;
// An article with this many known questions learns from reviewed questions, not from its own guesses.
const SATURATED_QUESTIONS = 40;

/**
 * Proposes similar questions from unlabelled ones by self-training in three rounds. Deterministic; takes seconds for ten
 * thousand questions. Gives nothing above `CLASSIFIED_ARTICLES_MAX` articles, where no model is trained.
 */
export function proposeFromChats(
  data: LabelledTexts,
  chats: string[],
  options: { lang: Lang; seed: number },
): Proposal[] {
  if (data.classCount > CLASSIFIED_ARTICLES_MAX) return [];
  const unlabelled = distinctChats(chats, options.lang);
  let proposals: Proposal[] = [];
  for (const [round, limits] of ROUNDS.entries()) {
    const known = extendTexts(
      data,
      proposals.map(({ chat, label }) => ({ text: unlabelled.get(chat)!, label })),
    );
    const members = trainMembers(known, { seed: options.seed + 50 * round, networkCount: 1 });
    const mix = blendMix(round === 0 ? warmth(data) : Math.max(WARMTH_LATER, warmth(data)));
    proposals = pickProposals({ data, members, mix, unlabelled }, limits);
  }
  return proposals;
}

/** The labelled texts with more of them at the end. */
export function extendTexts(data: LabelledTexts, more: { text: HashedText; label: number }[]): LabelledTexts {
  return {
    texts: [...data.texts, ...more.map(({ text }) => text)],
    labels: Int32Array.from([...data.labels, ...more.map(({ label }) => label)]),
    classCount: data.classCount,
    approvedCount: data.approvedCount,
  };
}

// From this many known questions on, an article teaches the trained models enough to lead.
const WARM_QUESTIONS = 5;

/** Share of the articles with enough questions to train on, 0 to 1. */
export function warmth(data: LabelledTexts): number {
  return countQuestions(data).filter((count) => count >= WARM_QUESTIONS).length / data.classCount;
}

function countQuestions({ labels, classCount, approvedCount }: LabelledTexts): Int32Array {
  const counts = new Int32Array(classCount);
  for (const label of labels.subarray(0, approvedCount)) counts[label]!++;
  return counts;
}

function distinctChats(chats: string[], lang: Lang): Map<number, HashedText> {
  const seen = new Set<string>();
  const distinct = new Map<number, HashedText>();
  for (const [chat, text] of chats.slice(0, CHATS_MAX).entries()) {
    const key = exactKey(maskNumbers(normaliseText(text)), lang);
    if (key === '' || seen.has(key)) continue;
    seen.add(key);
    distinct.set(chat, extractFeatures(text, lang));
  }
  return distinct;
}

interface Round {
  data: LabelledTexts;
  members: Members;
  mix: Float64Array;
  unlabelled: Map<number, HashedText>;
}

function pickProposals(round: Round, limits: (typeof ROUNDS)[number]): Proposal[] {
  const byArticle = Array.from(
    { length: round.data.classCount },
    () => [] as { chat: number; rank: number }[],
  );
  for (const [chat, text] of round.unlabelled) {
    const scored = scoreMembers(round.members, text);
    if (scored.neighbours.length === 0) continue;
    const { order, shares } = computeEvidence(scored, round.mix);
    const first = order[0]!;
    const nearest = scored.neighbours.find(
      ({ question }) => round.members.labels[question] === scored.classes[first],
    );
    if (shares[first]! < limits.shareMin || (nearest?.similarity ?? 0) < limits.nearestMin) continue;
    byArticle[scored.classes[first]!]!.push({ chat, rank: shares[first]! * nearest!.similarity });
  }
  const counts = countQuestions(round.data);
  return byArticle.flatMap((found, label) =>
    found
      .sort((a, b) => b.rank - a.rank || a.chat - b.chat)
      .slice(0, counts[label]! >= SATURATED_QUESTIONS ? 0 : limits.perArticle)
      .map(({ chat }) => ({ chat, label })),
  );
}
