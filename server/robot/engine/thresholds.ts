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

// Questions outside the knowledge weigh a quarter as much as false hand-overs when the lower threshold is chosen.
const KEPT_IN_SCOPE_RATIO = 0.975;
const CURVE_STEPS = 50;

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

/** The lowest answer threshold that keeps wrong answers to in-scope questions within the budget (share of all of them). */
export function chooseThresholds(judged: Judged[], wrongAnswerBudget: number): Thresholds {
  const inScope = judged.filter((row) => row.isInScope).sort((a, b) => b.confidence - a.confidence);
  if (inScope.length === 0) return DEFAULT_THRESHOLDS;
  let wrong = 0;
  let answer = 1;
  for (const row of inScope) {
    if (!row.isRight) wrong++;
    if (wrong / inScope.length > wrongAnswerBudget) break;
    answer = row.confidence;
  }
  const kept = inScope[Math.min(inScope.length - 1, Math.floor(inScope.length * KEPT_IN_SCOPE_RATIO))]!;
  return { answer, clarify: Math.min(answer, kept.confidence) };
}
