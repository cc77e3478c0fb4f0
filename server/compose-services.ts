import type { Foundation } from './foundation.ts';
import { Settings, type AnySection } from './platform/settings/index.ts';

/** Technique the modules stand on, as composeServices wires it. */
export type Services = ReturnType<typeof composeServices>;

/** Services below the modules: they know no word of the domain. */
export function composeServices(
  { uow, clock, log }: Foundation,
  { sections }: { sections: readonly AnySection[] },
) {
  const onFault = (error: unknown) => log.error('settings.fault', {}, error);
  const settings = new Settings({ uow, clock, sections, onFault });
  return { settings };
}
