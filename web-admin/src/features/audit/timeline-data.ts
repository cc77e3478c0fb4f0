import { useQuery } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';
import { WORD_FILTERS, type AuditFilterName, type AuditFilters } from './audit-data.ts';

/** What the bars of a chart are told apart by. */
export const TIMELINE_BY = ['class', 'outcome', 'account'] as const;

export type TimelineBy = (typeof TIMELINE_BY)[number];

/** Entries over time; `key` is a class, an outcome, an account's id, or `others`. */
export interface Timeline {
  by: TimelineBy;
  step: 'hour' | 'day' | 'month';
  buckets: { from: string; to: string }[];
  series: { key: string; name?: string; counts: number[] }[];
  countedTo: string | null;
  purgedTo: string | null;
  isCut: boolean;
}

/** The line of everybody without one of their own. */
export const OTHERS = 'others';

/** The chart an address asks for. */
export function parseTimelineBy(search: URLSearchParams): TimelineBy | undefined {
  return TIMELINE_BY.find((known) => known === search.get('chart'));
}

/** Words are counted by no chart. */
export function canBeDrawn(filters: AuditFilters): boolean {
  return WORD_FILTERS.every((name) => !filters[name]);
}

/** What a bar narrows the search to: its time, and what it counts. */
export function pickedFilters(
  { by, buckets, series }: Timeline,
  bucketIndex: number,
  seriesIndex: number,
): Partial<Record<AuditFilterName, string>> {
  const bucket = buckets[bucketIndex];
  const key = series[seriesIndex]?.key;
  const time = bucket === undefined ? {} : { from: bucket.from, to: bucket.to };
  if (key === undefined || key === OTHERS) return time;
  return { ...time, [by === 'account' ? 'actor' : by]: key };
}

/** The chart of a search. Each reading is an entry of the trail itself, so it is not read again by the clock. */
export function useTimeline(by: TimelineBy | undefined, filters: AuditFilters) {
  const api = useApi();
  return useQuery<Timeline, ApiError>({
    queryKey: ['audit', 'timeline', by, filters],
    queryFn: ({ signal }) =>
      api.get<Timeline>('/audit/timeline', { query: { ...filters, by: by ?? '' }, signal }),
    enabled: by !== undefined && canBeDrawn(filters),
    refetchOnWindowFocus: false,
  });
}
