import { AppError } from '../../kernel/index.ts';

/** Width and height in pixels. */
export interface ImageSize {
  width: number;
  height: number;
}

const damaged = () => new AppError('file.damaged');

/** Reads the size from the head of a picture, without decoding it. Throws `file.damaged` when it is not there. */
export function imageSize(type: string, head: Buffer): ImageSize {
  try {
    const size = READERS[type]?.(head);
    if (size === undefined || size.width < 1 || size.height < 1) throw damaged();
    return size;
  } catch (error) {
    // A read behind the end of the head is a RangeError.
    if (error instanceof RangeError) throw damaged();
    throw error;
  }
}

const READERS: Record<string, (head: Buffer) => ImageSize | undefined> = {
  'image/png': (head) =>
    head.toString('latin1', 12, 16) === 'IHDR'
      ? { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
      : undefined,
  'image/gif': (head) => ({ width: head.readUInt16LE(6), height: head.readUInt16LE(8) }),
  'image/jpeg': jpegSize,
  'image/webp': webpSize,
};

/** The first frame header of a JPEG (ITU-T T.81 §B.2.2); what stands before it is skipped by its length. */
function jpegSize(head: Buffer): ImageSize | undefined {
  let at = 2;
  while (at + 9 < head.length) {
    if (head[at] !== 0xff) return undefined;
    const marker = head[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: head.readUInt16BE(at + 5), width: head.readUInt16BE(at + 7) };
    const isBare = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += isBare ? 2 : 2 + head.readUInt16BE(at + 2);
  }
  return undefined;
}

/** The three forms of WebP: lossy, lossless, extended (RFC 9649 §2). */
function webpSize(head: Buffer): ImageSize | undefined {
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}
