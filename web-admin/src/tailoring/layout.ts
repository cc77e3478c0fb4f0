import { useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { useApi, type ApiError } from '../api/index.ts';
import type { MessageKey } from '../i18n/index.ts';

/** Parts of the product that can be switched off. */
export const MODULES = ['tickets', 'knowledge', 'robot', 'qa', 'reports', 'satisfaction'] as const;
/** One of them. */
export type ModuleName = (typeof MODULES)[number];

/** Cards of the customer panel. */
export const PANEL_CARDS = ['profile', 'fields', 'tickets', 'conversations'] as const;
/** One of them. */
export type PanelCard = (typeof PANEL_CARDS)[number];

/** How the console is laid out for this account. */
export interface Layout {
  modulesOff: readonly string[];
  menu: { order: readonly string[]; hidden: readonly string[] };
  panels: { customer: readonly PanelCard[] };
}

const AS_SHIPPED: Layout = {
  modulesOff: [],
  menu: { order: [], hidden: [] },
  panels: { customer: PANEL_CARDS },
};
const POLL_MS = 60_000;

/** Parts that are off, the menu, the cards of panels; asked for again every minute, which is no use of the session. */
export function useLayout(): Layout {
  const api = useApi();
  const { data } = useQuery<Layout, ApiError>({
    queryKey: ['tailoring'],
    queryFn: ({ signal }) => api.get<Layout>('/tailoring', { signal, isBackground: true }),
    staleTime: 5_000,
    refetchInterval: POLL_MS,
  });
  return data ?? AS_SHIPPED;
}

/** Rows of a menu without hidden ones and those of parts that are off: first the ordered ones, then the others. */
export function arrange<T extends { path: string; module?: ModuleName }>(
  rows: readonly T[],
  layout: Layout,
): T[] {
  const { order, hidden } = layout.menu;
  const place = (row: T) => {
    const index = order.indexOf(row.path);
    return index < 0 ? order.length : index;
  };
  return rows
    .filter(({ path, module }) => !hidden.includes(path) && !isOff(layout, module))
    .sort((a, b) => place(a) - place(b));
}

/** Whether a part is switched off. */
export function isOff(layout: Layout, module: ModuleName | undefined): boolean {
  return module !== undefined && layout.modulesOff.includes(module);
}

/** An entry of the side navigation, for the page that arranges it. */
export interface NavEntry {
  path: string;
  label: MessageKey;
}

/** Every entry there is; the shell provides it. */
export const NavEntriesContext = createContext<readonly NavEntry[]>([]);

/** Every entry of the side navigation there is. */
export function useNavEntries(): readonly NavEntry[] {
  return useContext(NavEntriesContext);
}
