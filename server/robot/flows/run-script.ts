import { converse } from './converse.ts';
import type { LiveFlow, Script, SlotValues } from './flow.types.ts';

/** What a script came to. */
export interface ScriptOutcome {
  title: string;
  isPassed: boolean;
  end: string;
  slots: SlotValues;
}

/**
 * Plays a script through the engine as the customer would: no knowledge answers, and another system that is asked has
 * records. Passed when the flow ends as the script says, with the values it names.
 */
export function runScript(
  flow: LiveFlow,
  script: Script,
  flows: readonly LiveFlow[] = [flow],
): ScriptOutcome {
  const { end, slots } = converse(flows, script.turns, script.today);
  const wanted = Object.entries(script.slots ?? {});
  const isPassed = end === script.end && wanted.every(([name, value]) => slots[name] === value);
  return { title: script.title, isPassed, end, slots };
}
