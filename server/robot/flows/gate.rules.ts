import type { LiveFlow } from './flow.types.ts';
import { runScript } from './run-script.ts';

/** A dialogue that is not mastered. */
export interface ScriptFailure {
  flow: string;
  title: string;
  /** What it came to instead. */
  end: string;
}

/**
 * Dialogues that fail with this version live: all of its own must pass, and those of other flows that pass today. A flow
 * without any dialogue has proved nothing and fails.
 */
export function failuresOf(candidate: LiveFlow, live: readonly LiveFlow[]): ScriptFailure[] {
  const { key, locale, scripts } = candidate.definition;
  if (scripts.length === 0) return [{ flow: key, title: '', end: 'no_script' }];
  const today = live.filter(({ definition }) => definition.locale === locale);
  const others = today.filter(({ definition }) => definition.key !== key);
  const after = [...others, candidate];
  const failed = scripts
    .map((script) => runScript(candidate, script, after))
    .filter(({ isPassed }) => !isPassed);
  const broken = others.flatMap((flow) =>
    flow.definition.scripts
      .filter((script) => runScript(flow, script, today).isPassed)
      .map((script) => ({ flow, outcome: runScript(flow, script, after) }))
      .filter(({ outcome }) => !outcome.isPassed),
  );
  return [
    ...failed.map(({ title, end }) => ({ flow: key, title, end })),
    ...broken.map(({ flow, outcome }) => ({
      flow: flow.definition.key,
      title: outcome.title,
      end: outcome.end,
    })),
  ];
}
