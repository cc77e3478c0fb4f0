import { crc32, inflateSync } from 'node:zlib';

/** A checked picture: the file without remarks, and its size in pixels. */
export interface Png {
  bytes: Buffer;
  width: number;
  height: number;
}

/** Limits of a picture. */
export interface PngLimits {
  bytesMax: number;
  widthMax: number;
  heightMax: number;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const CHUNK_FRAME_BYTES = 12;
const HEADER_BYTES = 13;
/** 16 bits in four channels: the most a pixel takes (PNG, third edition, 11.2.1). */
const PIXEL_BYTES_MAX = 8;
/** What a decoder needs; texts, times, and everything private are left out. */
const KEPT = new Set(['IHDR', 'PLTE', 'tRNS', 'gAMA', 'sRGB', 'IDAT', 'IEND']);

interface Chunk {
  type: string;
  data: Buffer;
  whole: Buffer;
}

/**
 * Reads a PNG (W3C PNG, third edition) and gives it back with the necessary chunks alone. Undefined for anything else: another
 * format, a wrong checksum, bytes after the end, pixels that do not unpack or unpack to more than the header says.
 */
export function readPng(bytes: Buffer, limits: PngLimits): Png | undefined {
  if (bytes.length > limits.bytesMax || !bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE))
    return undefined;
  const chunks = readChunks(bytes.subarray(SIGNATURE.length));
  const header = chunks?.[0];
  if (chunks === undefined || header?.type !== 'IHDR' || header.data.length !== HEADER_BYTES)
    return undefined;
  const width = header.data.readUInt32BE(0);
  const height = header.data.readUInt32BE(4);
  if (width < 1 || height < 1 || width > limits.widthMax || height > limits.heightMax) return undefined;
  const pixels = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  if (!unpacks(pixels, (width * PIXEL_BYTES_MAX + 1) * height * 2)) return undefined;
  const kept = chunks.filter(({ type }) => KEPT.has(type)).map(({ whole }) => whole);
  return { bytes: Buffer.concat([SIGNATURE, ...kept]), width, height };
}

/** The chunks up to the end mark, which must be the end of the file. */
function readChunks(bytes: Buffer): Chunk[] | undefined {
  const chunks: Chunk[] = [];
  let at = 0;
  while (at + CHUNK_FRAME_BYTES <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const end = at + CHUNK_FRAME_BYTES + length;
    if (end > bytes.length) return undefined;
    const whole = bytes.subarray(at, end);
    if (crc32(whole.subarray(4, 8 + length)) !== whole.readUInt32BE(8 + length)) return undefined;
    const type = whole.toString('latin1', 4, 8);
    chunks.push({ type, data: whole.subarray(8, 8 + length), whole });
    at = end;
    if (type === 'IEND') return at === bytes.length ? chunks : undefined;
  }
  return undefined;
}

function unpacks(pixels: Buffer, bytesMax: number): boolean {
  try {
    return inflateSync(pixels, { maxOutputLength: bytesMax }).length > 0;
  } catch {
    // Damaged, or a bomb: either way no picture, which is the answer.
    return false;
  }
}
