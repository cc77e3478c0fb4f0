import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { REKEY_LIMITS } from './rekey.rules.ts';

/** Keeps a walk over values out of the way of those who wait for an answer. */
export interface Governor {
  /** Between two slices of work: others get their turn, and whoever waits for a commit gets it first. */
  turn(): Promise<void>;
  /** Rows of the next page. */
  readonly rowsAtOnce: number;
  /** A page was written in so many milliseconds; slow ones make the next smaller, since they are in the way of others. */
  wrote(rows: number, tookMs: number): void;
  /** Milliseconds waited for others since this was asked last. */
  takeWaitedMs(): number;
}

/** Builds one for a run. `isForegroundWaiting`: somebody waits for a commit of the hot path at this moment. */
export function createGovernor(isForegroundWaiting: () => boolean = () => false): Governor {
  let rowsAtOnce: number = REKEY_LIMITS.rowsAtOnce;
  let waitedMs = 0;
  return {
    get rowsAtOnce() {
      return rowsAtOnce;
    },
    async turn() {
      const startedMs = performance.now();
      await nextTurn();
      while (isForegroundWaiting() && performance.now() - startedMs < REKEY_LIMITS.stepBackMs) await sleep(1);
      waitedMs += performance.now() - startedMs;
    },
    wrote(rows, tookMs) {
      rowsAtOnce = nextRows({ rowsAtOnce, rows, tookMs });
    },
    takeWaitedMs() {
      const taken = waitedMs;
      waitedMs = 0;
      return taken;
    },
  };
}

/** How many rows the next page has: as many as are written in the time wanted, by this one, a quarter more at most. */
export function nextRows(page: { rowsAtOnce: number; rows: number; tookMs: number }): number {
  const { rowsAtOnceMin, rowsAtOnce, writeMs } = REKEY_LIMITS;
  // The last page of a table says nothing of a full one.
  if (page.rows < rowsAtOnceMin) return page.rowsAtOnce;
  const fitting = Math.floor((page.rows * writeMs) / Math.max(page.tookMs, 1));
  const most = Math.ceil(page.rowsAtOnce * 1.25);
  return Math.max(rowsAtOnceMin, Math.min(fitting, most, rowsAtOnce));
}
