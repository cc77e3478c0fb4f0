import { AppError, type Actor } from '../../kernel/index.ts';
import type { Json } from '../persistence/index.ts';

/** Where a job stands. `parked`: this version of the program does not know its kind. */
export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'parked';
/** What made a job: its schedule, the program, or a person who pressed "run now". */
export type JobCause = 'schedule' | 'demand' | 'person';

/** What a run may do and know. */
export interface JobContext<S extends Json = Json> {
  readonly jobId: string;
  /** Whoever asked for the work; the server itself for a schedule. It carries no permissions. */
  readonly actor: Actor;
  /** Aborted when the job is cancelled, timed out, lost to another process, or the server stops. */
  readonly signal: AbortSignal;
  /** What the last checkpoint kept; undefined in a first run. */
  readonly state: S | undefined;
  /**
   * Keeps `state` durably: a run that dies goes on from here. Throws when the run may not go on (cancelled, timed
   * out, taken over), so a loop that keeps checkpoints needs no other check.
   */
  checkpoint(state: S, progress?: { done: number; total?: number }): Promise<void>;
  now(): Date;
}

/** One kind of background work. */
export interface JobKind<P extends Json = Json, S extends Json = Json> {
  /** Permanent name `area.act`, at most 64 characters; rows in the database carry it. */
  kind: string;
  title: { zh: string; en: string };
  /** Cron expression in the installation's time zone, until a person sets another; absent: on demand only. */
  schedule?: string;
  /** Failed runs before the job has failed for good. */
  maxAttempts: number;
  /** Longest run in milliseconds. */
  timeoutMs: number;
  /** Jobs of this kind at the same time; 1 unless set. */
  atOnce?: number;
  /**
   * Does the work. Idempotent: it may be repeated after a kill, from the last checkpoint on. Its value is shown in the
   * console. Parameters, state, and value hold ids, codes, and numbers only.
   */
  run(context: JobContext<S>, params: P): Promise<Json | void>;
}

/** A kind with its types forgotten, as the table of kinds holds it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the table mixes kinds of all parameter types
export type AnyJobKind = JobKind<any, any>;

/** Limits of the engine; durations in milliseconds. */
export const JOB_LIMITS = {
  /** Jobs that run at the same time in this process. */
  atOnce: 6,
  /** Waiting jobs of one kind; more are refused with `job.queue_full`. */
  waitingPerKindMax: 20_000,
  paramsBytesMax: 16 * 1024,
  stateBytesMax: 64 * 1024,
  resultBytesMax: 8 * 1024,
  /** A run whose process says nothing for this long is taken over. */
  claimMs: 15_000,
  /** How often a process says that its runs live, and asks whether they were cancelled. */
  beatMs: 3_000,
  /** A run that does not end this long after it was told to is given up. */
  graceMs: 5_000,
  backoffFirstMs: 5_000,
  backoffMaxMs: 15 * 60_000,
  /** Waiting time after an outage of the database or the disk; it does not count as an attempt. */
  outageWaitMs: 5_000,
  /** How often a job may lose its process before it has failed. */
  restartsMax: 10,
  /** Ended jobs of one kind that are kept, and for how long. */
  endedPerKindMax: 1_000,
  endedKeptMs: 90 * 86_400_000,
  pollMs: 1_000,
} as const;

/** How long the `attempts`-th failure is waited out. */
export function backoffMs(attempts: number): number {
  return Math.min(JOB_LIMITS.backoffMaxMs, JOB_LIMITS.backoffFirstMs * 2 ** Math.max(0, attempts - 1));
}

/** What becomes of a run that ended with an error. */
export type Ending =
  { state: 'lost' } | { state: 'cancelled' } | { state: 'failed' } | { state: 'queued'; waitMs: number };

/** The installation is away, not the job at fault. */
const OUTAGE = /^(storage\.|server\.busy$|audit\.unavailable$)/;

/** Decides on a run that ended with `code`; `attempts` counts this failure. */
export function endingOf(code: string, attempts: number, maxAttempts: number): Ending {
  if (code === 'job.claim_lost') return { state: 'lost' };
  if (code === 'job.cancelled') return { state: 'cancelled' };
  if (code === 'server.draining') return { state: 'queued', waitMs: 0 };
  if (OUTAGE.test(code)) return { state: 'queued', waitMs: JOB_LIMITS.outageWaitMs };
  if (attempts >= maxAttempts) return { state: 'failed' };
  return { state: 'queued', waitMs: backoffMs(attempts) };
}

/** Whether a failure of this code is counted against the job's attempts. */
export function countsAsAttempt(code: string): boolean {
  return code !== 'server.draining' && !OUTAGE.test(code);
}

/** The code of anything a run threw. */
export function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'server.internal';
}

/** Refuses a value whose JSON is longer than `bytesMax`, with `job.too_large`. */
export function assertFits(value: unknown, bytesMax: number): void {
  if (Buffer.byteLength(JSON.stringify(value) ?? '') > bytesMax) throw new AppError('job.too_large');
}
