import { scopeOf, type DataScope, type ScopeKind } from '../../kernel/index.ts';
import type { Account, Grant } from '../account.repo.ts';
import { permissionsOfRoles } from '../roles/role.rules.ts';

const WIDTH: Record<ScopeKind, number> = { own: 0, unit: 1, subtree: 2 };

/**
 * What of the organisation any of these permissions of an account reaches: the widest of the grants that give it. Grants of one
 * account lie within each other (`assertNested`); should the tree be changed so that they do not any more, the one that
 * counts from nearest to the head office holds, and nothing is reached that no grant reaches.
 */
export function scopeForPermissions(
  account: Pick<Account, 'id' | 'grants' | 'composed'>,
  permissions: readonly string[],
): DataScope {
  const giving = account.grants.filter(({ role }) => {
    const given: ReadonlySet<string> = permissionsOfRoles([role], account.composed);
    return permissions.some((permission) => given.has(permission));
  });
  return widest(account.id, giving);
}

/** The widest scope of all grants, for what needs no permission but being signed in. */
export function widestScope(account: Pick<Account, 'id' | 'grants'>): DataScope {
  return widest(account.id, account.grants);
}

function widest(accountId: string, grants: readonly Grant[]): DataScope {
  const [first] = [...grants].sort(
    (a, b) => WIDTH[b.kind] - WIDTH[a.kind] || a.unitDepth - b.unitDepth || (a.unitId < b.unitId ? -1 : 1),
  );
  if (first === undefined) return scopeOf({ type: 'account', id: accountId });
  return { kind: first.kind, unitId: first.unitId, accountId };
}
