import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** How slowly an answer may be read. */
export interface ReaderLimits {
  /** Milliseconds in which a reader may take nothing at all. */
  stallMs: number;
  /** Beyond that, the pace that must hold over the whole answer, so that a byte a minute is no pace. */
  bytesPerSecondMin: number;
}

/** A modem of 1995 reads four times as fast. */
export const READER_LIMITS: ReaderLimits = { stallMs: 30_000, bytesPerSecondMin: 1_024 };
/** What a sender may still send after its request was answered, before the connection is cut. */
const UNREAD_BODY_MS = 2_000;
const LOOK_EVERY_MS = 1_000;

/** Milliseconds after which an answer of so many bytes must have been taken. */
export function readingMs(bytes: number, { stallMs, bytesPerSecondMin }: ReaderLimits): number {
  return stallMs + (bytes / bytesPerSecondMin) * 1_000;
}

/**
 * Cuts connections whose reader does not take an answer that is ready: its bytes would lie in our memory for as long as
 * somebody likes. One look a second at the open answers; streamed ones count by piece until their last.
 */
export function cutStalledReaders(server: Server, limits: ReaderLimits): void {
  const endings = new Map<ServerResponse, number>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    endings.set(response, Number.POSITIVE_INFINITY);
    response.once('close', () => {
      endings.delete(response);
      cutUnreadBody(request);
    });
  });
  const look = () => {
    const nowMs = performance.now();
    for (const [response, endMs] of endings) {
      const { socket } = response;
      // Behind another answer of the same connection it is not its turn yet.
      if (!response.writableEnded || socket === null) continue;
      if (nowMs > endMs) socket.destroy();
      else if (endMs === Number.POSITIVE_INFINITY) {
        endings.set(response, nowMs + readingMs(socket.writableLength, limits));
      }
    }
  };
  const timer = setInterval(look, Math.min(LOOK_EVERY_MS, limits.stallMs / 2));
  timer.unref();
  server.once('close', () => clearInterval(timer));
}

/**
 * The platform reads and drops the rest of a body that nobody wanted, for as long as a request may take. A sender that
 * is told no has two seconds to hear it: cut at once, it would see a broken connection instead of the answer.
 */
function cutUnreadBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed || request.socket.destroyed) return;
  const timer = setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, UNREAD_BODY_MS);
  timer.unref();
}
