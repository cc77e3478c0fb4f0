/** A text frame of RFC 6455 ready for the wire: a server's frames carry no mask, so one serves every receiver. */
export type EncodedFrame = Buffer;

/** FIN and the opcode of a text frame. */
const FIN_TEXT = 0x81;
const SHORT_MAX = 125;
const MEDIUM = 126;
const MEDIUM_MAX = 0xffff;
const LONG = 127;
const LONG_HEADER_BYTES = 10;
const MEDIUM_HEADER_BYTES = 4;
const SHORT_HEADER_BYTES = 2;

/** Writes a text as one frame, header and all, in one buffer: one write and no second copy. */
export function encodeText(text: string): EncodedFrame {
  const bytes = Buffer.byteLength(text);
  const header = headerBytes(bytes);
  const frame = Buffer.allocUnsafe(header + bytes);
  frame[0] = FIN_TEXT;
  if (header === SHORT_HEADER_BYTES) {
    frame[1] = bytes;
  } else if (header === MEDIUM_HEADER_BYTES) {
    frame[1] = MEDIUM;
    frame.writeUInt16BE(bytes, 2);
  } else {
    frame[1] = LONG;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(bytes, 6);
  }
  frame.write(text, header, 'utf8');
  return frame;
}

/** A JSON frame, encoded once for all who get it. */
export function encodeFrame(frame: object): EncodedFrame {
  return encodeText(JSON.stringify(frame));
}

function headerBytes(bytes: number): number {
  if (bytes <= SHORT_MAX) return SHORT_HEADER_BYTES;
  return bytes <= MEDIUM_MAX ? MEDIUM_HEADER_BYTES : LONG_HEADER_BYTES;
}
