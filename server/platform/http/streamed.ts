import { once } from 'node:events';
import type { Response } from 'express';

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

/** Milliseconds a reader may take no byte at all before the connection is cut. */
export const STREAM_STALL_MS = 30_000;

/**
 * Sends a streamed answer at the reader's pace. The first piece is fetched before the head leaves, so that what
 * cannot be read at all is still answered with a problem; a later failure cuts the connection and is thrown.
 */
export async function sendStreamed(response: Response, content: StreamedContent): Promise<void> {
  const isHead = response.req.method === 'HEAD';
  const pieces = isHead ? undefined : content.body()[Symbol.asyncIterator]();
  try {
    let next = await pieces?.next();
    response.status(content.status);
    for (const [name, value] of Object.entries(content.headers)) response.setHeader(name, value);
    response.setHeader('Content-Length', content.contentBytes);
    let sentBytes = 0;
    while (pieces !== undefined && next?.done === false && !response.destroyed) {
      sentBytes += next.value.length;
      await sent(response, next.value);
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

/** Resolves when the system has taken the piece or the socket is gone; who stands still for long is cut off. */
async function sent(response: Response, piece: Buffer): Promise<void> {
  const settled = new AbortController();
  const timer = setTimeout(() => response.destroy(), STREAM_STALL_MS);
  try {
    const taken = new Promise<void>((resolve) => response.write(piece, () => resolve()));
    await Promise.race([taken, once(response, 'close', { signal: settled.signal })]);
  } finally {
    clearTimeout(timer);
    settled.abort();
  }
}
