import type { Clock } from '../../kernel/index.ts';
import { keyFault } from './key-provider.ts';

/** After a failure nothing is asked for this long; doubled with each further one, up to the most. */
const PAUSE_MS = 1_000;
const PAUSE_MS_MAX = 30_000;

/** Thrown by work that found a key server or module gone, as opposed to refusing something. */
export class KeysAway extends Error {
  constructor(cause?: unknown) {
    super('The keys are away.', { cause });
    this.name = 'KeysAway';
  }
}

/** Asks something that may be away with growing pauses; meanwhile `crypto.key_missing` comes at once. */
export class BackOff {
  readonly #clock: Clock;
  #failures = 0;
  #askAgainMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#nowMs() < this.#askAgainMs) throw away();
    // While one call finds out, others do not wait in line behind it for the same answer.
    if (this.#failures > 0) this.#askAgainMs = this.#nowMs() + this.#pauseMs();
    try {
      const result = await work();
      this.#failures = 0;
      this.#askAgainMs = 0;
      return result;
    } catch (error) {
      if (!(error instanceof KeysAway)) throw error;
      this.#failures += 1;
      this.#askAgainMs = this.#nowMs() + this.#pauseMs();
      throw away(error);
    }
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }

  #pauseMs(): number {
    return Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** Math.min(10, Math.max(0, this.#failures - 1)));
  }
}

function away(cause?: unknown) {
  return keyFault('server_away', 'The master keys do not answer; they are asked again by themselves.', cause);
}
