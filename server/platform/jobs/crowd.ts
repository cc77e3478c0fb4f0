import { performance } from 'node:perf_hooks';

/** How many walkers do work in the background beside each other, by how late the process is with everything else. */
export const CROWD = {
  /** A turn of the event loop this late, and whoever waits for an answer notices. */
  lateMs: 25,
  /** How often it is looked. */
  lookEveryMs: 100,
} as const;

/** Lets fewer walk beside each other while others wait for the processor. */
export interface Crowd {
  /** Resolves when the walker of this number, from 0, may take its next piece of work; 0 always may. */
  admit(walker: number): Promise<void>;
}

/** The time and the timer of the process. */
export interface CrowdWorld {
  now(): number;
  sleep(ms: number): Promise<void>;
}

const thisProcess: CrowdWorld = {
  now: () => performance.now(),
  sleep: (ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

/**
 * Half as many after a look that came late, one more after one in time, never fewer than one: work that stands in a queue
 * waits, what people send does not. Nothing is looked at while nobody walks.
 */
export function createCrowd(most: number, { now, sleep } = thisProcess): Crowd {
  let open = most;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const startedMs = now();
    await sleep(CROWD.lookEveryMs);
    const isLate = now() - startedMs - CROWD.lookEveryMs > CROWD.lateMs;
    open = isLate ? Math.max(1, open >> 1) : Math.min(most, open + 1);
    looking = undefined;
  }

  return {
    async admit(walker) {
      looking ??= look();
      while (walker >= open) {
        looking ??= look();
        await looking;
      }
    },
  };
}
