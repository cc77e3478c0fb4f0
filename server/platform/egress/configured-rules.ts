import type { EgressRules } from './egress-rule.service.ts';
import { opens, type EgressAllowance } from './rule.rules.ts';

/** What `config.yaml` allows and nothing else, for what must be reached before the database is. */
export function configuredRules(configured: readonly EgressAllowance[]): EgressRules {
  return {
    find: async (use, place) => configured.find((rule) => opens(rule, use, place)),
    // They change with a restart alone.
    onRead: () => undefined,
    refresh: async () => undefined,
  };
}
