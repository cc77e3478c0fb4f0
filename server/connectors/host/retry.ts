import { AppError, type ErrorCode } from '../../kernel/index.ts';
import { CONNECTOR_LIMITS as LIMITS } from './limits.ts';

/** Faults that may be gone a moment later. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'egress.unreachable',
  'egress.busy',
  'connector.overloaded',
  'connector.remote_error',
]);

/** Whether a fault may be gone when the same is asked again. */
export function isPassing(error: unknown): error is AppError {
  return error instanceof AppError && PASSING.has(error.code);
}

/**
 * Calls at most three times within one budget; between tries a random part of a growing pause, or what the system asked
 * for. Gives up early when the pause would not leave any time.
 */
export async function tryCall<T>(
  bounds: { deadlineMs: number; tryMs: number; random(): number; onTry(): void },
  call: (timeoutMs: number) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const leftMs = bounds.deadlineMs - performance.now();
    bounds.onTry();
    try {
      return await call(Math.min(bounds.tryMs, leftMs));
    } catch (error) {
      const asked = error instanceof AppError ? error.details?.['retryAfterMs'] : undefined;
      const pauseMs =
        typeof asked === 'number' ? asked : bounds.random() * LIMITS.retryPauseMs * 2 ** (tries - 1);
      const leftAfterMs = bounds.deadlineMs - performance.now() - pauseMs;
      if (!isPassing(error) || tries >= LIMITS.triesMax || leftAfterMs <= 0) throw error;
      await new Promise<void>((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
