import type { JobLog } from './job.endings.ts';
import { codeOf, JOB_LIMITS } from './job.rules.ts';

/** Calls `tick` again and again while it is started. */
export interface Loop {
  start(): void;
  /** Looks at once. */
  nudge(): void;
  stop(): Promise<void>;
}

/** Looks once a second, at once after a nudge, and says when the database goes and comes back. */
export function createLoop(tick: (isAsked: boolean) => Promise<unknown>, log: JobLog): Loop {
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
      if (isAway) log.info('jobs go on');
      isAway = false;
    } catch (error) {
      if (!isAway) log.warn('jobs pause', { code: codeOf(error) }, error);
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
