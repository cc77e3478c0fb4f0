import { foldCharacters } from './normalise.ts';
import { createPrng, shuffle } from './prng.ts';

/** A linear reading of praise and blame over hashed pieces of a text; no text is in it. */
export interface PolarityModel {
  /** 2 to the power of `bits` weights. */
  bits: number;
  weights: Float32Array;
  /** Steepness of the logistic curve from the sum to a probability. */
  steepness: number;
}

/** A text somebody judged; 1 is praise, 0 is blame. */
export interface JudgedText {
  text: string;
  label: 0 | 1;
}

/** Settings of a training; the same settings and rows give the same weights. */
export interface PolarityOptions {
  bits?: number;
  cost?: number;
  passes?: number;
  seed?: number;
}

/** Longer texts are read at both ends: people come to the point at the beginning or sum up at the end. */
const HEAD_CHARACTERS = 1_200;
const TAIL_CHARACTERS = 600;
const DEFAULTS = { bits: 18, cost: 0.6, passes: 10, seed: 1 };
// A piece that only one text holds teaches its noise.
const TEXTS_MIN = 2;
// Weights of pieces of one, two, and three ideographs, of words with their pairs, and of runs of marks.
const PIECE_WEIGHTS = [0.7, 1, 0.9];
const WORD_WEIGHT = 1;
const PAIR_WEIGHT = 0.9;
const MARK_WEIGHT = 0.5;
// How much more a piece counts that stands in praise or blame alone; its least is kept above nothing.
const LEANING_POWER = 0.5;
const LEANING_MIN = 0.1;
// Turns the sum into a probability; chosen so that nine in ten texts at 0.9 are what they seem.
const STEEPNESS = 4;

const RUN = /[\p{Script=Han}]+|[\p{L}\p{M}]+|\d+|[!?~。.…]{1,3}|\p{Extended_Pictographic}/gu;
const HAN = /\p{Script=Han}/u;
const WORD = /[\p{L}\p{M}]/u;

function hash(text: string, seed: number): number {
  let value = (0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1)) | 0;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

/** Pieces of one text by hash, with their weight. Distinct pieces only: a repetition is emphasis, not evidence. */
export function readPieces(text: string): Map<number, number> {
  const cut =
    text.length <= HEAD_CHARACTERS + TAIL_CHARACTERS
      ? text
      : `${text.slice(0, HEAD_CHARACTERS)} ${text.slice(-TAIL_CHARACTERS)}`;
  const folded = foldCharacters(cut.normalize('NFC'));
  const pieces = new Map<number, number>();
  let previous = '^';
  for (const [run] of folded.matchAll(RUN)) {
    if (HAN.test(run)) addIdeographs(run, pieces);
    else if (WORD.test(run)) {
      pieces.set(hash(run, 11), WORD_WEIGHT);
      pieces.set(hash(`${previous} ${run}`, 12), PAIR_WEIGHT);
      previous = run;
    } else pieces.set(hash(run, 13), MARK_WEIGHT);
  }
  return pieces;
}

function addIdeographs(run: string, into: Map<number, number>): void {
  const units = [...run];
  for (let length = 1; length <= PIECE_WEIGHTS.length; length++) {
    for (let at = 0; at + length <= units.length; at++) {
      into.set(hash(units.slice(at, at + length).join(''), length), PIECE_WEIGHTS[length - 1]!);
    }
  }
}

interface Example {
  buckets: Uint32Array;
  values: Float32Array;
  sign: 1 | -1;
}

/** Pieces as bucket numbers with values of length one, after `leaning` has weighted them. */
function toVector(
  pieces: Map<number, number>,
  bits: number,
  leaning?: Float32Array,
): { buckets: Uint32Array; values: Float32Array } {
  const mask = 2 ** bits - 1;
  const buckets = Uint32Array.from(pieces.keys(), (key) => key & mask);
  const values = Float32Array.from(pieces.values());
  let square = 0;
  for (let at = 0; at < values.length; at++) {
    if (leaning) values[at]! *= leaning[buckets[at]!]!;
    square += values[at]! ** 2;
  }
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
  for (let at = 0; at < values.length; at++) values[at]! *= scale;
  return { buckets, values };
}

/** How far the pieces of each bucket lean to praise or blame: the log-ratio of their shares, damped. */
function measureLeaning(vectors: { buckets: Uint32Array }[], rows: JudgedText[], bits: number): Float32Array {
  const praise = new Float64Array(2 ** bits).fill(1);
  const blame = new Float64Array(2 ** bits).fill(1);
  let praises = 2;
  for (const [row, { buckets }] of vectors.entries()) {
    const isPraise = rows[row]!.label === 1;
    if (isPraise) praises++;
    for (const bucket of buckets) (isPraise ? praise : blame)[bucket]!++;
  }
  const blames = rows.length + 4 - praises;
  return Float32Array.from(praise, (count, bucket) => {
    const ratio = Math.log(count / praises / (blame[bucket]! / blames));
    return (Math.abs(ratio) + LEANING_MIN) ** LEANING_POWER;
  });
}

/** Trains a model on judged texts; some seconds for twenty thousand. Texts of both kinds are needed. */
export function trainPolarity(rows: JudgedText[], options: PolarityOptions = {}): PolarityModel {
  const { bits, cost, passes, seed } = { ...DEFAULTS, ...options };
  const read = rows.map(({ text }) => readPieces(text));
  const counts = new Map<number, number>();
  for (const pieces of read) for (const key of pieces.keys()) counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const pieces of read) {
    for (const key of pieces.keys()) if (counts.get(key)! < TEXTS_MIN) pieces.delete(key);
  }
  const leaning = measureLeaning(
    read.map((pieces) => toVector(pieces, bits)),
    rows,
    bits,
  );
  const examples = read.map((pieces, row): Example => {
    return { ...toVector(pieces, bits, leaning), sign: rows[row]!.label === 1 ? 1 : -1 };
  });
  const weights = new Float32Array(2 ** bits);
  descend(examples, weights, { cost, passes, seed });
  return { bits, weights: weights.map((weight, bucket) => weight * leaning[bucket]!), steepness: STEEPNESS };
}

/**
 * Dual coordinate descent for the squared hinge loss (Hsieh et al. 2008); fills the weights. There is no bias: so the sign
 * of a sum does not hang on the length of its vector, and a text without a known piece is neither.
 */
function descend(
  examples: Example[],
  weights: Float32Array,
  { cost, passes, seed }: { cost: number; passes: number; seed: number },
): void {
  const diagonal = 0.5 / cost;
  const alpha = new Float64Array(examples.length);
  const order = Uint32Array.from(examples.keys());
  const random = createPrng(seed);
  for (let pass = 0; pass < passes; pass++) {
    shuffle(order, random);
    for (const i of order) {
      const { buckets, values, sign } = examples[i]!;
      let sum = 0;
      for (let f = 0; f < buckets.length; f++) sum += weights[buckets[f]!]! * values[f]!;
      const before = alpha[i]!;
      const after = Math.max(0, before - (sign * sum - 1 + before * diagonal) / (1 + diagonal));
      if (after === before) continue;
      alpha[i] = after;
      const delta = (after - before) * sign;
      for (let f = 0; f < buckets.length; f++) weights[buckets[f]!]! += delta * values[f]!;
    }
  }
}

/** Sum of the weights of one text: above 0 is praise; 0 without a known piece. */
export function sumPolarity(model: PolarityModel, text: string): number {
  const { buckets, values } = toVector(readPieces(text), model.bits);
  let sum = 0;
  for (let f = 0; f < buckets.length; f++) sum += model.weights[buckets[f]!]! * values[f]!;
  return sum;
}

/** Probability, 0 to 1, that the text is praise. */
export function scorePolarity(model: PolarityModel, text: string): number {
  return 1 / (1 + Math.exp(-model.steepness * sumPolarity(model, text)));
}

const KIND = 'vaultdesk-polarity';
const REVISION = 1;
const BITS_MAX = 20;
const STEPS = 127;

interface Written {
  kind: string;
  revision: number;
  bits: number;
  steepness: number;
  /** One step of a weight. */
  step: number;
  /** Signed bytes, base64. */
  weights: string;
}

/** A model as a JSON text; weights are rounded to 127 steps each way. */
export function presentPolarity(model: PolarityModel): string {
  const step = model.weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 1e-9) / STEPS;
  const bytes = Int8Array.from(model.weights, (weight) => Math.round(weight / step));
  const { bits, steepness } = model;
  const weights = Buffer.from(bytes.buffer).toString('base64');
  const written: Written = { kind: KIND, revision: REVISION, bits, steepness, step, weights };
  return `${JSON.stringify(written, null, 2)}\n`;
}

/** The model of a JSON text; undefined for anything else. */
export function parsePolarity(text: string): PolarityModel | undefined {
  let written: Partial<Written>;
  try {
    written = JSON.parse(text) as Partial<Written>;
  } catch {
    return undefined;
  }
  const { kind, revision, bits, steepness, step, weights } = written ?? {};
  if (kind !== KIND || revision !== REVISION || typeof weights !== 'string') return undefined;
  if (![bits, steepness, step].every((value) => Number.isFinite(value)) || bits! > BITS_MAX) return undefined;
  const bytes = new Int8Array(Buffer.from(weights, 'base64'));
  if (bytes.length !== 2 ** bits!) return undefined;
  return {
    bits: bits!,
    steepness: steepness!,
    weights: Float32Array.from(bytes, (byte) => byte * step!),
  };
}
