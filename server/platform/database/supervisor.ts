import type { EmbeddedDatabase } from './database.ts';

/** Where the supervisor tells what happened; levels as in the server's log. */
export interface SupervisorLog {
  warn(message: string, fields?: Record<string, string | number>): void;
  error(message: string, fields?: Record<string, string | number>, error?: unknown): void;
}

/** How often it looks; a look costs two reads of /proc. */
const LOOK_EVERY_MS = 250;
/** The first start again comes at once; a full disk or a lack of memory gets time to pass. */
const PAUSES_MS = [0, 1_000, 2_000, 5_000, 10_000, 30_000];
const ATTEMPTS_MAX = 20;
/** After this long without a death the next one is a new trouble. */
const CALM_MS = 60_000;

/** Watches a PostgreSQL of our own until `stop`. */
export interface Supervisor {
  /** Ends the watch; a start in progress is finished first. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL again when it dies while the server runs (killed for want of memory, crashed). Until
 * it is back the connections fail with `storage.unavailable` and `/readyz` is red. Gives up after 20 starts that
 * failed or did not last a minute, about eight minutes, and says so in the log: a person is needed then.
 */
export function superviseDatabase(
  database: Pick<EmbeddedDatabase, 'pid' | 'isRunning' | 'restart'>,
  deps: { log: SupervisorLog; onRestarted(): Promise<void>; pausesMs?: readonly number[] },
): Supervisor {
  const { log, pausesMs = PAUSES_MS } = deps;
  let isStopping = false;
  let attempts = 0;
  let restartedAtMs = 0;
  let running: Promise<void> | undefined;
  let wake: (() => void) | undefined;

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, ms).unref();
    });

  async function recover(): Promise<void> {
    if (performance.now() - restartedAtMs > CALM_MS) attempts = 0;
    log.error('database.died', { pid: database.pid });
    while (!isStopping && !database.isRunning()) {
      if (attempts >= ATTEMPTS_MAX) {
        isStopping = true;
        log.error('database.given_up', { attempts });
        return;
      }
      await pause(pausesMs[Math.min(attempts, pausesMs.length - 1)] ?? 0);
      if (isStopping) return;
      attempts += 1;
      try {
        await database.restart();
        restartedAtMs = performance.now();
        log.warn('database.restarted', { pid: database.pid, attempts });
        await deps.onRestarted();
      } catch (error) {
        log.error('database.restart_failed', { attempts }, error);
      }
    }
  }

  const look = setInterval(() => {
    if (isStopping || running || database.isRunning()) return;
    running = recover().finally(() => (running = undefined));
  }, LOOK_EVERY_MS);
  look.unref();

  return {
    async stop() {
      isStopping = true;
      clearInterval(look);
      wake?.();
      await running;
    },
  };
}
