import type { Answers } from '../answers/read.ts';
import type { Text } from '../fault.ts';
import type { Layout } from '../install/layout.ts';
import type { Release } from '../verify/index.ts';

/** What checks look at. */
export interface Surroundings {
  answers: Answers;
  layout: Layout;
  bundle: string;
  release: Release;
  now: Date;
}

/** How a check ended. `exit` is what an install ends with when it fails; 10 unless set. */
export interface Outcome {
  result: 'pass' | 'warn' | 'fail';
  found: string;
  wanted: string;
  remedy?: Text;
  exit?: 11 | 40 | 41;
}

/** One check; undefined where it does not apply to these answers. It leaves nothing behind. */
export interface Check {
  id: string;
  title: Text;
  look(about: Surroundings): Outcome | undefined | Promise<Outcome | undefined>;
}

/** An outcome that is good, or bad in the given way. */
export function judge(
  isGood: boolean,
  about: Omit<Outcome, 'result'>,
  bad: 'warn' | 'fail' = 'fail',
): Outcome {
  const { remedy, exit, ...said } = about;
  if (isGood) return { result: 'pass', ...said };
  return { result: bad, ...said, ...(remedy ? { remedy } : {}), ...(exit ? { exit } : {}) };
}
