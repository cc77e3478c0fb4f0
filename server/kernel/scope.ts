/** How far a right reaches: one's own work, one unit, or a unit with everything under it. */
export const SCOPE_KINDS = ['own', 'unit', 'subtree'] as const;
/** One of them. */
export type ScopeKind = (typeof SCOPE_KINDS)[number];

/**
 * What of the organisation an actor may see. `all` is for the server itself and for programs. `own` lies within the
 * unit: what the account has, and what nobody has yet.
 */
export type DataScope = { kind: 'all' } | { kind: ScopeKind; unitId: string; accountId: string };

/** The head office: the root of every organisation, made by the migration. Its id never changes. */
export const ROOT_UNIT_ID = '00000000-0000-7000-8000-000000000001';

/** A unit that never exists: what lies in it nobody sees. */
const NOWHERE = '00000000-0000-0000-0000-000000000000';

/** Everything; what the server itself sees. */
export const SCOPE_ALL: DataScope = { kind: 'all' };

/** Nothing at all: a forgotten scope must not open the bank. */
export function scopeOfNothing(accountId: string): DataScope {
  return { kind: 'unit', unitId: NOWHERE, accountId };
}

/** The whole bank, for an account. */
export function wholeScope(accountId: string): DataScope {
  return { kind: 'subtree', unitId: ROOT_UNIT_ID, accountId };
}

/** What of a record decides whether a scope reaches it. */
export interface Placed {
  unitId: string;
  /** Who has it, where somebody can. */
  ownerId?: string | null;
}

/** Whether a scope reaches a record; `ancestorIds` are the units its unit lies under, itself included. */
export function reaches(scope: DataScope, placed: Placed, ancestorIds: readonly string[]): boolean {
  if (scope.kind === 'all') return true;
  if (scope.kind === 'subtree') return ancestorIds.includes(scope.unitId);
  if (placed.unitId !== scope.unitId) return false;
  const owner = placed.ownerId ?? null;
  return scope.kind === 'unit' || owner === null || owner === scope.accountId;
}
