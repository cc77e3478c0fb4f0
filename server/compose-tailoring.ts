import { FIELDS } from './desk/index.ts';
import { SIGN_IN, type Identity } from './identity/index.ts';
import type { Config } from './platform/config/index.ts';
import type { AnySection, Settings } from './platform/settings/index.ts';
import { createTailoring, REGION, TAILORING_SECTIONS } from './tailoring/index.ts';
import { FIRST_STEPS } from './reports/index.ts';
import * as wiring from './wiring.ts';

/** The sections of all modules, in the order the console shows them. */
const SECTIONS: readonly AnySection[] = [...TAILORING_SECTIONS, FIELDS, FIRST_STEPS, SIGN_IN];

/** What the settings are built from: their sections, who approves, and the zone that schedules go by. */
export function settingsDeps(config: Config, { approvals }: Identity) {
  const timeZoneOf = (settings: Settings) => settings.get(REGION).timeZone ?? config.timeZone;
  return { sections: SECTIONS, approvals, timeZoneOf };
}

/** How the settings are seen by those who read them. */
export function composeTailoring(settings: Settings, identity: Identity) {
  const { approvals } = identity;
  const accountNames = (ids: readonly string[]) => identity.namesOf(ids);
  const tailoring = createTailoring({ settings, sections: SECTIONS, approvals, accountNames });
  return { tailoring, textOf: wiring.systemTexts(tailoring), fields: () => settings.get(FIELDS) };
}
