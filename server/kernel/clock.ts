/** The only source of time. Instants are UTC; presentation converts them to the reader's zone. */
export interface Clock {
  /** The current instant. */
  now(): Date;
}

/** The operating system's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** A clock that tests move by hand. */
export interface FakeClock extends Clock {
  /** Moves the clock forward (or back, when negative) by `durationMs`. */
  advance(durationMs: number): void;
}

/** Makes a clock that stands still at `start` until it is advanced. */
export function createFakeClock(start: Date = new Date('2026-01-05T01:00:00.000Z')): FakeClock {
  let nowMs = start.getTime();
  return {
    now: () => new Date(nowMs),
    advance: (durationMs) => {
      nowMs += durationMs;
    },
  };
}
