import type { SparseVector } from './vocabulary.ts';

/** Known questions by feature: for each feature the questions that have it, with the weight. */
export interface NeighbourIndex {
  questionCount: number;
  /** featureCount + 1 positions into `questions` and `values`. */
  starts: Uint32Array;
  questions: Uint32Array;
  values: Float32Array;
}

/** A known question and its cosine with the text. */
export interface Neighbour {
  question: number;
  similarity: number;
}

// Below this size every posting is read: an exact scan costs less than 0.3 ms.
const EXACT_QUESTIONS_MAX = 3_000;
// Above it, features in more than 5 % of the questions are read only while fewer than this many rarer ones were found.
const RARE_FEATURES_MIN = 6;
const COMMON_SHARE = 0.05;

/** Builds the inverted index; memory is eight bytes for each feature of each question. */
export function buildIndex(vectors: SparseVector[], featureCount: number): NeighbourIndex {
  const starts = new Uint32Array(featureCount + 1);
  for (const { ids } of vectors) for (const id of ids) starts[id + 1]!++;
  for (let id = 0; id < featureCount; id++) starts[id + 1]! += starts[id]!;
  const next = starts.slice();
  const questions = new Uint32Array(starts[featureCount]!);
  const values = new Float32Array(starts[featureCount]!);
  for (let question = 0; question < vectors.length; question++) {
    const { ids, values: weights } = vectors[question]!;
    for (let f = 0; f < ids.length; f++) {
      const at = next[ids[f]!]!++;
      questions[at] = question;
      values[at] = weights[f]!;
    }
  }
  return { questionCount: vectors.length, starts, questions, values };
}

/** Scratch memory of one searcher; a searcher is used by one thread only. */
export interface Searcher {
  index: NeighbourIndex;
  sums: Float32Array;
  touched: Uint32Array;
}

export function createSearcher(index: NeighbourIndex): Searcher {
  return {
    index,
    sums: new Float32Array(index.questionCount),
    touched: new Uint32Array(index.questionCount),
  };
}

/** The `count` questions of largest cosine, best first; ties go to the lower number. */
export function findNeighbours(searcher: Searcher, vector: SparseVector, count: number): Neighbour[] {
  const { index, sums, touched } = searcher;
  let touchedCount = 0;
  const isExact = index.questionCount <= EXACT_QUESTIONS_MAX;
  const commonMin = Math.max(200, index.questionCount * COMMON_SHARE);
  // Ids ascend from common to rare, so reading backwards reads the rare features first.
  let rareCount = 0;
  for (let f = vector.ids.length - 1; f >= 0; f--) {
    const id = vector.ids[f]!;
    const from = index.starts[id]!;
    const to = index.starts[id + 1]!;
    if (!isExact && to - from > commonMin && rareCount >= RARE_FEATURES_MIN) break;
    if (to > from) rareCount++;
    const value = vector.values[f]!;
    for (let at = from; at < to; at++) {
      const question = index.questions[at]!;
      if (sums[question] === 0) touched[touchedCount++] = question;
      sums[question]! += value * index.values[at]!;
    }
  }
  const best = selectBest(searcher, touchedCount, count);
  for (let i = 0; i < touchedCount; i++) sums[touched[i]!] = 0;
  return best;
}

function selectBest({ sums, touched }: Searcher, touchedCount: number, count: number): Neighbour[] {
  const best: Neighbour[] = [];
  let floor = 0;
  for (let i = 0; i < touchedCount; i++) {
    const question = touched[i]!;
    const similarity = Math.min(1, sums[question]!);
    if (best.length === count && similarity < floor) continue;
    let at = best.length;
    while (at > 0 && isBefore(similarity, question, best[at - 1]!)) at--;
    best.splice(at, 0, { question, similarity });
    if (best.length > count) best.pop();
    floor = best[best.length - 1]!.similarity;
  }
  return best;
}

function isBefore(similarity: number, question: number, other: Neighbour): boolean {
  return similarity > other.similarity || (similarity === other.similarity && question < other.question);
}
