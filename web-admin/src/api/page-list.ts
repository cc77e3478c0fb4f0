import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useApi } from './api-context.ts';
import type { ApiError } from './api-error.ts';
import type { Query } from './client.ts';

/** One page of a list: `nextCursor` is absent on the last one. */
export interface Page<T> {
  items: T[];
  nextCursor?: string | null;
}

/** A list that grows page by page. */
export interface PageList<T> {
  items: T[];
  isLoading: boolean;
  isFetchingMore: boolean;
  hasMore: boolean;
  error: ApiError | null;
  loadMore(): void;
  reload(): void;
}

/** Items of all pages without repeats: a row that moved between two page loads is shown once, in its newest form. */
export function joinPages<T extends { id: string | number }>(pages: readonly Page<T>[]): T[] {
  const byId = new Map<string | number, T>();
  for (const page of pages) for (const item of page.items) byId.set(item.id, item);
  return [...byId.values()];
}

/**
 * Reads a cursor-paged list. The cache key is [resource, 'list', query], so `invalidateQueries({queryKey: [resource]})`
 * refreshes it. `resource` names the cache entry, `path` the address.
 */
export function usePageList<T extends { id: string | number }>(list: {
  resource: string;
  path: string;
  query?: Query;
  isEnabled?: boolean;
  refetchIntervalMs?: number;
  /** Reading it is no use of the session; so by itself for a list that is read again and again. */
  isBackground?: boolean;
  /** Language of the server's texts in it. */
  lang?: string;
  /** Reading it is itself an act worth an audit entry: not repeated when the window comes back to the front. */
  isQuiet?: boolean;
}): PageList<T> {
  const api = useApi();
  const result = useInfiniteQuery<Page<T>, ApiError, T[], readonly unknown[], string>({
    queryKey: [list.resource, 'list', list.query ?? {}, ...(list.lang ? [list.lang] : [])],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<T>>(list.path, {
        query: { ...list.query, cursor: pageParam },
        signal,
        ...(list.lang ? { lang: list.lang } : {}),
        ...((list.isBackground ?? list.refetchIntervalMs !== undefined) ? { isBackground: true } : {}),
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor || undefined,
    select: (data) => joinPages(data.pages),
    enabled: list.isEnabled ?? true,
    refetchOnWindowFocus: !list.isQuiet,
    refetchInterval: list.refetchIntervalMs ?? false,
  });
  const { data, isPending, isFetchingNextPage, hasNextPage, error, fetchNextPage, refetch } = result;
  const isEnabled = list.isEnabled ?? true;
  return useMemo(
    () => ({
      items: data ?? [],
      isLoading: isPending && isEnabled,
      isFetchingMore: isFetchingNextPage,
      hasMore: hasNextPage,
      error,
      loadMore: () => void fetchNextPage(),
      reload: () => void refetch(),
    }),
    [data, isPending, isEnabled, isFetchingNextPage, hasNextPage, error, fetchNextPage, refetch],
  );
}
