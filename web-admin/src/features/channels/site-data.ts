import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError, type Page } from '../../api/index.ts';
import type { Site, SiteInput } from './site-rules.ts';

/** A site by id. */
export function useSite(id: string) {
  const api = useApi();
  return useQuery<Site, ApiError>({
    queryKey: ['sites', 'one', id],
    queryFn: ({ signal }) => api.get<Site>(`/sites/${encodeURIComponent(id)}`, { signal }),
  });
}

/** Skill groups that can take a site's conversations. */
export function useSkillGroups() {
  const api = useApi();
  return useQuery<{ id: string; name: string }[], ApiError>({
    queryKey: ['skill-groups', 'names'],
    queryFn: async ({ signal }) =>
      (await api.get<Page<{ id: string; name: string }>>('/skill-groups', { signal })).items,
  });
}

/** Makes and changes sites. Each reads them again afterwards; a stale version is refused by the server. */
export function useSiteActions() {
  const api = useApi();
  const cache = useQueryClient();

  async function change<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } finally {
      // After a refusal too: somebody else may have changed the site.
      await cache.invalidateQueries({ queryKey: ['sites'] });
    }
  }

  return {
    create: (id: string, input: SiteInput) =>
      change(() => api.create<Site>('/sites', { body: { id, ...input } })),
    update: ({ id, version }: Site, body: SiteInput) =>
      change(() => api.put<Site>(`/sites/${encodeURIComponent(id)}`, { body, version })),
  };
}
