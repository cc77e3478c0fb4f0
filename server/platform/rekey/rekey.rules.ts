/** Kinds of work that change keys. */
export const REKEY_JOBS = {
  rewrap: 'crypto.rewrap',
  renew: 'crypto.renew-keys',
  reseal: 'crypto.reseal',
  rotateIndex: 'crypto.rotate-index',
  rehash: 'crypto.rehash',
  retire: 'crypto.retire-key',
} as const;

/** Limits of changing keys. */
export const REKEY_LIMITS = {
  /** Keys wrapped anew, or made, in one unit of work. */
  keysAtOnce: 500,
  /** Rows sealed anew in one unit of work, and the fewest when writing is slow; pieces of files are a mebibyte each. */
  rowsAtOnce: 64,
  rowsAtOnceMin: 10,
  fileRowsAtOnce: 4,
  /** How long writing a page may take: the statement and the flush of its log are in the way of other commits. */
  writeMs: 4,
  /** Values opened or sealed before others get their turn: about a millisecond. */
  valuesAtOnce: 10,
  /** How long a slice of work waits at most for those who wait for a commit. */
  stepBackMs: 30,
  /** Rows hashed anew in one unit of work, and rows that one statement looks through for them. */
  hashedAtOnce: 125,
  spanRows: 5_000,
  /** How often a page is read again whose rows changed while it was sealed anew; then the next run does it. */
  racesMax: 3,
  /** Share of the time a walk over values works at most; conversations have the rest. */
  workShare: 0.5,
  timeoutMs: 24 * 3_600_000,
  /** How long the other processes have to hear of a new key before the first uses it. */
  settleMs: 60_000,
  /** How often a job that waits says that it is there. */
  lookAgainMs: 5_000,
  /** Values one key seals before it is replaced: a quarter of what random vectors of AES-GCM allow (SP 800-38D). */
  writesMax: 2 ** 30,
  /** How often a process tells how much it sealed. */
  countEveryMs: 10 * 60_000,
} as const;

/** Rests as long as was worked, or stops waiting when the work is to end; the next checkpoint then throws. */
export function restAfter(workedMs: number, signal: AbortSignal): Promise<void> {
  return rest(workedMs * (1 / REKEY_LIMITS.workShare - 1), signal);
}

/** Waits, or stops waiting when the work is to end. */
export function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
