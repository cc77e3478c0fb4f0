import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';
import { useI18n } from '../../i18n/index.ts';

/** One role, built in or composed by the bank. */
export interface RoleItem {
  id: string;
  isBuiltIn: boolean;
  nature: 'business' | 'system-admin' | 'security-admin' | 'audit-admin';
  permissions: string[];
  holderCount: number;
  nameZh?: string;
  nameEn?: string;
  version?: number;
}

/** Roles, and which administrators a permission belongs to alone (none: the business). */
export interface RoleList {
  items: RoleItem[];
  permissions: { name: string; administrators: string[] }[];
}

/** What a role is composed of. */
export interface RoleForm {
  nameZh: string;
  nameEn: string;
  permissions: string[];
  reason: string;
}

/** All roles; read by everybody who may see accounts. */
export function useRoles() {
  const api = useApi();
  return useQuery<RoleList, ApiError>({
    queryKey: ['roles'],
    queryFn: ({ signal }) => api.get<RoleList>('/roles', { signal }),
    refetchOnWindowFocus: false,
  });
}

/** Names of roles in the reader's language; an unknown one is shown by its id. */
export function useRoleName(): (role: string) => string {
  const { tMaybe, locale } = useI18n();
  const { data } = useRoles();
  return (role) => {
    const found = data?.items.find(({ id }) => id === role);
    const name = locale === 'en' ? found?.nameEn : found?.nameZh;
    return name ?? tMaybe(`role.${role}`) ?? role;
  };
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
