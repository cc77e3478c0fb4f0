import { AppError } from '../../kernel/index.ts';
import type { CallBounds, ConnectorIo, Place, Wire } from '../connector.ts';

/** What is said over one connection. */
interface Talk<T> {
  sent: Buffer;
  /** Takes what came; gives the answer as soon as it is whole. What it throws ends the call. */
  take(bytes: Buffer): T | undefined;
}

/**
 * Connects, sends, and reads one answer, all within the time; the connection is ended whatever happens, so that no late
 * answer meets the next question. Throws what `connect` throws, `egress.timeout`, and `egress.unreachable` for a peer
 * that hangs up before its answer is whole.
 */
export async function converse<T>(
  io: Pick<ConnectorIo, 'connect'>,
  place: Place & { isTls: boolean },
  talk: Talk<T>,
  bounds: CallBounds,
): Promise<T> {
  const endMs = performance.now() + bounds.timeoutMs;
  const wire = await io.connect(place, bounds);
  try {
    return await exchange(wire, talk, { ...bounds, timeoutMs: endMs - performance.now() });
  } finally {
    wire.destroy();
  }
}

function exchange<T>(wire: Wire, { sent, take }: Talk<T>, { timeoutMs, signal }: CallBounds): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const late = (reason: string) => () => reject(new AppError('egress.timeout', { details: { reason } }));
    const lost = (reason: string) => (cause?: unknown) =>
      reject(new AppError('egress.unreachable', { details: { reason }, cause }));
    const timer = setTimeout(late('deadline'), timeoutMs);
    const onAbort = late('stopped');
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    wire.on('data', (bytes) => {
      try {
        const answer = take(bytes);
        if (answer !== undefined) resolve(answer);
      } catch (error) {
        reject(error as Error);
      }
    });
    wire.on('error', lost('reset'));
    wire.on('end', lost('cut'));
    wire.on('close', lost('cut'));
    // Whatever comes first settles it; the rest has nothing left to do.
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    wire.on('close', settle);
    wire.write(sent);
  });
}
