import type { Clock } from '../../kernel/index.ts';

/** Buckets kept; beyond, the one touched longest ago is forgotten, so a flood of addresses costs bounded memory. */
const BUCKETS_MAX = 50_000;

/** Token buckets by key: each holds up to `burst` tokens and regains `perSecond`. In memory, one per process. */
export interface RateLimiter {
  /** Takes one token; gives 0, or the seconds to wait when there is none. */
  take(key: string): number;
  /** Seconds to wait until a token is there; 0 when one is. Takes nothing. */
  peek(key: string): number;
  readonly size: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Makes a limiter. `burst` and `perSecond` are positive; `bucketsMax` bounds its memory. */
export function createRateLimiter(options: {
  clock: Clock;
  perSecond: number;
  burst: number;
  bucketsMax?: number;
}): RateLimiter {
  const buckets = new Map<string, Bucket>();
  const bucketsMax = options.bucketsMax ?? BUCKETS_MAX;

  function refill(key: string): Bucket {
    const nowMs = options.clock.now().getTime();
    const bucket = buckets.get(key) ?? { tokens: options.burst, atMs: nowMs };
    const gained = (Math.max(0, nowMs - bucket.atMs) / 1000) * options.perSecond;
    bucket.tokens = Math.min(options.burst, bucket.tokens + gained);
    bucket.atMs = nowMs;
    return bucket;
  }
  const waitSeconds = (bucket: Bucket) =>
    bucket.tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - bucket.tokens) / options.perSecond));

  return {
    take(key) {
      const bucket = refill(key);
      const wait = waitSeconds(bucket);
      if (wait === 0) bucket.tokens -= 1;
      buckets.delete(key);
      buckets.set(key, bucket);
      if (buckets.size > bucketsMax) buckets.delete(buckets.keys().next().value as string);
      return wait;
    },
    peek: (key) => waitSeconds(refill(key)),
    get size() {
      return buckets.size;
    },
  };
}
