import { ROOT_UNIT_ID, type DataScope } from '../../kernel/index.ts';

/**
 * Rows that belong to a unit of the organisation. `unit_closure` says what lies under what, so one lookup by its
 * primary key decides for a row, whatever the tree looks like.
 */
export interface ScopeParams {
  /** The unit the scope counts from. */
  scopeUnitId: string;
  /** How far below it the scope reaches: 0 is the unit alone. */
  scopeDepth: number;
  /** Set where only the account's own rows count, and those nobody has. */
  scopeOwnerId: string | null;
}

/** What each parameter of a scope is. */
export const SCOPE_PARAMS = { scopeUnitId: 'uuid', scopeDepth: 'int', scopeOwnerId: 'uuid' } as const;

/** Deeper than any tree. */
const EVERY_DEPTH = 1_000;

/** A scope as parameters. The whole bank is everything under the head office. */
export function scopeParams(scope: DataScope): ScopeParams {
  if (scope.kind === 'all') {
    return { scopeUnitId: ROOT_UNIT_ID, scopeDepth: EVERY_DEPTH, scopeOwnerId: null };
  }
  return {
    scopeUnitId: scope.unitId,
    scopeDepth: scope.kind === 'subtree' ? EVERY_DEPTH : 0,
    scopeOwnerId: scope.kind === 'own' ? scope.accountId : null,
  };
}

/**
 * The condition "within the scope" over the rows of `alias`; `owner` names the column of who has the row, or null for
 * rows nobody can have. For one row, or for a list another index narrows; long lists are made by `scopedList`.
 */
export function withinScope(alias: string, owner: string | null): string {
  const isReached = `EXISTS (SELECT 1 FROM unit_closure s WHERE s.ancestor_id = :scopeUnitId
    AND s.unit_id = ${alias}.unit_id AND s.depth <= :scopeDepth)`;
  return `${isReached} AND ${owner === null ? ':scopeOwnerId IS NULL' : ownedWithin(alias, owner)}`;
}

/** The comparison stands before the test for NULL: PostgreSQL takes the type of a parameter from its first place. */
export function ownedWithin(alias: string, owner: string): string {
  const column = `${alias}.${owner}`;
  return `(${column} = :scopeOwnerId OR ${column} IS NULL OR :scopeOwnerId IS NULL)`;
}
