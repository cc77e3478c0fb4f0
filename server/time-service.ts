import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

/** What keeps the clock of this machine, as far as it says. */
export type TimeSource = 'timesyncd' | 'chrony' | 'none';
/** Whether the clock follows a time server; `unknown` where nothing says so. */
export type TimeState = 'synchronised' | 'unsynchronised' | 'unknown';

/** What the machine says of its clock. */
export interface TimeReading {
  source: TimeSource;
  state: TimeState;
  /** When the clock was last compared with a time server. */
  syncedAt: Date | null;
}

/** Reads what a time service leaves in files. Node cannot ask the kernel (adjtimex) itself. */
export interface TimeService {
  /** As of at most READ_EVERY_MS ago; never throws. */
  read(): TimeReading;
}

/** Where time services leave their marks. */
export interface TimePlaces {
  /** systemd-timesyncd touches `synchronized` in it with each answer of a time server. */
  timesync: string;
  /** chrony's `tracking.log`, which it writes when its configuration says `log tracking`. */
  chrony: string;
}

export const TIME_PLACES: TimePlaces = {
  timesync: '/run/systemd/timesync',
  chrony: '/var/log/chrony/tracking.log',
};
/** Each entry of the trail asks; the files are looked at so often. */
const READ_EVERY_MS = 10_000;
/** Both services ask at least each 34 minutes unless set otherwise; a mark older than this is of the past. */
export const MARK_AGE_MAX_MS = 2 * 60 * 60_000;
const TAIL_BYTES = 1_024;
const UNKNOWN: TimeReading = { source: 'none', state: 'unknown', syncedAt: null };
/** `2026-03-02 08:00:00 192.0.2.1  3 …` with the leap status, a letter or `?`, as the eighth word. */
const TRACKING_LINE = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:\S+\s+){5}([N+?-])(\s|$)/;

/** `auto` takes the first of timesyncd and chrony that there is; `none` says unknown. */
export function createTimeService(deps: {
  source: 'auto' | TimeSource;
  now(): Date;
  places?: TimePlaces;
}): TimeService {
  const { source, now, places = TIME_PLACES } = deps;
  let known: { atMs: number; reading: TimeReading } | undefined;
  return {
    read() {
      const nowMs = now().getTime();
      const ageMs = known === undefined ? Infinity : Math.abs(nowMs - known.atMs);
      if (known === undefined || ageMs >= READ_EVERY_MS)
        known = { atMs: nowMs, reading: readPlaces(source, places, nowMs) };
      return known.reading;
    },
  };
}

function readPlaces(source: 'auto' | TimeSource, places: TimePlaces, nowMs: number): TimeReading {
  const isTimesync = source === 'timesyncd' || (source === 'auto' && existsSync(places.timesync));
  if (isTimesync) return readTimesync(places.timesync, nowMs);
  const isChrony = source === 'chrony' || (source === 'auto' && existsSync(places.chrony));
  return isChrony ? readChrony(places.chrony, nowMs) : UNKNOWN;
}

function readTimesync(folder: string, nowMs: number): TimeReading {
  const source = 'timesyncd';
  if (!existsSync(folder)) return { ...UNKNOWN, source };
  try {
    return judge(source, statSync(`${folder}/synchronized`).mtime, nowMs);
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { source, state: isAbsent ? 'unsynchronised' : 'unknown', syncedAt: null };
  }
}

function readChrony(path: string, nowMs: number): TimeReading {
  const source = 'chrony';
  const found = lastLines(path)
    .map((line) => TRACKING_LINE.exec(line))
    .findLast((match) => match !== null);
  if (!found) return { ...UNKNOWN, source };
  const syncedAt = new Date(`${found[1]}T${found[2]}Z`);
  if (found[3] === '?') return { source, state: 'unsynchronised', syncedAt: null };
  return judge(source, syncedAt, nowMs);
}

function judge(source: TimeSource, syncedAt: Date, nowMs: number): TimeReading {
  const isFresh = nowMs - syncedAt.getTime() <= MARK_AGE_MAX_MS;
  return { source, state: isFresh ? 'synchronised' : 'unsynchronised', syncedAt };
}

/** The end of a file, a line each; empty when it cannot be read. */
function lastLines(path: string): string[] {
  let handle: number | undefined;
  try {
    handle = openSync(path, 'r');
    const { size } = statSync(path);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(handle, tail, 0, tail.length, size - tail.length);
    return tail.toString('latin1').split('\n');
  } catch {
    return [];
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
