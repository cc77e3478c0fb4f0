import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';

/** Classes of records, in the order of the table. */
export const RECORD_CLASSES = [
  'chat',
  'ticket',
  'complaint',
  'recording',
  'qa',
  'file',
  'profile',
  'export',
] as const;
export type RecordClass = (typeof RECORD_CLASSES)[number];
export type RecordAction = 'archive-and-delete' | 'delete';

/** How long a class is kept. */
export interface ClassRule {
  recordClass: RecordClass;
  months: number;
  action: RecordAction;
  version: number;
  changedAt: string | null;
  floorMonths: number;
  defaultMonths: number;
  canArchive: boolean;
}

/** What a run came to in one class. */
export interface ClassReport {
  due: number;
  gone: number;
  rows: number;
  heldByHold: number;
  keptByClass: Record<string, number>;
  oldestAt: string | null;
  newestAt: string | null;
}

/** A sweep or a dry run. */
export interface Run {
  id: string;
  kind: 'dry' | 'real';
  state: 'running' | 'done' | 'failed';
  startedAt: string;
  asOf: string;
  finishedAt: string | null;
  chunkCount: number;
  rowsRemoved: number;
  errorCode: string | null;
  report: {
    classes: Record<string, ClassReport>;
    holds: Record<string, number>;
    outlook: { month: string; counts: Record<string, number> }[];
    manifest?: { folder: string; sha256: string };
  };
}

/** How records are kept, and how the sweeps stand. */
export interface Overview {
  classes: ClassRule[];
  sweeps: {
    isScheduled: boolean;
    version: number;
    highWaterAt: string | null;
    clockSeenAt: string | null;
  };
  holdCount: number;
  /** Holds that wait for people. */
  holdsDue: number;
  lastDryRun: Run | null;
  lastSweep: Run | null;
  running: Run | null;
}

/** A legal hold as the list shows it. */
export interface Hold {
  id: string;
  requesterId: string | null;
  accountId: string | null;
  ticketId: string | null;
  recordClass: RecordClass | null;
  fromAt: string | null;
  toAt: string | null;
  isActive: boolean;
  placedBy: { id: string; name: string };
  placedAt: string;
  endsAt: string | null;
  confirmedBy: { id: string; name: string } | null;
  confirmedAt: string | null;
  /** What it waits for: its planned end has come, or nobody has confirmed it. */
  due: 'ended' | 'unconfirmed' | null;
  ending: 'released' | 'refused' | null;
  approvedBy: { id: string; name: string } | null;
  releasedAt: string | null;
  version: number;
}

/** A hold with its sealed words. */
export interface HoldDetail extends Hold {
  reason: string;
  authority: string;
}

/** What an officer fills in to place a hold; times as the server takes them. */
export interface HoldInput {
  requesterId?: string;
  accountId?: string;
  ticketId?: string;
  recordClass?: RecordClass;
  fromAt?: string;
  toAt?: string;
  endsAt: string;
  reason: string;
  authority: string;
}

/** Done, or waiting for a second person. */
export interface Outcome {
  state: 'done' | 'asked';
}

/** While a run is under way the page looks again by itself. */
const LOOK_EVERY_MS = 3_000;

/** The page's data; `isWaiting` while a dry run that was started has not reported. */
export function useOverview(isWaiting: boolean) {
  const api = useApi();
  return useQuery<Overview, ApiError>({
    queryKey: ['records', 'overview'],
    queryFn: ({ signal }) => api.get<Overview>('/records', { signal }),
    refetchOnWindowFocus: false,
    refetchInterval: ({ state }) => (isWaiting || state.data?.running ? LOOK_EVERY_MS : false),
  });
}

/** The acts of the page; what they change is read again. */
export function useRecordActions() {
  const api = useApi();
  const cache = useQueryClient();
  const after = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      await cache.invalidateQueries({ queryKey: ['records'] });
      await cache.invalidateQueries({ queryKey: ['holds'] });
    }
  };
  return {
    changeRule: (rule: ClassRule, body: { months: number; action: RecordAction; reason: string }) =>
      after(api.put<Outcome>(`/records/rules/${rule.recordClass}`, { version: rule.version, body })),
    schedule: (version: number, body: { isOn: boolean; reason: string }) =>
      after(api.put<Outcome>('/records/schedule', { version, body })),
    confirmClock: (reason: string) =>
      after(api.post<Outcome>('/records/clock/confirm', { body: { reason } })),
    dryRun: () => after(api.post('/records/dry-run')),
    sweep: () => after(api.post('/records/sweep')),
    place: (body: HoldInput) => after(api.create<HoldDetail>('/holds', { body })),
    release: (hold: Hold, reason: string) =>
      after(api.post<Outcome>(`/holds/${hold.id}/release`, { version: hold.version, body: { reason } })),
    extend: (hold: Hold, body: { endsAt: string; reason: string }) =>
      after(api.post<Outcome>(`/holds/${hold.id}/extend`, { version: hold.version, body })),
    askConfirmation: (hold: Hold) => after(api.post<Outcome>(`/holds/${hold.id}/confirm`)),
    openHold: (id: string) => api.get<HoldDetail>(`/holds/${id}`),
  };
}
