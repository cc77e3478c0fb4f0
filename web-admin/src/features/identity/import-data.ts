import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';

/** Making a hundred passwords takes the server up to a minute when it is busy. */
const PASSWORDS_TIMEOUT_MS = 120_000;
/** The browser has begun to save a file by then. */
const SAVE_MS = 60_000;
/** Faults that the server lists of one file. */
export const FAULTS_SHOWN_MAX = 200;
/** How often the list looks for an approval. */
const LOOK_MS = 15_000;

/** An import as the server shows it. */
export interface AccountImport {
  id: string;
  state: 'checked' | 'submitted' | 'applied';
  encoding: 'utf-8' | 'gb18030';
  newCount: number;
  changedCount: number;
  unchangedCount: number;
  faultyCount: number;
  faults: { line: number; column: string | null; code: string }[];
  sample: { line: number; username: string; displayName: string; roles: string[]; unit: string }[];
  passwordsLeft: number;
  createdAt: string;
  version: number;
}

/** The newest imports of the own account, looked at again while the drawer is open. */
export function useImports() {
  const api = useApi();
  return useQuery<AccountImport[], ApiError>({
    queryKey: ['account-imports'],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: AccountImport[] }>('/account-imports', { signal, isBackground: true })).items,
    refetchInterval: LOOK_MS,
  });
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SAVE_MS);
}

/** What the drawer does; each act reads the list again, also after a refusal. */
export function useImportActs() {
  const api = useApi();
  const cache = useQueryClient();
  async function reread<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await cache.invalidateQueries({ queryKey: ['account-imports'] });
    }
  }
  return {
    check: (file: File) =>
      reread(() => api.post<AccountImport>('/account-imports', { body: new Blob([file]) })),
    submit: ({ id, version }: AccountImport, reason: string) =>
      reread(() => api.post(`/account-imports/${id}/submit`, { version, body: { reason } })),
    passwords: ({ id, version }: AccountImport) =>
      reread(async () => {
        const blob = await api.post<Blob>(`/account-imports/${id}/passwords`, {
          ...{ version, isBlob: true, timeoutMs: PASSWORDS_TIMEOUT_MS },
          body: { offsetMinutes: -new Date().getTimezoneOffset() },
        });
        save(blob, `passwords-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.csv`);
      }),
  };
}
