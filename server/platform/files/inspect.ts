import { AppError } from '../../kernel/index.ts';
import { createSha256 } from '../crypto/index.ts';
import { inspectArchive } from './archive.ts';
import { bytesAt, type ByteSource } from './byte-source.ts';
import { extensionOf } from './file-name.ts';
import { imageSize } from './image-size.ts';
import { FILE_LIMITS } from './limits.ts';
import { fitsExtension, isAllowedType } from './media-types.ts';
import { createTextProbe, sniff, type TextProbe } from './sniff.ts';

/** What a content turned out to be. */
export interface Inspected {
  mediaType: string;
  /** Hexadecimal SHA-256 of the whole content. */
  sha256: string;
  /** Whether a smaller picture of it can be made. */
  isThumbnailWanted: boolean;
}

/** Cameras put previews and colour profiles before the size of a picture, but not more than this. */
const HEAD_BYTES = 1024 * 1024;
/** What our decoders read; the other pictures show as files. */
const THUMBNAIL_TYPES = new Set(['image/png', 'image/jpeg']);

/**
 * Reads a stored content from end to end and decides by it alone what it is. Throws `file.hash_mismatch`,
 * `file.type_refused`, `file.type_mismatch` (the name says something else), `file.image_too_large`,
 * `file.archive_refused`, or `file.damaged`.
 */
export async function inspect(
  source: ByteSource,
  expected: { name: string; sha256: string; groups: readonly string[] },
): Promise<Inspected> {
  const { sniffed: known, sha256, isText } = await readThrough(source);
  if (sha256 !== expected.sha256) throw new AppError('file.hash_mismatch');
  const sniffed = known ?? (isText ? 'text/plain' : undefined);
  const mediaType = sniffed === 'application/zip' ? await inspectArchive(source) : sniffed;
  if (mediaType === undefined || !isAllowedType(mediaType, expected.groups)) {
    throw new AppError('file.type_refused', mediaType === undefined ? {} : { details: { type: mediaType } });
  }
  if (!fitsExtension(mediaType, extensionOf(expected.name))) {
    throw new AppError('file.type_mismatch', { details: { type: mediaType } });
  }
  if (mediaType.startsWith('image/')) {
    const start = await bytesAt(source, 0, Math.min(source.sizeBytes, HEAD_BYTES));
    assertDrawable(mediaType, start);
  }
  return { mediaType, sha256, isThumbnailWanted: THUMBNAIL_TYPES.has(mediaType) };
}

function assertDrawable(mediaType: string, head: Buffer): void {
  const { width, height } = imageSize(mediaType, head);
  if (width * height > FILE_LIMITS.imagePixelsMax) {
    throw new AppError('file.image_too_large', { details: { width, height } });
  }
}

async function readThrough(source: ByteSource) {
  const hash = createSha256();
  let sniffed: string | undefined;
  let probe: TextProbe | undefined;
  let isFirst = true;
  for await (const piece of source.pass({ first: 0, last: source.sizeBytes - 1 })) {
    if (isFirst) {
      sniffed = sniff(piece);
      if (sniffed === undefined) probe = createTextProbe();
    }
    isFirst = false;
    hash.update(piece);
    probe?.add(piece);
  }
  return { sniffed, sha256: hash.digest().toString('hex'), isText: probe?.isText() ?? false };
}
