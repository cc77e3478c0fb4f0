import { MEMBER_COUNT, type Members, type Scored } from './members.ts';
import { mixScores } from './mix.ts';

/** What the calibrator looks at, in this order. */
export const EVIDENCE_NAMES = [
  'share',
  'margin',
  'linearBest',
  'linearGap',
  'agreement',
  'nearestOwn',
  'nearestAny',
  'votesOwn',
  'unknown',
  'unknownWords',
  'length',
] as const;

/** Whether more of each speaks for the first candidate (1), against it (-1), or neither (0). */
export const EVIDENCE_DIRECTIONS: readonly (1 | 0 | -1)[] = [1, 1, 1, 1, 1, 1, 1, 1, -1, -1, 0];

/** The mixed reading of one text. */
export interface Evidence {
  /** Positions in `scored.classes`, best first, at most ten. */
  order: number[];
  shares: Float64Array;
  values: Float64Array;
}

const CANDIDATES_MAX = 10;

/** Positions of the largest values, largest first; ties go to the lower position. */
export function topPositions(values: ArrayLike<number>, count: number): number[] {
  const best: number[] = [];
  for (let at = 0; at < values.length; at++) {
    let place = best.length;
    while (place > 0 && values[at]! > values[best[place - 1]!]!) place--;
    if (place < count) best.splice(place, 0, at);
    if (best.length > count) best.pop();
  }
  return best;
}

/** Mixes the members and measures how sure they are together. `scored` has at least one article. */
export function computeEvidence(scored: Scored, weights: Float64Array): Evidence {
  const shares = mixScores(scored, weights);
  const order = topPositions(shares, CANDIDATES_MAX);
  const first = order[0]!;
  const share = Math.min(1 - 1e-6, shares[first]!);
  const second = order.length > 1 ? Math.max(1e-9, shares[order[1]!]!) : 1e-9;
  const column = (member: number) =>
    Float64Array.from({ length: shares.length }, (_, at) => scored.scores[at * MEMBER_COUNT + member]!);
  const best = Array.from({ length: MEMBER_COUNT }, (_, member) => topPositions(column(member), 2));
  const linear = column(0);
  const linearFirst = linear[first]!;
  const rival = best[0]!.find((at) => at !== first);
  const agreeing = best.filter((positions) => positions[0] === first).length;
  const values = Float64Array.of(
    Math.log(share / (1 - share)),
    Math.min(10, Math.log(share / second)),
    linearFirst,
    rival === undefined ? 0 : linearFirst - linear[rival]!,
    agreeing / MEMBER_COUNT,
    scored.scores[first * MEMBER_COUNT + 3]!,
    scored.neighbours[0]?.similarity ?? 0,
    scored.scores[first * MEMBER_COUNT + 2]!,
    scored.unknownRatio,
    scored.unknownWords,
    Math.log(1 + scored.length),
  );
  return { order, shares, values };
}

/** The known question nearest to the text, of any article. */
export function nearestQuestion(
  members: Members,
  scored: Scored,
): { question: number; similarity: number } | undefined {
  return scored.neighbours.find(({ question }) => members.labels[question]! >= 0);
}
