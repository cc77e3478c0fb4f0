import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError, type Page } from '../../api/index.ts';
import type { UnitKind } from './organisation-rules.ts';

/** Units under one that the tree draws; more are found by the search. */
export const CHILDREN_SHOWN_MAX = 500;
const CLOSING_SHOWN_MAX = 20;
const CLOSING_POLL_MS = 3_000;

/** One unit as the tree shows it. */
export interface Unit {
  id: string;
  parentId: string | null;
  kind: UnitKind;
  name: string;
  code: string;
  state: 'active' | 'closing' | 'closed';
  depth: number;
  version: number;
  people: number;
  units: number;
}

/** One unit with those above it, the head office first. */
export interface UnitDetail extends Unit {
  path: { id: string; name: string }[];
}

/** A unit by id. */
export function useUnit(id: string) {
  const api = useApi();
  return useQuery<UnitDetail, ApiError>({
    queryKey: ['units', 'one', id],
    queryFn: ({ signal }) => api.get<UnitDetail>(`/units/${id}`, { signal }),
  });
}

/** What a unit would hand over when it is closed; a count at `countedMax` may be more. */
export interface UnitWork {
  people: number;
  records: { kind: string; count: number }[];
  countedMax: number;
}

/** Asked for when the dialog opens, never from an old answer. */
export function useUnitWork(id: string) {
  const api = useApi();
  return useQuery<UnitWork, ApiError>({
    queryKey: ['units', 'work', id],
    queryFn: ({ signal }) => api.get<UnitWork>(`/units/${id}/work`, { signal }),
    staleTime: 0,
  });
}

/** What lies directly under each of the opened units. */
export function useChildren(parentIds: readonly string[]) {
  const api = useApi();
  return useQueries({
    queries: parentIds.map((parent) => ({
      queryKey: ['units', 'children', parent],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const query = { parent, limit: CHILDREN_SHOWN_MAX };
        return { parent, page: await api.get<Page<Unit>>('/units', { query, signal }) };
      },
    })),
    combine(results) {
      const loaded = results.flatMap(({ data }) => (data ? [data] : []));
      return {
        childrenOf: new Map(loaded.map(({ parent, page }) => [parent, page.items])),
        hasMore: loaded.some(({ page }) => Boolean(page.nextCursor)),
      };
    },
  });
}

/** Closed units whose work still goes over to the successor, under which they lie. Asked again until none is left. */
export function useClosingUnits() {
  const api = useApi();
  return useQuery<Unit[], ApiError>({
    queryKey: ['units', 'closing'],
    queryFn: async ({ signal }) => {
      const query = { state: 'closing', limit: CLOSING_SHOWN_MAX };
      return (await api.get<Page<Unit>>('/units', { query, signal, isBackground: true })).items;
    },
    refetchInterval: ({ state }) => (state.data && state.data.length > 0 ? CLOSING_POLL_MS : false),
  });
}

/** Changes of the tree, which is read again afterwards; a stale version is refused by the server. */
export function useUnitActions() {
  const api = useApi();
  const cache = useQueryClient();
  async function change<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } finally {
      // After a refusal too: somebody else may have changed the unit.
      await cache.invalidateQueries({ queryKey: ['units'] });
    }
  }
  return {
    create: (body: { parentId: string; kind: UnitKind; name: string; code: string }) =>
      change(() => api.create<UnitDetail>('/units', { body })),
    rename: ({ id, version }: Unit, body: { name?: string; code?: string; kind?: UnitKind }) =>
      change(() => api.patch<UnitDetail>(`/units/${id}`, { body, version })),
    move: ({ id, version }: Unit, parentId: string) =>
      change(() => api.post<UnitDetail>(`/units/${id}/move`, { body: { parentId }, version })),
    close: ({ id, version }: Unit, successorId: string | undefined) =>
      change(() =>
        api.post<{ people: number; left: boolean }>(`/units/${id}/close`, {
          body: successorId === undefined ? {} : { successorId },
          version,
        }),
      ),
  };
}
