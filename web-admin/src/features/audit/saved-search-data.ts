import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';
import type { AuditFilters } from './audit-data.ts';

/** How often a report is made. */
export const REPORT_PERIODS = ['day', 'week', 'month'] as const;
/** Formats of reports. */
export const REPORT_FORMATS = ['pdf', 'xlsx', 'csv'] as const;

/** A report that is made of a search by itself. */
export interface ReportPlan {
  period: (typeof REPORT_PERIODS)[number];
  atHour: number;
  format: (typeof REPORT_FORMATS)[number];
  lang: 'zh-CN' | 'en';
}

/** A search an account keeps. */
export interface SavedSearch {
  id: string;
  name: string;
  filter: AuditFilters;
  report: ReportPlan | null;
  nextAt: string | null;
  lastAt: string | null;
  lastExportId: string | null;
  errorCode: string | null;
  version: number;
}

/** What is sent of a search. */
export type SavedSearchInput = Pick<SavedSearch, 'name' | 'filter' | 'report'>;

const KEY = ['audit-searches'];

/** The own searches; at most fifty, so there are no pages. */
export function useSavedSearches() {
  const api = useApi();
  return useQuery<SavedSearch[], ApiError>({
    queryKey: KEY,
    queryFn: async ({ signal }) =>
      (await api.get<{ items: SavedSearch[] }>('/audit/queries', { signal })).items,
  });
}

/** Keeping, changing, and forgetting. */
export function useSavedSearchActs() {
  const api = useApi();
  const cache = useQueryClient();
  const reload = () => cache.invalidateQueries({ queryKey: KEY });
  return {
    async create(body: SavedSearchInput): Promise<void> {
      await api.create('/audit/queries', { body });
      await reload();
    },
    async update({ id, version }: SavedSearch, body: SavedSearchInput): Promise<void> {
      await api.put(`/audit/queries/${id}`, { version, body });
      await reload();
    },
    async remove({ id }: SavedSearch): Promise<void> {
      await api.delete(`/audit/queries/${id}`);
      await reload();
    },
  };
}
