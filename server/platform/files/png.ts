import { inflateSync } from 'node:zlib';

/** Decoded pixels: red, green, blue, alpha, row by row. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array;
}

const SIGNATURE_BYTES = 8;
/** Samples of a pixel by colour type (W3C PNG §6.1). */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

interface Header {
  width: number;
  height: number;
  depth: number;
  colour: number;
}

interface Parts {
  header: Header;
  palette: Buffer;
  transparency: Buffer;
  packed: Buffer;
}

/**
 * Decodes a PNG of the usual forms (W3C PNG, third edition); interlaced ones throw. The packed pixels are unpacked to
 * exactly the size that the head allows, so what claims to be small cannot become large.
 */
export function decodePng(bytes: Buffer): Pixels {
  const { header, palette, transparency, packed } = readParts(bytes);
  const { width, height, depth, colour } = header;
  const samples = SAMPLES[colour];
  if (samples === undefined) throw new Error('PNG: unknown colour type');
  const rowBytes = Math.ceil((width * samples * depth) / 8);
  const raw = inflateSync(packed, { maxOutputLength: (rowBytes + 1) * height });
  if (raw.length !== (rowBytes + 1) * height) throw new Error('PNG: too few pixels');
  unfilter(raw, rowBytes, height, Math.max(1, (samples * depth) >> 3));
  const data = new Uint8Array(width * height * 4);
  const sampleAt = sampler(raw, rowBytes, depth);
  const scale = depth < 8 && colour === 0 ? 255 / ((1 << depth) - 1) : 1;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const to = (y * width + x) * 4;
      const first = sampleAt(y, x * samples);
      data[to + 3] = 255;
      if (colour === 3) {
        data.set(palette.subarray(first * 3, first * 3 + 3), to);
        data[to + 3] = transparency[first] ?? 255;
      } else if (samples < 3) {
        data.fill(first * scale, to, to + 3);
        if (samples === 2) data[to + 3] = sampleAt(y, x * 2 + 1);
      } else {
        data[to] = first;
        data[to + 1] = sampleAt(y, x * samples + 1);
        data[to + 2] = sampleAt(y, x * samples + 2);
        if (samples === 4) data[to + 3] = sampleAt(y, x * 4 + 3);
      }
    }
  }
  return { width, height, data };
}

function readParts(bytes: Buffer): Parts {
  let header: Header | undefined;
  let palette = Buffer.alloc(0);
  let transparency = Buffer.alloc(0);
  const packed: Buffer[] = [];
  for (let at = SIGNATURE_BYTES; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    const body = Buffer.from(bytes.subarray(at + 8, at + 8 + length));
    if (name === 'IHDR') header = readHeader(body);
    if (name === 'PLTE') palette = body;
    if (name === 'tRNS') transparency = body;
    if (name === 'IDAT') packed.push(body);
    if (name === 'IEND') break;
    at += 12 + length;
  }
  if (header === undefined || packed.length === 0) throw new Error('PNG: no picture');
  return { header, palette, transparency, packed: Buffer.concat(packed) };
}

function readHeader(body: Buffer): Header {
  if (body[12] !== 0) throw new Error('PNG: interlaced');
  return {
    width: body.readUInt32BE(0),
    height: body.readUInt32BE(4),
    depth: body.readUInt8(8),
    colour: body.readUInt8(9),
  };
}

/** Undoes the filters in place (W3C PNG §9.2): each byte was stored as the difference to a guess. */
function unfilter(raw: Buffer, rowBytes: number, height: number, step: number): void {
  const stride = rowBytes + 1;
  for (let y = 0; y < height; y += 1) {
    const start = y * stride + 1;
    const kind = raw[start - 1];
    if (kind === undefined || kind > 4) throw new Error('PNG: unknown filter');
    for (let x = 0; kind !== 0 && x < rowBytes; x += 1) {
      const at = start + x;
      const left = x < step ? 0 : (raw[at - step] as number);
      const up = y === 0 ? 0 : (raw[at - stride] as number);
      const corner = y === 0 || x < step ? 0 : (raw[at - stride - step] as number);
      const guess =
        kind === 1 ? left : kind === 2 ? up : kind === 3 ? (left + up) >> 1 : paeth(left, up, corner);
      raw[at] = ((raw[at] as number) + guess) & 0xff;
    }
  }
}

function paeth(left: number, up: number, corner: number): number {
  const sum = left + up - corner;
  const [byLeft, byUp, byCorner] = [Math.abs(sum - left), Math.abs(sum - up), Math.abs(sum - corner)];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

/** Reads a sample of a row as eight bits; of sixteen the upper ones count, fewer stay as they are. */
function sampler(raw: Buffer, rowBytes: number, depth: number): (y: number, index: number) => number {
  const start = (y: number) => y * (rowBytes + 1) + 1;
  if (depth === 8) return (y, index) => raw[start(y) + index] as number;
  if (depth === 16) return (y, index) => raw[start(y) + index * 2] as number;
  if (![1, 2, 4].includes(depth)) throw new Error('PNG: unknown depth');
  const mask = (1 << depth) - 1;
  return (y, index) => {
    const bit = index * depth;
    return ((raw[start(y) + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & mask;
  };
}
