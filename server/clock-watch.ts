/** A step of the system's clock: by how much it went further, or back, than time passed. */
export interface ClockStep {
  byMs: number;
}

/** A step smaller than this is the time service at work. */
export const CLOCK_STEP_MS = 5_000;

/** Compares the clock of the system with one that cannot be set; gives the step since the last look, if there was one. */
export function createClockWatch(clocks: {
  now(): Date;
  monotonicMs(): number;
}): () => ClockStep | undefined {
  let before = { wall: clocks.now().getTime(), monotonic: clocks.monotonicMs() };
  return () => {
    const here = { wall: clocks.now().getTime(), monotonic: clocks.monotonicMs() };
    const byMs = Math.round(here.wall - before.wall - (here.monotonic - before.monotonic));
    before = here;
    return Math.abs(byMs) < CLOCK_STEP_MS ? undefined : { byMs };
  };
}
