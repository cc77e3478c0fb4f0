import { AppError, type ErrorCode } from '../../kernel/index.ts';
import { CONNECTOR_LIMITS as LIMITS } from './limits.ts';

/** Faults that say the system is in trouble; a refusal of one request does not. */
const TROUBLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'egress.unreachable',
  'egress.timeout',
  'egress.tls',
  'egress.too_large',
  'egress.invalid_answer',
  'connector.auth_failed',
  'connector.overloaded',
  'connector.remote_error',
]);

/** How a connector's breaker stands. */
export type BreakerState = 'closed' | 'open' | 'probing';

interface Result {
  atMs: number;
  isFailure: boolean;
}

/**
 * What stands before each connector: a breaker, a bulkhead, and a token bucket. A call that may not go is refused at
 * once: `connector.broken` or `connector.busy`; it waits for nothing.
 */
export class Gate {
  readonly #now: () => number;
  #results: Result[] = [];
  #openedAtMs: number | undefined;
  #isProbing = false;
  #runningCount = 0;
  #tokens: number = LIMITS.bucketSize;
  #filledAtMs: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#filledAtMs = now();
  }

  /** How the breaker stands now. */
  get state(): BreakerState {
    if (this.#openedAtMs === undefined) return 'closed';
    return this.#now() - this.#openedAtMs >= LIMITS.breakerPauseMs ? 'probing' : 'open';
  }

  get runningCount(): number {
    return this.#runningCount;
  }

  /** Runs one call, if it may go. */
  async pass<T>(call: () => Promise<T>): Promise<T> {
    const { state } = this;
    if (state === 'open' || (state === 'probing' && this.#isProbing)) throw new AppError('connector.broken');
    if (this.#runningCount >= LIMITS.atOnceMax || !this.#takeToken()) throw new AppError('connector.busy');
    this.#isProbing = state === 'probing';
    this.#runningCount += 1;
    try {
      const result = await call();
      this.#note(false, state);
      return result;
    } catch (error) {
      this.#note(error instanceof AppError ? TROUBLE.has(error.code) : true, state);
      throw error;
    } finally {
      this.#runningCount -= 1;
    }
  }

  #takeToken(): boolean {
    const nowMs = this.#now();
    const gained = ((nowMs - this.#filledAtMs) / 1_000) * LIMITS.bucketPerSecond;
    this.#tokens = Math.min(LIMITS.bucketSize, this.#tokens + Math.max(0, gained));
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #note(isFailure: boolean, before: BreakerState): void {
    const nowMs = this.#now();
    if (before === 'probing') {
      this.#isProbing = false;
      this.#openedAtMs = isFailure ? nowMs : undefined;
      this.#results = [];
      return;
    }
    this.#results = this.#results.filter(({ atMs }) => nowMs - atMs < LIMITS.breakerWindowMs);
    this.#results.push({ atMs: nowMs, isFailure });
    const failures = this.#results.filter((result) => result.isFailure).length;
    const isMany = this.#results.length >= LIMITS.breakerCallsMin;
    if (isMany && failures / this.#results.length >= LIMITS.breakerFailureRatio) this.#openedAtMs = nowMs;
  }
}
