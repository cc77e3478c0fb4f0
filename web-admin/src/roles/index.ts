import { useQuery } from '@tanstack/react-query';
import { useApi, type ApiError } from '../api/index.ts';
import { useI18n } from '../i18n/index.ts';

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
