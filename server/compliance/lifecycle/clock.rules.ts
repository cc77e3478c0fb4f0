/** The clock may run on by this much between two looks of a running server (one an hour); more is asked about. */
export const CLOCK_STEP_MAX_MS = 24 * 60 * 60 * 1_000;
/** Smaller steps back are the ordinary work of time synchronisation. */
const CLOCK_BACK_TOLERATED_MS = 60_000;

/** What a sweep goes by: the instant it counts from, or that the clock cannot be believed. */
export type ClockReading =
  { state: 'plausible' | 'back'; asOf: Date } | { state: 'jumped'; asOf: Date; seenAt: Date };

/**
 * Reads the clock against the highest instant seen before. Set back, it is not followed: the older, higher instant
 * counts, which was true once. A jump forward would make records due before their time, so it gives no instant to
 * sweep by. The first look has nothing to compare with and is believed.
 */
export function readClock(now: Date, highWater: Date | null): ClockReading {
  if (highWater === null) return { state: 'plausible', asOf: now };
  const stepMs = now.getTime() - highWater.getTime();
  if (stepMs > CLOCK_STEP_MAX_MS) return { state: 'jumped', asOf: highWater, seenAt: now };
  if (stepMs >= 0) return { state: 'plausible', asOf: now };
  return { state: stepMs < -CLOCK_BACK_TOLERATED_MS ? 'back' : 'plausible', asOf: highWater };
}
