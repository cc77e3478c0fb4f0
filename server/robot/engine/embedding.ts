import { createPrng, shuffle, type Prng } from './prng.ts';
import type { SparseVector } from './vocabulary.ts';

/** A small network: the mean of learned feature vectors, then a softmax over the classes. */
export interface EmbeddingModel {
  classCount: number;
  featureCount: number;
  dimension: number;
  /** featureCount rows of `dimension` numbers. */
  input: Float32Array;
  /** classCount rows of `dimension` numbers, then one row of biases. */
  output: Float32Array;
}

/** Settings of the stochastic gradient descent. */
export interface EmbeddingOptions {
  classCount: number;
  featureCount: number;
  dimension: number;
  passes: number;
  rate: number;
  /** Share of the features left out at each visit, so that no class hangs on one word; 0 to below 1. */
  dropout: number;
  seed: number;
}

function hiddenOf(model: EmbeddingModel, vector: SparseVector, hidden: Float64Array): void {
  const { dimension, featureCount, input } = model;
  hidden.fill(0);
  for (let f = 0; f < vector.ids.length; f++) {
    const id = vector.ids[f]!;
    if (id >= featureCount) break; // ids ascend
    const value = vector.values[f]!;
    const at = id * dimension;
    for (let d = 0; d < dimension; d++) hidden[d]! += value * input[at + d]!;
  }
}

/** Log-probability of every class for one text, written into `scores`. */
export function scoreEmbedding(model: EmbeddingModel, vector: SparseVector, scores: Float64Array): void {
  const hidden = new Float64Array(model.dimension);
  hiddenOf(model, vector, hidden);
  scoreHidden(model, hidden, scores);
}

function scoreHidden(model: EmbeddingModel, hidden: Float64Array, scores: Float64Array): void {
  const { classCount, dimension, output } = model;
  let largest = -Infinity;
  for (let c = 0; c < classCount; c++) {
    let sum = output[classCount * dimension + c]!;
    const at = c * dimension;
    for (let d = 0; d < dimension; d++) sum += hidden[d]! * output[at + d]!;
    scores[c] = sum;
    if (sum > largest) largest = sum;
  }
  let total = 0;
  for (let c = 0; c < classCount; c++) total += Math.exp(scores[c]! - largest);
  const logTotal = largest + Math.log(total);
  for (let c = 0; c < classCount; c++) scores[c]! -= logTotal;
}

/** Trains by plain stochastic gradient descent with a rate that falls linearly to zero. Examples with label -1 are skipped. */
export function trainEmbedding(
  vectors: SparseVector[],
  labels: Int32Array,
  options: EmbeddingOptions,
): EmbeddingModel {
  const { classCount, featureCount, dimension } = options;
  const random = createPrng(options.seed);
  const input = new Float32Array(featureCount * dimension);
  for (let at = 0; at < input.length; at++) input[at] = (random() - 0.5) * 0.2;
  const output = new Float32Array(classCount * (dimension + 1));
  const model: EmbeddingModel = { classCount, featureCount, dimension, input, output };
  const order = Uint32Array.from(vectors.keys());
  const hidden = new Float64Array(dimension);
  const back = new Float64Array(dimension);
  const scores = new Float64Array(classCount);
  const steps = options.passes * vectors.length;
  let step = 0;
  for (let pass = 0; pass < options.passes; pass++) {
    shuffle(order, random);
    for (const i of order) {
      const rate = options.rate * (1 - step++ / steps);
      if (labels[i]! < 0 || vectors[i]!.ids.length === 0) continue;
      const vector = dropFeatures(vectors[i]!, options.dropout, random);
      hiddenOf(model, vector, hidden);
      scoreHidden(model, hidden, scores);
      learnOutput(model, hidden, { scores, back, label: labels[i]!, rate });
      learnInput(model, vector, back);
    }
  }
  return model;
}

function dropFeatures(vector: SparseVector, dropout: number, random: Prng): SparseVector {
  if (dropout === 0) return vector;
  const ids = new Uint32Array(vector.ids.length);
  const values = new Float32Array(vector.ids.length);
  const scale = 1 / (1 - dropout);
  let kept = 0;
  for (let f = 0; f < vector.ids.length; f++) {
    if (random() < dropout) continue;
    ids[kept] = vector.ids[f]!;
    values[kept++] = vector.values[f]! * scale;
  }
  return { ids: ids.subarray(0, kept), values: values.subarray(0, kept) };
}

interface Step {
  scores: Float64Array;
  back: Float64Array;
  label: number;
  rate: number;
}

function learnOutput(model: EmbeddingModel, hidden: Float64Array, step: Step): void {
  const { classCount, dimension, output } = model;
  step.back.fill(0);
  for (let c = 0; c < classCount; c++) {
    const error = (c === step.label ? 1 : 0) - Math.exp(step.scores[c]!);
    // A class that is nearly impossible teaches nothing worth its sweep.
    if (error > -1e-3 && error < 1e-3) continue;
    const delta = step.rate * error;
    const at = c * dimension;
    for (let d = 0; d < dimension; d++) {
      step.back[d]! += delta * output[at + d]!;
      output[at + d]! += delta * hidden[d]!;
    }
    output[classCount * dimension + c]! += delta;
  }
}

function learnInput(model: EmbeddingModel, vector: SparseVector, back: Float64Array): void {
  const { dimension, featureCount, input } = model;
  for (let f = 0; f < vector.ids.length; f++) {
    const id = vector.ids[f]!;
    if (id >= featureCount) break;
    const value = vector.values[f]!;
    const at = id * dimension;
    for (let d = 0; d < dimension; d++) input[at + d]! += value * back[d]!;
  }
}
