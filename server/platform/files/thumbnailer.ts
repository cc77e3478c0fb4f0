import { Worker } from 'node:worker_threads';
import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import { bytesAt, type ByteSource } from './byte-source.ts';
import type { CheckerLog, Thumbnailer } from './file-checker.ts';
import type { FileStore } from './file-store.ts';
import { imageSize } from './image-size.ts';
import type { StoredFileRow } from './stored-file.entity.ts';
import { THUMBNAIL_PIXELS_MAX, type ThumbnailOrder } from './thumbnail.ts';

/** A picture that takes longer is left without. */
const DRAW_TIMEOUT_MS = 20_000;
/** The thread's own heap; what exceeds it ends the thread and nothing else. */
const HEAP_MEGABYTES_MAX = 256;
const HEAD_BYTES = 1024 * 1024;

/** Makes the small picture of a picture as a file of its own, under the same key. Null when it cannot be drawn. */
export function createThumbnailer(store: FileStore, deps: { workerUrl: URL; log: CheckerLog }): Thumbnailer {
  return async (row, source) => {
    try {
      const order = await orderOf(row, source);
      return order === undefined ? null : await keep(store, row, await draw(deps.workerUrl, order));
    } catch (error) {
      // A picture that our decoder does not like is still a file that people may have.
      deps.log.warn('files.thumbnail_failed', { fileId: row.id }, error);
      return null;
    }
  };
}

async function orderOf(row: StoredFileRow, source: ByteSource): Promise<ThumbnailOrder | undefined> {
  const type = row.mediaType as ThumbnailOrder['type'];
  const head = await bytesAt(source, 0, Math.min(source.sizeBytes, HEAD_BYTES));
  const { width, height } = imageSize(type, head);
  if (width * height > THUMBNAIL_PIXELS_MAX) return undefined;
  return { type, bytes: await bytesAt(source, 0, source.sizeBytes) };
}

/** One thread for one picture: a decoder that is led astray takes nothing with it. */
function draw(workerUrl: URL, order: ThumbnailOrder): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl, {
      workerData: order,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
    });
    const timer = setTimeout(() => {
      void worker.terminate();
      reject(new Error('Drawing took too long.'));
    }, DRAW_TIMEOUT_MS);
    worker.once('message', (bytes: Uint8Array) => resolve(Buffer.from(bytes)));
    worker.once('error', reject);
    worker.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The drawing thread ended with ${code}.`));
    });
  });
}

async function keep(store: FileStore, row: StoredFileRow, bytes: Buffer): Promise<string> {
  const file = await store.create(
    { actor: SYSTEM_ACTOR },
    {
      owner: { type: 'file', id: row.id },
      requester: row.requesterId === null ? null : { id: row.requesterId, dekId: row.dekId },
      recordClass: 'file',
      name: 'thumbnail.jpg',
      type: 'image/jpeg',
    },
  );
  await file.write(bytes);
  return (await file.close()).id;
}
