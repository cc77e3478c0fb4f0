/**
 * What kind of act it is; retention periods and reviews are set per class.
 * `access` signing in and being refused · `administration` accounts, rights, settings · `personal-data` looking at or
 * changing a requester's data · `business` conversations, tickets, quality · `knowledge` what the robot may say ·
 * `system` the machine, keys, backups · `audit` the trail itself.
 */
export type AuditClass =
  'access' | 'administration' | 'personal-data' | 'business' | 'knowledge' | 'system' | 'audit';

/** One act of the catalogue. */
export interface ActionDefinition {
  readonly class: AuditClass;
  /** The act is refused when its entry can be stored nowhere at all (reveals, exports, rights, keys). */
  readonly isMandatory: boolean;
  /** Sentences with the places {actor} {target} {customer} {fields} {reason} {ticket}. */
  readonly zh: string;
  readonly en: string;
}

/** Makes the two declaring functions of a class: `must` for mandatory acts, `may` for the others. */
export function actionsOf(actionClass: AuditClass): {
  must: (zh: string, en: string) => ActionDefinition;
  may: (zh: string, en: string) => ActionDefinition;
} {
  return {
    must: (zh, en) => ({ class: actionClass, isMandatory: true, zh, en }),
    may: (zh, en) => ({ class: actionClass, isMandatory: false, zh, en }),
  };
}
