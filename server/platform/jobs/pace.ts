import { performance } from 'node:perf_hooks';

/** How much of the time work in the background takes; the rest belongs to conversations. */
export const PACE = {
  share: 0.5,
  /** The same while the process has hardly a free moment: what waits is made up for when the rush is over. */
  rushShare: 0.05,
  /** Share of the time the event loop is at work, from which on it is a rush. */
  rushFrom: 0.85,
  /** After this it is looked whether the rush is over, and how long the rest has to be; milliseconds. */
  restMsMax: 2_000,
} as const;

/** Keeps work in the background within its share. */
export interface Pace {
  /**
   * Rests so long that the work took no more than its share of the time; asks every two seconds at the latest whether it is
   * `isOver` altogether.
   */
  rest(workedMs: number, isOver?: () => boolean): Promise<void>;
}

/** For whoever waits for the work. */
export const NO_REST: Pace = { rest: () => Promise.resolve() };

/** Milliseconds to rest after so much work, at this utilisation of the event loop. */
export function restAfter(workedMs: number, utilisation: number): number {
  const share = utilisation >= PACE.rushFrom ? PACE.rushShare : PACE.share;
  return workedMs * (1 / share - 1);
}

/** How busy this process is, and its time. */
export interface PaceWorld {
  /** Share of the time that the event loop was at work since the last call. */
  utilisation(): number;
  sleep(ms: number): Promise<void>;
}

function thisProcess(): PaceWorld {
  let before = performance.eventLoopUtilization();
  return {
    utilisation() {
      const { utilization } = performance.eventLoopUtilization(before);
      before = performance.eventLoopUtilization();
      return utilization;
    },
    sleep: (ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  };
}

/** A pace of its own for one kind of work. */
export function createPace({ utilisation, sleep } = thisProcess()): Pace {
  return {
    async rest(workedMs, isOver = () => false) {
      for (let restedMs = 0; !isOver();) {
        const leftMs = restAfter(workedMs, utilisation()) - restedMs;
        if (leftMs <= 0) return;
        // In pieces: when the rush is over, so is the longer rest.
        const pieceMs = Math.min(leftMs, PACE.restMsMax);
        await sleep(pieceMs);
        restedMs += pieceMs;
      }
    },
  };
}
