import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApi, usePageList, type ApiError } from '../../api/index.ts';

export const JOB_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'parked'] as const;

export type JobState = (typeof JOB_STATES)[number];

/** One run of background work. */
export interface Job {
  id: string;
  kind: string;
  state: JobState;
  cause: 'schedule' | 'demand' | 'person';
  attempts: number;
  /** How often its process was lost. */
  restarts: number;
  isCancelling: boolean;
  done: number | null;
  total: number | null;
  result: unknown;
  errorCode: string | null;
  createdAt: string;
  dueAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

/** When a kind runs. */
export interface JobSchedule {
  cron: string;
  defaultCron: string;
  isEnabled: boolean;
  nextAt: string | null;
  version: number;
}

/** One kind of background work and how it stands. */
export interface JobKind {
  kind: string;
  title: { zh: string; en: string };
  isKnown: boolean;
  schedule: JobSchedule | null;
  waiting: number;
  parked: number;
  running: Job[];
  last: Job | null;
}

interface KindList {
  timeZone: string;
  items: JobKind[];
}

const BUSY_MS = 2_000;
const IDLE_MS = 15_000;
/** Open jobs of the list that are looked at one by one. */
const FOLLOWED_MAX = 10;
const PREVIEW_AFTER_MS = 400;
/** Times of the preview that are shown. */
export const PREVIEW_SHOWN = 3;

/** Whether something runs or waits, so that the page looks more often. */
export function isBusy(kinds: readonly Pick<JobKind, 'running' | 'waiting'>[]): boolean {
  return kinds.some(({ running, waiting }) => running.length > 0 || waiting > 0);
}

/** Whether a job has not ended. */
export function isOpen({ state }: Pick<Job, 'state'>): boolean {
  return state === 'queued' || state === 'running' || state === 'parked';
}

export function canCancel(job: Pick<Job, 'state' | 'isCancelling'>): boolean {
  return isOpen(job) && !job.isCancelling;
}

export function canRetry({ state }: Pick<Job, 'state'>): boolean {
  return state === 'failed' || state === 'cancelled';
}

/** Share that is done, 0 to 1; undefined while nobody knows the whole. */
export function shareOf({ done, total }: Pick<Job, 'done' | 'total'>): number | undefined {
  if (done === null || total === null || total <= 0) return undefined;
  return Math.min(1, Math.max(0, done / total));
}

/** Numbers and codes a run gave back, as `name: value`; deeper values are left out. */
export function resultLines(result: unknown): string[] {
  if (typeof result === 'number' || typeof result === 'string') return [String(result)];
  if (typeof result !== 'object' || result === null) return [];
  return Object.entries(result)
    .filter(([, value]) => ['number', 'string', 'boolean'].includes(typeof value))
    .map(([name, value]) => `${name}: ${String(value)}`);
}

/** The list with what is known more newly of some of its jobs. */
export function withFresh(jobs: readonly Job[], fresh: readonly Job[]): Job[] {
  const byId = new Map(fresh.map((job) => [job.id, job]));
  return jobs.map((job) => byId.get(job.id) ?? job);
}

/** Kinds with their schedules; asked often while something runs. */
export function useJobKinds() {
  const api = useApi();
  return useQuery<KindList, ApiError>({
    queryKey: ['job-kinds'],
    queryFn: ({ signal }) => api.get<KindList>('/job-kinds', { signal, isBackground: true }),
    refetchInterval: ({ state }) => (isBusy(state.data?.items ?? []) ? BUSY_MS : IDLE_MS),
  });
}

/**
 * Jobs, the newest first. Reading the list stands in the trail, so it is read when somebody asks or acts; its open
 * jobs are followed one by one, which does not.
 */
export function useJobs(filter: { kind: string | undefined; state: JobState | undefined }) {
  const api = useApi();
  const list = usePageList<Job>({ resource: 'jobs', path: '/jobs', query: filter, isQuiet: true });
  const followed = list.items.filter(isOpen).slice(0, FOLLOWED_MAX);
  const fresh = useQueries({
    queries: followed.map(({ id }) => ({
      queryKey: ['job', id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.get<Job>(`/jobs/${id}`, { signal, isBackground: true }),
      refetchInterval: ({ state }: { state: { data?: Job | undefined } }) =>
        state.data === undefined || isOpen(state.data) ? BUSY_MS : (false as const),
    })),
    combine: (results) => results.flatMap(({ data }) => (data ? [data] : [])),
  });
  return { ...list, items: withFresh(list.items, fresh) };
}

/** The text once nobody has typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PREVIEW_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** The next times of an expression; nothing is asked for an empty one. */
export function useCronPreview(text: string) {
  const api = useApi();
  const cron = useSettled(text.trim());
  return useQuery<{ timeZone: string; next: string[] }, ApiError>({
    queryKey: ['job-preview', cron],
    queryFn: ({ signal }) => api.get('/job-schedule-preview', { query: { cron }, signal }),
    enabled: cron !== '',
    retry: false,
  });
}

/** Acts on jobs; everything on the page is read again afterwards, after a refusal too. */
export function useJobActs() {
  const api = useApi();
  const cache = useQueryClient();
  const after = async (work: Promise<unknown>) => {
    try {
      await work;
    } finally {
      await Promise.all(
        ['job-kinds', 'jobs', 'job'].map((key) => cache.invalidateQueries({ queryKey: [key] })),
      );
    }
  };
  return {
    runNow: (kind: string) => after(api.create(`/job-kinds/${kind}/runs`)),
    cancel: (id: string) => after(api.post(`/jobs/${id}/cancel`)),
    retry: (id: string) => after(api.post(`/jobs/${id}/retry`)),
    setSchedule: (kind: string, version: number, body: { cron: string | null; isEnabled: boolean }) =>
      after(api.put(`/job-kinds/${kind}/schedule`, { version, body })),
  };
}
