import jpeg from 'jpeg-js';
import { decodePng, type Pixels } from './png.ts';

/** Longest edge of a thumbnail in pixels; enough for a message on a sharp screen. */
export const THUMBNAIL_EDGE = 480;
/** Larger pictures get none: decoding takes four bytes a pixel and more, in one thread. */
export const THUMBNAIL_PIXELS_MAX = 24_000_000;
const JPEG_QUALITY = 78;
const DECODE_MEGABYTES_MAX = 512;
const WHITE = 255;
/** Where a camera says how it was held (Exif 2.3, tag 0x0112). */
const ORIENTATION_TAG = 0x0112;

/** What the drawing thread is asked for. */
export interface ThumbnailOrder {
  type: 'image/png' | 'image/jpeg';
  bytes: Uint8Array;
}

/** Draws a picture anew, small, as JPEG on white. Nothing but pixels is taken over: no place, no camera, no preview. */
export function drawThumbnail({ type, bytes }: ThumbnailOrder): Buffer {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const picture = type === 'image/png' ? decodePng(buffer) : decodeJpeg(buffer);
  const turned = turn(shrink(picture), type === 'image/jpeg' ? orientationOf(buffer) : 1);
  return jpeg.encode(turned, JPEG_QUALITY).data;
}

function decodeJpeg(bytes: Buffer): Pixels {
  return jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: true,
    tolerantDecoding: true,
    maxResolutionInMP: THUMBNAIL_PIXELS_MAX / 1e6,
    maxMemoryUsageInMB: DECODE_MEGABYTES_MAX,
  });
}

/** Averages the pixels that fall into each one of the small picture, over white where they are transparent. */
function shrink({ width, height, data }: Pixels): Pixels {
  const ratio = Math.min(1, THUMBNAIL_EDGE / Math.max(width, height));
  const [toWidth, toHeight] = [width, height].map((edge) => Math.max(1, Math.round(edge * ratio))) as [
    number,
    number,
  ];
  const small = new Uint8Array(toWidth * toHeight * 4).fill(WHITE);
  for (let y = 0; y < toHeight; y += 1) {
    const [top, bottom] = span(y, toHeight, height);
    for (let x = 0; x < toWidth; x += 1) {
      const [left, right] = span(x, toWidth, width);
      const sums = [0, 0, 0];
      for (let row = top; row < bottom; row += 1) {
        for (let column = left; column < right; column += 1) {
          const at = (row * width + column) * 4;
          const alpha = (data[at + 3] as number) / 255;
          for (let channel = 0; channel < 3; channel += 1) {
            const value = (data[at + channel] as number) * alpha + WHITE * (1 - alpha);
            sums[channel] = (sums[channel] as number) + value;
          }
        }
      }
      const count = (bottom - top) * (right - left);
      small.set(
        sums.map((sum) => Math.round(sum / count)),
        (y * toWidth + x) * 4,
      );
    }
  }
  return { width: toWidth, height: toHeight, data: small };
}

function span(index: number, count: number, length: number): [number, number] {
  const start = Math.floor((index * length) / count);
  return [start, Math.max(start + 1, Math.floor(((index + 1) * length) / count))];
}

/** Turns a picture as the camera was held; the note about it does not survive, so the pixels must. */
function turn(picture: Pixels, orientation: number): Pixels {
  if (orientation < 2 || orientation > 8) return picture;
  const { width, height, data } = picture;
  const isOnSide = orientation >= 5;
  const turned = { width: isOnSide ? height : width, height: isOnSide ? width : height };
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [toX, toY] = place(orientation, { x, y, right: width - 1, bottom: height - 1 });
      out.set(data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4), (toY * turned.width + toX) * 4);
    }
  }
  return { ...turned, data: out };
}

function place(
  orientation: number,
  { x, y, right, bottom }: { x: number; y: number; right: number; bottom: number },
): [number, number] {
  switch (orientation) {
    case 2:
      return [right - x, y];
    case 3:
      return [right - x, bottom - y];
    case 4:
      return [x, bottom - y];
    case 5:
      return [y, x];
    case 6:
      return [bottom - y, x];
    case 7:
      return [bottom - y, right - x];
    default:
      return [y, right - x];
  }
}

/** The orientation a JPEG's Exif block names, 1 (upright) when it has none or cannot be read. */
function orientationOf(bytes: Buffer): number {
  const start = bytes.indexOf('Exif\0\0', 0, 'latin1');
  if (start < 0 || start > 65_536) return 1;
  const tiff = bytes.subarray(start + 6);
  try {
    const isLittle = tiff.toString('latin1', 0, 2) === 'II';
    const read16 = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
    const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
    const count = read16(directory);
    for (let index = 0; index < count; index += 1) {
      const at = directory + 2 + index * 12;
      if (read16(at) === ORIENTATION_TAG) return read16(at + 8);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}
