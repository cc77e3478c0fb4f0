import { underScope, withinScope } from '../../platform/persistence/index.ts';

/**
 * The condition "within the scope" over requesters: those of a unit, and those whose conversation or ticket is within it,
 * so that whoever works on something sees whose it is after a transfer as well. The own scope knows people by their work
 * alone. What is cheapest stands first: PostgreSQL looks at the rest only for rows it does not decide.
 */
export function withinScopeOfRequester(alias: string): string {
  // No account has the id of a requester; the comparison gives the parameter its type, which a test for NULL does not.
  return `((COALESCE(:scopeOwnerId, ${alias}.id) = ${alias}.id AND ${underScope(alias)})
    OR EXISTS (SELECT 1 FROM conversation k WHERE k.requester_id = ${alias}.id
      AND ${withinScope('k', 'assignee_id')})
    OR EXISTS (SELECT 1 FROM ticket t WHERE t.requester_id = ${alias}.id AND ${withinScope('t', 'assignee_id')}))`;
}
