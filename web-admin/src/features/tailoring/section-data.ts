import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, usePageList, type ApiError } from '../../api/index.ts';

/** Sections of the settings, in the order of the page. */
export const SECTION_NAMES = [
  'brand',
  'modules',
  'menus',
  'panels',
  'texts',
  'fields',
  'region',
  'sign-in',
] as const;
/** One of them. */
export type SectionName = (typeof SECTION_NAMES)[number];

/** A section as it is in force. */
export interface Section<T> {
  section: string;
  version: number;
  value: T;
  defaults: T;
}

/** How a change ended. */
export type ChangeOutcome = { state: 'applied'; version: number } | { state: 'waiting'; approvalId: string };

/** One version of the history. */
export interface SettingVersion {
  /** The version, for the list. */
  id: number;
  version: number;
  changedAt: string;
  changedBy: { id: string; displayName: string };
  approvedBy?: { id: string; displayName: string };
  reason: string;
  restoredVersion?: number;
}

/** One difference between two versions. */
export interface DiffLine {
  path: string;
  from?: string;
  to?: string;
}

/** A section by name. */
export function useSection<T>(name: SectionName) {
  const api = useApi();
  return useQuery<Section<T>, ApiError>({
    queryKey: ['settings', name],
    queryFn: ({ signal }) => api.get<Section<T>>(`/settings/${name}`, { signal }),
    refetchOnWindowFocus: false,
  });
}

/** Versions of a section, newest first. */
export function useVersions(name: SectionName) {
  return usePageList<SettingVersion>({
    resource: `settings-versions-${name}`,
    path: `/settings/${name}/versions`,
    isQuiet: true,
  });
}

/** What changed between two versions; 0 names the defaults. */
export function useDiff(name: SectionName, between: { from: number; to: number } | undefined) {
  const api = useApi();
  return useQuery<DiffLine[], ApiError>({
    queryKey: ['settings', name, 'diff', between],
    queryFn: async ({ signal }) =>
      (await api.get<{ lines: DiffLine[] }>(`/settings/${name}/diff`, { query: { ...between }, signal }))
        .lines,
    enabled: between !== undefined,
    refetchOnWindowFocus: false,
  });
}

/** Saves and restores a section. Whatever is drawn by the settings is read again afterwards. */
export function useSectionActions(name: SectionName) {
  const api = useApi();
  const cache = useQueryClient();
  async function change(send: () => Promise<ChangeOutcome>): Promise<ChangeOutcome> {
    const outcome = await send();
    const keys = [
      ['settings', name],
      [`settings-versions-${name}`],
      ['appearance'],
      ['tailoring'],
      ['fields'],
    ];
    await Promise.all(keys.map((queryKey) => cache.invalidateQueries({ queryKey })));
    return outcome;
  }
  return {
    save: (version: number, value: unknown, reason: string) =>
      change(() => api.put<ChangeOutcome>(`/settings/${name}`, { body: { value, reason }, version })),
    restore: (version: number, to: number, reason: string) =>
      change(() => api.post<ChangeOutcome>(`/settings/${name}/restore`, { body: { to, reason }, version })),
  };
}
