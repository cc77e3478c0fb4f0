import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, usePageList, type ApiError } from '../../api/index.ts';

/** How many numbers of somebody are known; which, nobody can read. */
export interface StaffEntry {
  /** Of the account. */
  id: string;
  name: string;
  phoneCount: number;
  idNumberCount: number;
  customerNumberCount: number;
  /** Find nobody any more since the search key was changed. */
  staleCount: number;
  changedAt: string;
}

/** The list as a whole. */
export interface StaffTotals {
  accountCount: number;
  numberCount: number;
  staleCount: number;
}

/** What a dry run, or an import, found in a file. */
export interface StaffReport {
  encoding: 'utf-8' | 'gb18030';
  accountCount: number;
  numberCount: number;
  faultCount: number;
  isApplied: boolean;
  faults: { line: number; column: string | null; code: string }[];
}

/** What is typed of one person. */
export interface StaffForm {
  username: string;
  phone?: string;
  idNumber?: string;
  customerNumber?: string;
}

const COLUMNS = ['username', 'phone', 'idNumber', 'customerNumber'] as const;

/** One person as a file of one row. */
export function csvOf(form: StaffForm): string {
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  return `${COLUMNS.join(',')}\r\n${COLUMNS.map((name) => cell(form[name] ?? '')).join(',')}\r\n`;
}

/** The list, page by page. */
export function useStaffList() {
  return usePageList<StaffEntry>({ resource: 'staff-list', path: '/staff-list', query: {} });
}

/** How much there is. */
export function useStaffTotals() {
  const api = useApi();
  return useQuery<StaffTotals, ApiError>({
    queryKey: ['staff-list', 'totals'],
    queryFn: async ({ signal }) =>
      (await api.get<{ totals: StaffTotals }>('/staff-list', { query: { limit: '1' }, signal })).totals,
  });
}

/** What the page does; what it changes is read again. */
export function useStaffActs() {
  const api = useApi();
  const cache = useQueryClient();
  const after = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      await cache.invalidateQueries({ queryKey: ['staff-list'] });
    }
  };
  return {
    check: (file: Blob) => api.post<StaffReport>('/staff-list/check', { body: file }),
    apply: (file: Blob) => after(api.post<StaffReport>('/staff-list/import', { body: file })),
    remove: (accountId: string) => after(api.delete(`/staff-list/${accountId}`)),
  };
}
