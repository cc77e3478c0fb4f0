import { AppError } from '../../kernel/index.ts';
import { maskText } from '../crypto/index.ts';

/** How much a notice asks of people: `alarm` that somebody acts now. */
export type Severity = 'info' | 'warning' | 'alarm';

/** The severities, the least first. */
export const SEVERITIES: readonly Severity[] = ['info', 'warning', 'alarm'];

/** Something people should know. */
export interface Notice {
  /** Permanent name `area.event` of a registered template. */
  kind: string;
  severity: Severity;
  /** Accounts by id, and everybody who holds a permission, or one of some; both may be given. */
  to: { accountIds?: readonly string[]; permission?: string | readonly string[] };
  /** Ids, counts, codes for the places of the template; texts are masked once more and cut to one line. */
  params: Readonly<Record<string, string | number>>;
  /** Path of the console where one can act: `/jobs`. */
  link?: string;
  /** While an account has an unread notice of this key, another one only counts up on it. */
  key?: string;
}

/** Limits of the notifier; durations in milliseconds. */
export const NOTIFY_LIMITS = {
  /** Accounts that get one notice; more are cut, the log says so. */
  recipientsMax: 2_000,
  paramsMax: 20,
  paramCharactersMax: 200,
  keyCharactersMax: 128,
  linkCharactersMax: 300,
  channelsMax: 20,
  /** Notices that wait for one channel; the next ones are dead letters at once. */
  queuedPerChannelMax: 10_000,
  /** Notices that one channel carries in a minute, and in one go. */
  perMinute: 300,
  batch: 200,
  attemptsMax: 12,
  backoffFirstMs: 5_000,
  backoffMaxMs: 15 * 60_000,
  /** One attempt on one channel, from the connection to the answer. */
  attemptMs: 20_000,
  postsAtOnce: 50,
  pollMs: 1_000,
  readKeptMs: 90 * 86_400_000,
  unreadKeptMs: 365 * 86_400_000,
  deliveriesKeptMs: 30 * 86_400_000,
  /** The bell counts no further. */
  unreadShownMax: 100,
} as const;

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** A value as it may stand in a message: one line, no control characters, masked, at most 200 characters. */
export function cleanValue(value: string | number): string | number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : 0;
  return maskText(value.replaceAll(CONTROL, ' ')).slice(0, NOTIFY_LIMITS.paramCharactersMax);
}

/** The notice with clean values; throws `request.invalid` for one that our own code built wrongly. */
export function checkNotice(notice: Notice): Notice {
  const { params, key = '', link = '' } = notice;
  const isWrong =
    Object.keys(params).length > NOTIFY_LIMITS.paramsMax ||
    key.length > NOTIFY_LIMITS.keyCharactersMax ||
    link.length > NOTIFY_LIMITS.linkCharactersMax ||
    (link !== '' && !/^\/(?!\/)[\w./?=&%-]*$/.test(link));
  if (isWrong) throw new AppError('request.invalid');
  const clean = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, cleanValue(value)]));
  return { ...notice, params: clean };
}

/** How long the `attempts`-th failure is waited out: doubled, give or take a fifth (`ratio` is 0 to 1). */
export function backoffMs(attempts: number, ratio: number): number {
  const base = Math.min(
    NOTIFY_LIMITS.backoffMaxMs,
    NOTIFY_LIMITS.backoffFirstMs * 2 ** Math.max(0, attempts - 1),
  );
  return Math.round(base * (0.8 + 0.4 * ratio));
}

/** Whether a channel that takes notices from `least` on carries this one. */
export function isCarried(severity: string, least: string): boolean {
  return SEVERITIES.indexOf(severity as Severity) >= SEVERITIES.indexOf(least as Severity);
}
