import { once } from 'node:events';
import type { Response } from 'express';
import { READER_LIMITS, readingMs, type ReaderLimits } from './slow-readers.ts';

/** Headers and content of an answer that is sent piece by piece. */
export interface StreamedContent {
  status: 200 | 206;
  /** Exact number of bytes `body` gives; fewer cut the connection, so that the reader notices. */
  contentBytes: number;
  headers: Readonly<Record<string, string>>;
  /**
   * Starts the content. Called once, after the unit of work has committed; never for HEAD. A piece is asked for when
   * the one before has left for the system, so that its memory may be used again.
   */
  body(): AsyncIterable<Buffer>;
}

/** What a handler gives instead of a JSON value when its answer is bytes. */
export class Streamed {
  readonly content: StreamedContent;
  constructor(content: StreamedContent) {
    this.content = content;
  }
}

/** Handed to the system at once: small enough that a reader at a slow but moving pace shows that it moves. */
const SLICE_BYTES = 64 * 1024;
/** After so many bytes the pace over all is looked at. */
const PUSH_BYTES = 16 * SLICE_BYTES;

/**
 * Sends a streamed answer at the reader's pace. The first piece is fetched before the head leaves, so that what
 * cannot be read at all is still answered with a problem; a later failure cuts the connection and is thrown. So does a
 * reader that stands still, or is slower over all than `limits` allow.
 */
export async function sendStreamed(
  response: Response,
  content: StreamedContent,
  limits: ReaderLimits = READER_LIMITS,
): Promise<void> {
  const isHead = response.req.method === 'HEAD';
  const pieces = isHead ? undefined : content.body()[Symbol.asyncIterator]();
  try {
    let next = await pieces?.next();
    response.status(content.status);
    for (const [name, value] of Object.entries(content.headers)) response.setHeader(name, value);
    response.setHeader('Content-Length', content.contentBytes);
    let sentBytes = 0;
    const startedMs = performance.now();
    while (pieces !== undefined && next?.done === false && !response.destroyed) {
      sentBytes += next.value.length;
      await sent(response, next.value, limits.stallMs);
      if (performance.now() - startedMs > readingMs(sentBytes, limits)) response.destroy();
      next = await pieces.next();
    }
    if (response.destroyed) return;
    if (!isHead && sentBytes !== content.contentBytes) {
      throw new Error('A streamed answer has another length than it said.');
    }
    response.end();
  } catch (error) {
    if (response.headersSent) response.destroy();
    throw error;
  } finally {
    await pieces?.return?.();
  }
}

/**
 * Ends an answer with a content that lies in memory, piece by piece where it is large, so that a reader that stands still
 * is told from one that is slow. A connection that breaks meanwhile is nobody's fault of ours.
 */
export function endWith(response: Response, content: Buffer, limits: ReaderLimits = READER_LIMITS): void {
  if (content.length <= SLICE_BYTES) {
    response.end(content);
    return;
  }
  const startedMs = performance.now();
  const push = async () => {
    for (let at = 0; at < content.length && !response.destroyed; at += PUSH_BYTES) {
      await sent(response, content.subarray(at, at + PUSH_BYTES), limits.stallMs);
      if (performance.now() - startedMs > readingMs(at, limits)) response.destroy();
    }
    response.end();
  };
  push().catch(() => response.destroy());
}

/** Resolves when the system has taken the piece or the socket is gone; who stands still for long is cut off. */
async function sent(response: Response, piece: Buffer, stallMs: number): Promise<void> {
  const settled = new AbortController();
  const timer = setTimeout(() => response.destroy(), stallMs);
  try {
    const gone = once(response, 'close', { signal: settled.signal });
    for (let at = 0; at < piece.length && !response.destroyed; at += SLICE_BYTES) {
      const slice = piece.subarray(at, at + SLICE_BYTES);
      const taken = new Promise<void>((resolve) => response.write(slice, () => resolve()));
      await Promise.race([taken, gone]);
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
    settled.abort();
  }
}
