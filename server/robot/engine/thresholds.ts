import type { CurvePoint } from './types.ts';

/** From which confidence the robot answers, and from which it asks back. */
export interface Thresholds {
  answer: number;
  clarify: number;
}

/** A held-out question with its final confidence. `isInScope` is false for a question of a withheld article. */
export interface Judged {
  confidence: number;
  isRight: boolean;
  isInScope: boolean;
}

/** Before anything is measured: answer only what is very likely, ask back rather than hand over. */
export const DEFAULT_THRESHOLDS: Thresholds = { answer: 0.85, clarify: 0.25 };

/** For `SPARSE_CALIBRATOR`; chosen on our own check questions for the preset bank pack (docs/robot-evaluation.md). */
export const SPARSE_THRESHOLDS: Thresholds = { answer: 0.65, clarify: 0.24 };

/** Thresholds between two: at `ratio` 0 the first, at 1 the second. */
export function blendThresholds(first: Thresholds, second: Thresholds, ratio: number): Thresholds {
  const between = (from: number, to: number) => (1 - ratio) * from + ratio * to;
  return {
    answer: between(first.answer, second.answer),
    clarify: between(first.clarify, second.clarify),
  };
}

const OUTSIDE_SHARE = 0.1;
// Asking back costs little, so nearly all questions within the knowledge lie above the lower threshold.
const KEPT_IN_SCOPE_RATIO = 0.975;
const CURVE_STEPS = 50;
const ROUNDING = 1e-9;
// Held-out questions that are all easy would put the threshold at nothing; what is likelier wrong than right is never answered.
const ANSWER_MIN = 0.5;
// And a question about as likely as not to be among the candidates is worth asking back.
const CLARIFY_MAX = 0.3;

/** What every threshold would have meant, for the curve in the console; thresholds ascending. */
export function computeCurve(judged: Judged[]): CurvePoint[] {
  const inScope = judged.filter((row) => row.isInScope);
  const withheld = judged.filter((row) => !row.isInScope);
  return Array.from({ length: CURVE_STEPS + 1 }, (_, step) => {
    const threshold = step / CURVE_STEPS;
    const answered = inScope.filter((row) => row.confidence >= threshold);
    const wrong = answered.filter((row) => !row.isRight).length;
    const falseCount = withheld.filter((row) => row.confidence >= threshold).length;
    return {
      threshold,
      coverage: answered.length / Math.max(1, inScope.length),
      wrongAnswers: wrong / Math.max(1, inScope.length),
      falseAnswers: falseCount / Math.max(1, withheld.length),
    };
  });
}

/**
 * The lowest answer threshold that keeps wrong answers within the budget, as a share of all questions, of which one in ten
 * is taken to lie outside the knowledge.
 */
export function chooseThresholds(judged: Judged[], wrongAnswerBudget: number): Thresholds {
  const ranked = [...judged].sort((a, b) => b.confidence - a.confidence);
  const inScope = ranked.filter((row) => row.isInScope);
  if (inScope.length === 0) return DEFAULT_THRESHOLDS;
  const withheldCount = Math.max(1, ranked.length - inScope.length);
  const inScopeStep = (1 - OUTSIDE_SHARE) / inScope.length;
  const withheldStep = OUTSIDE_SHARE / withheldCount;
  let wrong = 0;
  let answer = 1;
  for (const [rank, row] of ranked.entries()) {
    if (!row.isRight) wrong += row.isInScope ? inScopeStep : withheldStep;
    if (wrong > wrongAnswerBudget + ROUNDING) break;
    // Questions of one confidence are answered all or none.
    if (ranked[rank + 1]?.confidence !== row.confidence) answer = row.confidence;
  }
  const kept = inScope[Math.min(inScope.length - 1, Math.floor(inScope.length * KEPT_IN_SCOPE_RATIO))]!;
  const bounded = Math.max(ANSWER_MIN, answer);
  return { answer: bounded, clarify: Math.min(CLARIFY_MAX, kept.confidence) };
}
