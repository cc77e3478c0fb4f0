import type { ChangedCase, Findings } from './regression.entity.ts';

/** Share by which the cases that are no must may get worse. */
export const TOLERANCE = 0.005;

/** What the robot would do with a case: which article leads, and whether it is answered from. */
export interface Answered {
  /** The first candidate; undefined when there is none. */
  firstId: string | undefined;
  outcome: 'answer' | 'clarify' | 'handoff';
}

/** A case with what happens today and with the change. */
export interface JudgedCase {
  id: string;
  question: string;
  expectedId: string | null;
  isMust: boolean;
  before: Answered;
  after: Answered;
}

/** Right: the expected article leads and is answered from or offered; or, when nothing may be answered, nothing is. */
export function isRight(expectedId: string | null, { firstId, outcome }: Answered): boolean {
  if (expectedId === null) return outcome !== 'answer';
  return firstId === expectedId && outcome !== 'handoff';
}

/**
 * Judges a change of knowledge: every must-case right, the others at most half a point worse than today, false answers
 * not more. Gives what changed, the worse first.
 */
export function judge(cases: readonly JudgedCase[]): { isPassed: boolean; findings: Findings } {
  const share = (list: readonly JudgedCase[], test: (one: JudgedCase) => boolean) =>
    list.length === 0 ? 0 : list.filter(test).length / list.length;
  const inScope = cases.filter(({ expectedId, isMust }) => expectedId !== null && !isMust);
  const outOfScope = cases.filter(({ expectedId }) => expectedId === null);
  const mustFailed = cases.filter((one) => one.isMust && !isRight(one.expectedId, one.after)).length;
  const findings: Findings = {
    mustFailed,
    rightBefore: share(inScope, (one) => isRight(one.expectedId, one.before)),
    rightAfter: share(inScope, (one) => isRight(one.expectedId, one.after)),
    falseBefore: share(outOfScope, (one) => one.before.outcome === 'answer'),
    falseAfter: share(outOfScope, (one) => one.after.outcome === 'answer'),
    changed: changesOf(cases),
  };
  const isPassed =
    mustFailed === 0 &&
    findings.rightAfter >= findings.rightBefore - TOLERANCE &&
    findings.falseAfter <= findings.falseBefore;
  return { isPassed, findings };
}

/** Changed answers that are listed. */
const CHANGES_MAX = 200;

function changesOf(cases: readonly JudgedCase[]): ChangedCase[] {
  const said = ({ firstId, outcome }: Answered) => (outcome === 'handoff' ? 'none' : (firstId ?? 'none'));
  return cases
    .map((one) => {
      const { id: caseId, question, isMust, expectedId } = one;
      const isWorse = !isRight(expectedId, one.after) && (isMust || isRight(expectedId, one.before));
      return { caseId, question, before: said(one.before), after: said(one.after), isMust, isWorse };
    })
    .filter(({ before, after, isWorse }) => before !== after || isWorse)
    .sort((a, b) => Number(b.isWorse) - Number(a.isWorse))
    .slice(0, CHANGES_MAX);
}
