import { FIELDS } from './desk/index.ts';
import type { Identity } from './identity/index.ts';
import type { AnySection, Settings } from './platform/settings/index.ts';
import { createTailoring, TAILORING_SECTIONS } from './tailoring/index.ts';
import * as wiring from './wiring.ts';

/** The sections of all modules, in the order the console shows them. */
export const SECTIONS: readonly AnySection[] = [...TAILORING_SECTIONS, FIELDS];

/** How the settings are seen by those who read them. */
export function composeTailoring(settings: Settings, identity: Identity) {
  const { approvals } = identity;
  const accountNames = (ids: readonly string[]) => identity.namesOf(ids);
  const tailoring = createTailoring({ settings, sections: SECTIONS, approvals, accountNames });
  return { tailoring, textOf: wiring.systemTexts(tailoring), fields: () => settings.get(FIELDS) };
}
