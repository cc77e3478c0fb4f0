import { createPrng, shuffle } from './prng.ts';
import type { SparseVector } from './vocabulary.ts';

/** One-against-the-rest linear machines for all classes, weights stored feature by feature. */
export interface LinearModel {
  classCount: number;
  /** Features with an id below this have weights; rarer ones are ignored. */
  featureCount: number;
  /** featureCount rows of classCount weights, then one row of biases. */
  weights: Float32Array;
}

/** Settings of the dual coordinate descent. */
export interface LinearOptions {
  classCount: number;
  featureCount: number;
  /** Cost of a margin violation of an own and of a foreign example. */
  costOwn: number;
  costOther: number;
  passes: number;
  seed: number;
}

// The bias is a feature of every example; below 1 it is regularised more than the words, which helps rare classes.
const BIAS = 0.5;

/** Scores of every class for one text, written into `scores`. */
export function scoreLinear(model: LinearModel, vector: SparseVector, scores: Float64Array): void {
  const { classCount, featureCount, weights } = model;
  const biasAt = featureCount * classCount;
  for (let c = 0; c < classCount; c++) scores[c] = BIAS * weights[biasAt + c]!;
  const { ids, values } = vector;
  for (let f = 0; f < ids.length; f++) {
    const id = ids[f]!;
    if (id >= featureCount) break; // ids ascend
    const value = values[f]!;
    const at = id * classCount;
    for (let c = 0; c < classCount; c++) scores[c]! += value * weights[at + c]!;
  }
}

function addTo(model: LinearModel, vector: SparseVector, classIndex: number, delta: number): void {
  const { classCount, featureCount, weights } = model;
  const { ids, values } = vector;
  for (let f = 0; f < ids.length; f++) {
    const id = ids[f]!;
    if (id >= featureCount) break;
    weights[id * classCount + classIndex]! += delta * values[f]!;
  }
  weights[featureCount * classCount + classIndex]! += delta * BIAS;
}

/**
 * Trains all classes together by dual coordinate descent for the squared hinge loss (Hsieh et al. 2008, algorithm 1). One
 * visit of an example scores every class in one contiguous sweep; updates are few after the first pass. A label of -1 is an
 * example of no class. Time: passes × examples × features of an example × classes.
 */
export function trainLinear(
  vectors: SparseVector[],
  labels: Int32Array,
  options: LinearOptions,
): LinearModel {
  const { classCount, featureCount } = options;
  const model = { classCount, featureCount, weights: new Float32Array((featureCount + 1) * classCount) };
  const alpha = new Float32Array(vectors.length * classCount);
  const scores = new Float64Array(classCount);
  const order = Uint32Array.from(vectors.keys());
  const random = createPrng(options.seed);
  const diagonalOwn = 0.5 / options.costOwn;
  const diagonalOther = 0.5 / options.costOther;
  for (let pass = 0; pass < options.passes; pass++) {
    shuffle(order, random);
    for (const i of order) {
      const vector = vectors[i]!;
      if (vector.ids.length === 0) continue;
      scoreLinear(model, vector, scores);
      const label = labels[i]!;
      for (let c = 0; c < classCount; c++) {
        const sign = c === label ? 1 : -1;
        const diagonal = c === label ? diagonalOwn : diagonalOther;
        const at = i * classCount + c;
        const before = alpha[at]!;
        const gradient = sign * scores[c]! - 1 + before * diagonal;
        if (before === 0 && gradient >= 0) continue;
        const after = Math.max(before - gradient / (1 + BIAS * BIAS + diagonal), 0);
        if (Math.abs(after - before) < 1e-5) continue;
        alpha[at] = after;
        addTo(model, vector, c, (after - before) * sign);
      }
    }
  }
  return model;
}
