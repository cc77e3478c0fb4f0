import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';

/** One rule of a map: who is in the group gets the role. */
export interface RoleRule {
  group: string;
  role: string;
  unit?: string;
  skillGroups?: string[];
}

/** What an installation says about an identity provider besides its metadata. */
export interface IdpMap {
  attributes: Partial<Record<AttributeName, string>>;
  roles: RoleRule[];
  jit: boolean;
  allowCbc: boolean;
  allow3des: boolean;
  requireEncrypted: boolean;
  signPolicy: 'both' | 'assertion' | 'response';
  refreshHours: number;
}

/** Claims a map reads. */
export const ATTRIBUTE_NAMES = ['username', 'displayName', 'mail', 'department', 'groups'] as const;
export type AttributeName = (typeof ATTRIBUTE_NAMES)[number];

/** A certificate of an identity provider. */
export interface IdpCertificate {
  fingerprint: string;
  notBefore: string;
  notAfter: string;
  daysLeft: number;
  isInForce: boolean;
}

/** An identity provider. */
export interface Idp {
  id: string;
  entityId: string;
  state: 'approved' | 'live' | 'off';
  ssoUrl: string;
  sloUrl: string | null;
  map: IdpMap;
  grantsAdministrator: boolean;
  certificates: IdpCertificate[];
  metadataUrl: string | null;
  isMetadataSigned: boolean;
  fetchedAt: string | null;
  fetchFault: string | null;
  changedAt: string;
}

/** A key of ours. */
export interface OwnKey {
  id: string;
  fingerprint: string;
  isSigning: boolean;
  signsFrom: string;
  notAfter: string;
}

/** What came of a pasted assertion. */
export interface Tried {
  code?: string;
  why?: string;
  clocks: { idp: string | null; here: string };
  fingerprints: { tried: string[]; named: string[]; verified: string | null };
  nameId: string;
  username?: string;
  displayName?: string;
  mail?: string;
  department?: string;
  groups?: string[];
  roles?: string[];
  unit?: string;
  skillGroups?: string[];
  attributes: string[];
}

/** What is asked for; a metadata document, or where it is published. */
export interface IdpChange {
  metadata?: string;
  metadataUrl?: string;
  metadataSigner?: string;
  map: Omit<IdpMap, 'roles'> & { roles: RoleRule[]; certificates?: string[] };
  reason: string;
}

/** A certificate is near its end from here on. */
export const NEAR_DAYS = 60;

/** Identity providers, all of them; there are at most twenty. */
export function useIdps() {
  const api = useApi();
  return useQuery<Idp[], ApiError>({
    queryKey: ['idps'],
    queryFn: async ({ signal }) => (await api.get<{ items: Idp[] }>('/idps', { signal })).items,
  });
}

/** Our own keys. */
export function useOwnKeys() {
  const api = useApi();
  return useQuery<OwnKey[], ApiError>({
    queryKey: ['sso-keys'],
    queryFn: async ({ signal }) => (await api.get<{ items: OwnKey[] }>('/sso-keys', { signal })).items,
  });
}

/** Acts on identity providers; each but the trial becomes an approval. */
export function useIdpActs() {
  const api = useApi();
  const cache = useQueryClient();
  const refresh = async () => {
    await cache.invalidateQueries({ queryKey: ['approvals'] });
    await cache.invalidateQueries({ queryKey: ['idps'] });
  };
  return {
    async change(id: string, body: IdpChange): Promise<void> {
      await api.put(`/idps/${encodeURIComponent(id)}`, { body });
      await refresh();
    },
    async switch(id: string, isOn: boolean, reason: string): Promise<void> {
      await api.post(`/idps/${id}/switch`, { body: { isOn, reason } });
      await refresh();
    },
    async remove(id: string, reason: string): Promise<void> {
      await api.post(`/idps/${id}/removal`, { body: { reason } });
      await refresh();
    },
    tryMap: (id: string, assertion: string) => api.post<Tried>(`/idps/${id}/try`, { body: { assertion } }),
    async makeKey(): Promise<void> {
      await api.post('/sso-keys');
      await cache.invalidateQueries({ queryKey: ['sso-keys'] });
    },
  };
}

/** Certificates in one text, cut into single ones; what stands between them is left out. */
export function splitPems(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}

/** A map without what was left empty, so that the strict reader finds no empty text. */
export function cleanMap(map: IdpMap): IdpMap {
  const attributes = Object.fromEntries(
    Object.entries(map.attributes ?? {}).filter(([, source]) => source !== undefined && source.trim() !== ''),
  );
  const roles = (map.roles ?? []).map(({ group, role, unit, skillGroups }) => ({
    ...{ group: group.trim(), role },
    ...(unit?.trim() ? { unit: unit.trim() } : {}),
    ...(skillGroups && skillGroups.length > 0 ? { skillGroups } : {}),
  }));
  return { ...map, attributes, roles };
}
