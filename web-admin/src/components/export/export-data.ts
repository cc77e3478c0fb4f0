import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, usePageList, type ApiError } from '../../api/index.ts';

/** Formats of a file. */
export type ExportFormat = 'xlsx' | 'csv' | 'pdf' | 'html' | 'json' | 'jsonl';

/** `waiting` for a second person, then on its way to one of the ends. */
export type ExportState =
  'waiting' | 'queued' | 'running' | 'ready' | 'expired' | 'failed' | 'cancelled' | 'refused';

/** What the account may export, as the server describes it. */
export interface ExportKind {
  kind: string;
  title: { zh: string; en: string };
  formats: ExportFormat[];
  columns: { key: string; title: { zh: string; en: string } }[];
  canUnmask: boolean;
  rowsMax: number;
  pdfRowsMax: number;
  keptHours: number;
}

/** One export of the account. */
export interface ExportItem {
  id: string;
  kind: string;
  title: { zh: string; en: string };
  format: ExportFormat;
  isUnmasked: boolean;
  state: ExportState;
  /** Rows read so far, all of them once `isCollected`. */
  rowCount: number;
  isCollected: boolean;
  writtenCount: number;
  sizeBytes: number | null;
  errorCode: string | null;
  askedAt: string;
  endedAt: string | null;
  expiresAt: string | null;
  downloadCount: number;
}

/** What is sent to ask for an export. */
export interface ExportOrder {
  kind: string;
  format: ExportFormat;
  lang: 'zh-CN' | 'en';
  columns: string[];
  params: Record<string, unknown>;
  unmasked?: boolean;
  reason?: string;
}

const ACTIVE: ReadonlySet<ExportState> = new Set(['queued', 'running']);
const POLL_MS = 2_000;

/** Whether an export is being made at this moment. */
export function isActive({ state }: Pick<ExportItem, 'state'>): boolean {
  return ACTIVE.has(state);
}

/** How far it is, 0 to 1; undefined while rows are read, whose number nobody knows yet. */
export function ratioOf({ isCollected, writtenCount, rowCount }: ExportItem): number | undefined {
  if (!isCollected) return undefined;
  return rowCount === 0 ? 1 : writtenCount / rowCount;
}

/** Size of a file in the unit that reads best: `12 KB`, `3.4 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1_000))} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Address of a finished file; the browser saves it with the session's cookie. */
export function fileAddress(id: string): string {
  return `/api/v1/exports/${id}/file`;
}

/** What may be exported; asked once for a session. */
export function useExportKind(kind: string) {
  const api = useApi();
  const { data, error } = useQuery<ExportKind[], ApiError>({
    queryKey: ['exports', 'kinds'],
    queryFn: ({ signal }) => api.get<ExportKind[]>('/exports/kinds', { signal }),
    staleTime: Infinity,
  });
  return { kind: data?.find((known) => known.kind === kind), error };
}

/** The own exports, newest first; looked at again while something is being made. */
export function useExports(isAnyActive: boolean) {
  return usePageList<ExportItem>({
    resource: 'exports',
    path: '/exports',
    ...(isAnyActive ? { refetchIntervalMs: POLL_MS } : {}),
  });
}

/** Asking, and ending. */
export function useExportActs() {
  const api = useApi();
  const cache = useQueryClient();
  const reload = () => cache.invalidateQueries({ queryKey: ['exports', 'list'] });
  return {
    reload,
    async ask(order: ExportOrder): Promise<ExportItem> {
      const offsetMinutes = -new Date().getTimezoneOffset();
      const item = await api.create<ExportItem>('/exports', { body: { ...order, offsetMinutes } });
      await reload();
      return item;
    },
    async cancel(id: string): Promise<void> {
      await api.post(`/exports/${id}/cancel`);
      await reload();
    },
  };
}
