import { fault } from './fault.ts';

/** The end of one call: a time, or the wish of whoever called. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** How long one address may take to connect; undefined: the usual time. */
  readonly connectMs: number | undefined;
  /** Settles as the work does, or throws `egress.timeout` when the deadline comes first. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Call when the call is over. */
  clear(): void;
}

/** What bounds a call. */
interface DeadlineLimits {
  timeoutMs: number;
  connectMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Does a call within its time. */
export async function within<T>(
  limits: DeadlineLimits,
  call: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(limits);
  try {
    return await call(deadline);
  } finally {
    deadline.clear();
  }
}

function startDeadline(limits: DeadlineLimits): Deadline {
  const controller = new AbortController();
  const end = (reason: string) => controller.abort(fault('egress.timeout', reason));
  const timer = setTimeout(() => end('deadline'), limits.timeoutMs);
  const onAbort = () => end('stopped');
  if (limits.signal?.aborted === true) onAbort();
  else limits.signal?.addEventListener('abort', onAbort, { once: true });
  const { signal } = controller;
  return {
    signal,
    connectMs: limits.connectMs,
    race: (work) =>
      new Promise((resolve, reject) => {
        const onEnd = () => reject(signal.reason as Error);
        if (signal.aborted) onEnd();
        else signal.addEventListener('abort', onEnd, { once: true });
        work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onEnd));
      }),
    clear() {
      clearTimeout(timer);
      limits.signal?.removeEventListener('abort', onAbort);
    },
  };
}
