import { ADMINISTRATION_ACTIONS } from './actions/administration.ts';
import type { ActionDefinition } from './actions/define.ts';
import { SERVICE_ACTIONS } from './actions/service.ts';
import { SYSTEM_ACTIONS } from './actions/system.ts';

export type { ActionDefinition, AuditClass } from './actions/define.ts';

/**
 * Every act that can stand in the trail, by its permanent name `noun.verb`. Add, never rename: old entries keep their
 * names for years. The class is written into each entry, so a change of it counts from then on.
 */
export const AUDIT_ACTIONS = {
  ...ADMINISTRATION_ACTIONS,
  ...SERVICE_ACTIONS,
  ...SYSTEM_ACTIONS,
} as const satisfies Record<string, ActionDefinition>;

/** The name of an act, for example `requester.reveal`. */
export type AuditAction = keyof typeof AUDIT_ACTIONS;

/** Tells whether a text names an act of the catalogue. */
export function isAuditAction(text: string): text is AuditAction {
  return Object.hasOwn(AUDIT_ACTIONS, text);
}
