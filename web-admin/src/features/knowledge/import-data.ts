import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, usePageList, type ApiError } from '../../api/index.ts';

/** Outcomes of rows, in the order in which somebody wants to see them. */
export const ROW_OUTCOMES = [
  'faulty',
  'conflict',
  'refused',
  'changed',
  'new',
  'unchanged',
  'applied',
] as const;
export type RowOutcome = (typeof ROW_OUTCOMES)[number];

/** A file of articles as the server knows it. */
export interface ArticleImport {
  id: string;
  state: 'checking' | 'checked' | 'applying' | 'done';
  format: string;
  rowCount: number;
  /** Rows of the running step that are done. */
  doneCount: number;
  newCount: number;
  changedCount: number;
  unchangedCount: number;
  conflictCount: number;
  faultyCount: number;
  appliedCount: number;
  createdAt: string;
  endedAt: string | null;
  version: number;
}

/** A row of a file with what it would do, or what is the matter with it. */
export interface ImportRow {
  /** Its line, once more, as lists want it. */
  id: number;
  line: number;
  question: string | null;
  articleId: string | null;
  outcome: RowOutcome | 'waiting';
  code: string | null;
  column: string | null;
  otherLine: number | null;
  otherId: string | null;
}

const BUSY_MS = 1_500;
const ROWS_AT_ONCE = 100;
/** Reading and storing ten thousand rows takes the server a while. */
const UPLOAD_TIMEOUT_MS = 180_000;

/** Whether the server is at work on it. */
export function isBusy({ state }: Pick<ArticleImport, 'state'>): boolean {
  return state === 'checking' || state === 'applying';
}

/** What a file's name says of its form; undefined for a name that says nothing. */
export function formatOf(name: string): 'xlsx' | 'csv' | 'jsonl' | undefined {
  const ending = name.toLowerCase().split('.').at(-1);
  if (ending === 'xlsx' || ending === 'csv' || ending === 'jsonl') return ending;
  return ending === 'ndjson' ? 'jsonl' : undefined;
}

/** Share of the running step that is done, 0 to 1. */
export function shareOf({ doneCount, rowCount }: Pick<ArticleImport, 'doneCount' | 'rowCount'>): number {
  return rowCount === 0 ? 0 : Math.min(1, doneCount / rowCount);
}

/** The own imports, the newest first; asked again and again while one is at work. */
export function useArticleImports() {
  const api = useApi();
  return useQuery<ArticleImport[], ApiError>({
    queryKey: ['article-imports'],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: ArticleImport[] }>('/article-imports', { signal, isBackground: true })).items,
    refetchInterval: ({ state }) => (state.data?.some(isBusy) ? BUSY_MS : false),
  });
}

/** Rows of a file, of one outcome or all. The state is part of the key: a row becomes another by the import. */
export function useImportRows(item: ArticleImport, outcome: RowOutcome | undefined) {
  return usePageList<ImportRow>({
    resource: `article-import-${item.id}-${item.state}`,
    path: `/article-imports/${item.id}/rows`,
    query: { outcome, limit: ROWS_AT_ONCE },
    isEnabled: !isBusy(item),
  });
}

/** Taking a file in, and bringing in what it says. */
export function useImportActs() {
  const api = useApi();
  const cache = useQueryClient();
  async function reread<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await Promise.all(
        ['article-imports', 'articles'].map((key) => cache.invalidateQueries({ queryKey: [key] })),
      );
    }
  }
  return {
    receive: (file: File, format: string) =>
      reread(() =>
        api.post<ArticleImport>('/article-imports', {
          ...{ query: { format }, body: new Blob([file]), timeoutMs: UPLOAD_TIMEOUT_MS },
        }),
      ),
    apply: ({ id, version }: ArticleImport) =>
      reread(() => api.post<ArticleImport>(`/article-imports/${id}/apply`, { version })),
  };
}
