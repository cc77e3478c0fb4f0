import { AppError } from '../../kernel/index.ts';
import { connectorFault } from '../kit/index.ts';

const START = 0x0b;
const END = 0x1c;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
/** Longest message; reports with pictures in them are no business of a service desk. */
export const MESSAGE_BYTES_MAX = 5 * 1024 * 1024;

/** A message between the marks of MLLP (HL7 transport specification, release 1). */
export function frame(message: Buffer): Buffer {
  return Buffer.concat([Buffer.of(START), message, Buffer.of(END, CARRIAGE_RETURN)]);
}

/**
 * Takes messages out of what comes over a connection, however it is cut. Between messages only line ends may stand.
 * Throws `connector.schema`, reason `frame`, for anything else, and `egress.too_large` for a message that does not end.
 */
export class FrameReader {
  #parts: Buffer[] = [];
  #sizeBytes = 0;
  #state: 'outside' | 'inside' | 'ending' = 'outside';

  /** Whether a message has begun and not ended. */
  get isInside(): boolean {
    return this.#state !== 'outside';
  }

  /** The messages that are whole now. */
  push(bytes: Buffer): Buffer[] {
    const whole: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      if (this.#state === 'outside') at = this.#begin(bytes, at);
      else if (this.#state === 'ending') {
        if (bytes[at] !== CARRIAGE_RETURN) throw connectorFault('connector.schema', 'frame');
        whole.push(Buffer.concat(this.#parts, this.#sizeBytes));
        this.#parts = [];
        this.#sizeBytes = 0;
        this.#state = 'outside';
        at += 1;
      } else at = this.#keep(bytes, at);
    }
    return whole;
  }

  #begin(bytes: Buffer, at: number): number {
    const byte = bytes[at];
    if (byte === START) this.#state = 'inside';
    else if (byte !== CARRIAGE_RETURN && byte !== LINE_FEED)
      throw connectorFault('connector.schema', 'frame');
    return at + 1;
  }

  #keep(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(END, at);
    const part = bytes.subarray(at, end === -1 ? bytes.length : end);
    // A second beginning: the end of the message before it was lost.
    if (part.includes(START)) throw connectorFault('connector.schema', 'frame');
    this.#sizeBytes += part.length;
    if (this.#sizeBytes > MESSAGE_BYTES_MAX)
      throw new AppError('egress.too_large', { details: { reason: 'frame' } });
    this.#parts.push(part);
    if (end === -1) return bytes.length;
    this.#state = 'ending';
    return end + 1;
  }
}
