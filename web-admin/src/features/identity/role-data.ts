import { useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../api/index.ts';
import type { RoleItem, RoleList } from '../../roles/index.ts';

/** What a role is composed of. */
export interface RoleForm {
  nameZh: string;
  nameEn: string;
  permissions: string[];
  reason: string;
}

/** Requests for roles. Each becomes an approval. */
export function useRoleActions() {
  const api = useApi();
  const cache = useQueryClient();
  async function ask(send: () => Promise<unknown>): Promise<void> {
    try {
      await send();
    } finally {
      await cache.invalidateQueries({ queryKey: ['approvals'] });
      await cache.invalidateQueries({ queryKey: ['roles'] });
    }
  }
  return {
    create: (body: RoleForm) => ask(() => api.create('/roles', { body })),
    change: ({ id, version = 0 }: RoleItem, body: RoleForm) =>
      ask(() => api.put(`/roles/${id}`, { body, version })),
    remove: ({ id, version = 0 }: RoleItem, reason: string) =>
      ask(() => api.post(`/roles/${id}/removal`, { body: { reason }, version })),
  };
}

/**
 * Whether a permission may be added to a selection. The server decides again; this keeps the form from offering what
 * it would refuse.
 */
export function mayJoin(
  permission: string,
  selected: readonly string[],
  { items, permissions }: RoleList,
): boolean {
  const all = [...selected, permission];
  const isAdministrative = permissions.some(
    ({ name, administrators }) => all.includes(name) && administrators.length > 0,
  );
  if (!isAdministrative) return true;
  return items.some(
    ({ isBuiltIn, nature, permissions: held }) =>
      isBuiltIn && nature !== 'business' && all.every((each) => held.includes(each)),
  );
}
