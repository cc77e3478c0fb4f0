import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';

/** Class of entries, as the trail names it. */
export type EntryClass =
  'personal-data' | 'access' | 'administration' | 'business' | 'knowledge' | 'system' | 'audit';

/** How long entries of a class are kept. */
export interface Period {
  entryClass: EntryClass;
  keepDays: number;
  version: number;
  changedAt: string | null;
}

/** What ended the range that may go. */
export type PurgeStop = 'period' | 'hold' | 'limit';

/** A dry run, or a purge at work. */
export interface PurgeJob {
  id: string;
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'parked';
  done: number | null;
  total: number | null;
  errorCode: string | null;
  result: {
    before?: string;
    entries?: number;
    fromSeal?: number;
    toSeal?: number;
    untilAt?: string;
    stop?: PurgeStop;
    hold?: string;
  };
  createdAt: string;
  endedAt: string | null;
}

/** A purge that happened, with what proves it. */
export interface Purge {
  purgeNo: number;
  fromSeal: number;
  toSeal: number;
  entries: number;
  root: string;
  archiveName: string;
  archiveSha256: string;
  archive: 'there' | 'differs' | 'moved';
  requestedBy: { id: string; name: string };
  approvedBy: { id: string; name: string };
  untilAt: string;
  decidedAt: string;
}

/** The whole page. */
export interface Purges {
  floorDays: number;
  periods: Period[];
  plan: PurgeJob | null;
  run: PurgeJob | null;
  items: Purge[];
  nextCursor?: string;
}

const LOOK_EVERY_MS = 3_000;

/** Whether a job has not ended yet. */
export function isAtWork(job: PurgeJob | null | undefined): boolean {
  return job?.endedAt === null;
}

/** The page's data; looked at again while something is at work. */
export function usePurges() {
  const api = useApi();
  return useQuery<Purges, ApiError>({
    queryKey: ['purges'],
    queryFn: ({ signal }) => api.get<Purges>('/audit/purges', { signal }),
    refetchOnWindowFocus: false,
    refetchInterval: ({ state }) =>
      isAtWork(state.data?.plan) || isAtWork(state.data?.run) ? LOOK_EVERY_MS : false,
  });
}

/** What the page does; what it changes is read again. */
export function usePurgeActs() {
  const api = useApi();
  const cache = useQueryClient();
  const after = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      await cache.invalidateQueries({ queryKey: ['purges'] });
    }
  };
  return {
    dryRun: (before: string) => after(api.post('/audit/purges/dry-run', { body: { before } })),
    ask: (before: string, reason: string) => after(api.post('/audit/purges', { body: { before, reason } })),
    change: ({ entryClass, version }: Period, keepDays: number, reason: string) =>
      after(
        api.put<{ state: 'done' | 'asked' }>(`/audit/periods/${entryClass}`, {
          ...{ version, body: { keepDays, reason } },
        }),
      ),
  };
}
