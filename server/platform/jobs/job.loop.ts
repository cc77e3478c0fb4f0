import { codeOf, JOB_LIMITS } from './job.rules.ts';

/** Where a loop says that the database went and came back; `name` is what pauses. */
export interface LoopLog {
  name: string;
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>, error?: unknown): void;
}

/** Calls `tick` again and again while it is started. */
export interface Loop {
  start(): void;
  /** Looks at once. */
  nudge(): void;
  stop(): Promise<void>;
}

/** Looks once a second, at once after a nudge, and says when the database goes and comes back. */
export function createLoop(tick: (isAsked: boolean) => Promise<unknown>, log: LoopLog): Loop {
  let isStopping = false;
  let isNudged = false;
  let isAway = false;
  let running: Promise<void> | undefined;
  let wake: (() => void) | undefined;

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, JOB_LIMITS.pollMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  async function look(): Promise<void> {
    const isAsked = isNudged;
    isNudged = false;
    try {
      await tick(isAsked);
      if (isAway) log.info('background work goes on', { component: log.name });
      isAway = false;
    } catch (error) {
      if (!isAway) log.warn('background work pauses', { component: log.name, code: codeOf(error) }, error);
      isAway = true;
    }
  }
  async function loop(): Promise<void> {
    while (!isStopping) {
      await look();
      if ((!isNudged || isAway) && !isStopping) await pause();
    }
  }
  return {
    start: () => void (running ??= loop()),
    nudge() {
      isNudged = true;
      wake?.();
    },
    async stop() {
      isStopping = true;
      wake?.();
      await running;
    },
  };
}
