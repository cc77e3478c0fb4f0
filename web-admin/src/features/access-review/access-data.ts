import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, usePageList, type ApiError } from '../../api/index.ts';

/** What was said of an account, and what becomes of one nobody looked at. */
export const ITEM_STATES = ['open', 'kept', 'revoke', 'expired'] as const;
/** One of them. */
export type ItemState = (typeof ITEM_STATES)[number];

/** A quarter's review. */
export interface AccessReview {
  id: string;
  period: string;
  state: 'making' | 'open' | 'closed';
  openedAt: string;
  dueAt: string;
  closedAt: string | null;
  counts: Record<ItemState, number>;
}

interface Named {
  id: string;
  name: string;
}

/** An account in a review. */
export interface AccessItem {
  id: string;
  account: Named;
  unit: Named;
  state: ItemState;
  roles: { role: string; scope: string; unit: Named }[];
  lastUsedAt: string | null;
  revealCount: number;
  decidedBy: Named | null;
  decidedAt: string | null;
  remark: string | null;
  isOwn: boolean;
  version: number;
}

const MAKING_POLL_MS = 3_000;

/** Reviews, the newest first; looked at again while one is being made. */
export function useAccessReviews() {
  const api = useApi();
  return useQuery<AccessReview[], ApiError>({
    queryKey: ['access-reviews'],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: AccessReview[] }>('/access-reviews', { signal })).items,
    refetchInterval: ({ state }) =>
      state.data?.some((review) => review.state === 'making') ? MAKING_POLL_MS : false,
    refetchOnWindowFocus: false,
  });
}

/** Accounts of a review in a state. */
export function useAccessItems(reviewId: string | undefined, state: ItemState | 'all') {
  return usePageList<AccessItem>({
    resource: 'access-items',
    path: `/access-reviews/${reviewId ?? ''}/items`,
    query: state === 'all' ? {} : { state },
    isEnabled: reviewId !== undefined,
    isQuiet: true,
  });
}

/** Opening a review early, and deciding on an account. */
export function useAccessActs() {
  const api = useApi();
  const cache = useQueryClient();
  const reload = async () => {
    await cache.invalidateQueries({ queryKey: ['access-reviews'] });
    await cache.invalidateQueries({ queryKey: ['access-items'] });
  };
  return {
    reload,
    async open(): Promise<{ period: string }> {
      const opened = await api.post<{ period: string }>('/access-reviews');
      await reload();
      return opened;
    },
    async decide({ id, version }: AccessItem, decision: 'kept' | 'revoke', remark?: string): Promise<void> {
      const body = { decision, ...(remark ? { remark } : {}) };
      await api.post(`/access-review-items/${id}/decision`, { version, body });
      await reload();
    },
  };
}
