import type { Lang } from '../verify/index.ts';
import { oneLine } from '../fault.ts';
import type { Check, Outcome, Surroundings } from './check.ts';
import { DATABASE_CHECKS } from './database.ts';
import { NETWORK_CHECKS } from './network.ts';
import { PLACE_CHECKS } from './places.ts';
import { SYSTEM_CHECKS } from './system.ts';

export type { Surroundings } from './check.ts';

/** Every check there is, in the order they are told. */
export const CHECKS: readonly Check[] = [
  ...SYSTEM_CHECKS,
  ...PLACE_CHECKS,
  ...NETWORK_CHECKS,
  ...DATABASE_CHECKS,
];

/** One check with its outcome. */
export interface Finding extends Outcome {
  id: string;
  title: Check['title'];
}

/** Looks at everything, and leaves nothing behind. A check that breaks has failed. */
export async function preflight(about: Surroundings): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { id, title, look } of CHECKS) {
    let outcome: Outcome | undefined;
    try {
      outcome = await look(about);
    } catch (error) {
      outcome = { result: 'fail', found: oneLine((error as Error).message), wanted: '-' };
    }
    if (outcome) found.push({ id, title, ...outcome });
  }
  return found;
}

/** The exit code of findings: that of the first failure, 0 without one. */
export function exitOfFindings(findings: readonly Finding[]): number {
  const first = findings.find(({ result }) => result === 'fail');
  return first === undefined ? 0 : (first.exit ?? 10);
}

/** One line for a finding. */
export function presentCheck({ id, title, result, found, wanted, remedy }: Finding, lang: Lang): string {
  const word = { pass: 'ok  ', warn: 'WARN', fail: 'FAIL' }[result];
  const said = `${word} ${id}: ${title[lang]}: ${oneLine(found)}`;
  return result === 'pass' ? said : `${said} | ${oneLine(wanted)}${remedy ? ` | ${remedy[lang]}` : ''}`;
}

/** As JSON: id, result, found, wanted, remedy. */
export function checksAsJson(findings: readonly Finding[], lang: Lang): object[] {
  return findings.map(({ id, result, found, wanted, remedy }) => ({
    ...{ id, result, found: oneLine(found), wanted },
    ...(remedy && result !== 'pass' ? { remedy: remedy[lang] } : {}),
  }));
}
