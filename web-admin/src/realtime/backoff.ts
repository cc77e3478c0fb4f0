/** Waits between attempts: doubled up to a limit, with full jitter so that a restart does not bring all agents at once. */
export const BACKOFF = { firstMs: 500, maxMs: 15_000 } as const;

/** Time to wait before attempt `attempt` (from 0). `randomRatio` is 0 to 1. At least half of the step is waited. */
export function computeBackoffMs(attempt: number, randomRatio: number): number {
  const stepMs = Math.min(BACKOFF.maxMs, BACKOFF.firstMs * 2 ** Math.min(attempt, 16));
  return Math.round(stepMs / 2 + (stepMs / 2) * randomRatio);
}

/** A random ratio from 0 (included) to 1 (excluded). */
export function randomRatio(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}
