import { MEMBER_COUNT, type Scored } from './members.ts';

/** Scores of one held-out question and the position of its article among `classes`. */
export interface MixExample {
  scored: Scored;
  rightAt: number;
}

// The trained models lead where articles have similar questions, the nearest question leads where they have none. Fitting
// these on held-out questions was tried and is worse: near-duplicates among similar questions flatter the votes.
const MIX_WARM = [4, 0.8, 2, 0];
const MIX_COLD = [1.5, 0.15, 6, 6];
const MIX_SELF_TAUGHT = [4, 0.8, 6, 6];

/**
 * Weights of the members for trained articles, by the share of articles with enough similar questions, 0 to 1, and by
 * whether the others were taught by proposals from chats.
 */
export function blendMix(warmRatio: number, isSelfTaught = false): Float64Array {
  const cold = isSelfTaught ? MIX_SELF_TAUGHT : MIX_COLD;
  return Float64Array.from(MIX_WARM, (warm, m) => warmRatio * warm + (1 - warmRatio) * cold[m]!);
}

/** The point towards which the fit for a large knowledge base is drawn. */
const DEFAULT_MIX = Float64Array.of(1, 1, 10, 6);

// Strength of that pull, in questions.
const PRIOR_STRENGTH = 0.5;
const NEWTON_STEPS = 12;

/** Share of each article under the mix (log-linear pooling): a softmax of the weighted sum of the members' scores. */
export function mixScores(scored: Scored, weights: Float64Array): Float64Array {
  const shares = new Float64Array(scored.classes.length);
  let largest = -Infinity;
  for (let at = 0; at < shares.length; at++) {
    let sum = 0;
    for (let m = 0; m < MEMBER_COUNT; m++) sum += weights[m]! * scored.scores[at * MEMBER_COUNT + m]!;
    shares[at] = sum;
    if (sum > largest) largest = sum;
  }
  let total = 0;
  for (let at = 0; at < shares.length; at++) total += shares[at] = Math.exp(shares[at]! - largest);
  for (let at = 0; at < shares.length; at++) shares[at]! /= total;
  return shares;
}

/**
 * Fits the weights of the members on held-out questions by maximum likelihood with Newton steps; the problem is convex and
 * has four unknowns. With no examples the default weights come back.
 */
export function fitMix(examples: MixExample[]): Float64Array {
  let weights: Float64Array = DEFAULT_MIX.slice();
  let slope = measureSlope(examples, weights);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const change = solve(slope.hessian, slope.gradient.slice());
    const better = improve(examples, { weights, change, slope });
    if (!better) break;
    ({ weights, slope } = better);
  }
  return weights;
}

/** A full step, or the first of its halvings that improves the fit; undefined at the optimum. */
function improve(
  examples: MixExample[],
  from: { weights: Float64Array; change: Float64Array; slope: Slope },
): { weights: Float64Array; slope: Slope } | undefined {
  for (let scale = 1; scale > 0.01; scale /= 2) {
    // No member may count against an article: a negative weight is an accident of a small sample.
    const weights = from.weights.map((weight, m) => Math.max(0, weight + scale * from.change[m]!));
    const slope = measureSlope(examples, weights);
    if (slope.value > from.slope.value + 1e-6) return { weights, slope };
  }
  return undefined;
}

interface Slope {
  value: number;
  gradient: Float64Array;
  hessian: Float64Array[];
}

function measureSlope(examples: MixExample[], weights: Float64Array): Slope {
  const gradient = weights.map((weight, m) => (PRIOR_STRENGTH * (DEFAULT_MIX[m]! - weight)) / spread(m));
  const hessian = Array.from(weights, (_, m) => {
    const row = new Float64Array(MEMBER_COUNT);
    row[m] = PRIOR_STRENGTH / spread(m);
    return row;
  });
  let value = 0;
  for (const [m, weight] of weights.entries()) {
    value -= (PRIOR_STRENGTH * (DEFAULT_MIX[m]! - weight) ** 2) / (2 * spread(m));
  }
  for (const { scored, rightAt } of examples) {
    const shares = mixScores(scored, weights);
    value += Math.log(Math.max(1e-12, shares[rightAt]!));
    const mean = new Float64Array(MEMBER_COUNT);
    for (let at = 0; at < shares.length; at++) {
      for (let m = 0; m < MEMBER_COUNT; m++) mean[m]! += shares[at]! * scored.scores[at * MEMBER_COUNT + m]!;
    }
    for (let m = 0; m < MEMBER_COUNT; m++)
      gradient[m]! += scored.scores[rightAt * MEMBER_COUNT + m]! - mean[m]!;
    addCovariance({ shares, mean, scored }, hessian);
  }
  return { value, gradient, hessian };
}

function spread(member: number): number {
  return DEFAULT_MIX[member]! ** 2;
}

function addCovariance(
  row: { shares: Float64Array; mean: Float64Array; scored: Scored },
  hessian: Float64Array[],
): void {
  for (let at = 0; at < row.shares.length; at++) {
    const share = row.shares[at]!;
    if (share < 1e-7) continue;
    for (let m = 0; m < MEMBER_COUNT; m++) {
      const difference = row.scored.scores[at * MEMBER_COUNT + m]! - row.mean[m]!;
      for (let n = 0; n < MEMBER_COUNT; n++) {
        hessian[m]![n]! += share * difference * (row.scored.scores[at * MEMBER_COUNT + n]! - row.mean[n]!);
      }
    }
  }
}

/** Solves a small symmetric positive definite system by elimination; both arguments are consumed. */
export function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  for (let pivot = 0; pivot < size; pivot++) {
    const divisor = matrix[pivot]![pivot]!;
    for (let row = pivot + 1; row < size; row++) {
      const factor = matrix[row]![pivot]! / divisor;
      for (let column = pivot; column < size; column++)
        matrix[row]![column]! -= factor * matrix[pivot]![column]!;
      right[row]! -= factor * right[pivot]!;
    }
  }
  const solution = new Float64Array(size);
  for (let row = size - 1; row >= 0; row--) {
    let sum = right[row]!;
    for (let column = row + 1; column < size; column++) sum -= matrix[row]![column]! * solution[column]!;
    solution[row] = sum / matrix[row]![row]!;
  }
  return solution;
}
