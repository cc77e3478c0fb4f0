import type { JobContext } from '../jobs/index.ts';
import { REKEY_LIMITS, rest } from './rekey.rules.ts';

/** Gives the other processes time to hear of a key that was told at an instant; `tick` says that the job is there. */
export async function settle(
  settleMs: number,
  context: Pick<JobContext, 'now' | 'signal'>,
  { since, tick }: { since: string; tick(): Promise<void> },
): Promise<void> {
  const endMs = Date.parse(since) + settleMs;
  for (;;) {
    const leftMs = endMs - context.now().getTime();
    if (leftMs <= 0) return;
    await tick();
    await rest(Math.min(leftMs, REKEY_LIMITS.lookAgainMs), context.signal);
  }
}
