import { AppError } from '../../kernel/index.ts';
import { connectorFault, decodeText, encodeText } from '../kit/index.ts';
import type { FieldForm } from './iso8583.fields.ts';

/** Values by the number of their field. */
export type Fields = Readonly<Record<string, string>>;

/** How messages of a system are packed. */
export interface Packing {
  /** Digits, lengths, and the message type as characters, or two to a byte. */
  digits: 'ascii' | 'bcd';
  bitmap: 'binary' | 'hex';
  /** Side on which an odd number of digits is filled up with a 0. */
  oddSide: 'left' | 'right';
  charset: string;
  /** What stands before the message: how long it is, and a fixed header (TPDU) as hexadecimal digits. */
  lengthBytes: 2 | 4;
  lengthForm: 'binary' | 'ascii' | 'bcd';
  isLengthInclusive: boolean;
  header: string;
}

/** Longest message. */
export const ISO_BYTES_MAX = 8 * 1024;
const FIELDS_MAX = 128;
const BITMAP_BYTES = 8;

/** The bytes of a message, with its length in front. Throws `connector.input_invalid` for a value that does not fit. */
export function packMessage(
  mti: string,
  fields: Fields,
  { packing, forms }: { packing: Packing; forms: Readonly<Record<string, FieldForm>> },
): Buffer {
  const numbers = Object.keys(fields)
    .map(Number)
    .sort((one, other) => one - other);
  const isSecond = numbers.some((number) => number > 64);
  const bitmap = Buffer.alloc(isSecond ? 2 * BITMAP_BYTES : BITMAP_BYTES);
  const mark = (number: number) => {
    const at = (number - 1) >> 3;
    bitmap[at] = (bitmap[at] as number) | (0x80 >> ((number - 1) & 7));
  };
  if (isSecond) mark(1);
  for (const number of numbers) mark(number);
  const parts = numbers.map((number) => packField(fields[number] as string, forms[number], packing));
  const body = Buffer.concat([
    Buffer.from(packing.header, 'hex'),
    packDigits(mti, packing),
    packing.bitmap === 'binary' ? bitmap : Buffer.from(bitmap.toString('hex').toUpperCase(), 'ascii'),
    ...parts,
  ]);
  if (body.length > ISO_BYTES_MAX) throw valueFault();
  return Buffer.concat([lengthOf(body.length, packing), body]);
}

function packField(value: string, form: FieldForm | undefined, packing: Packing): Buffer {
  if (form === undefined) throw valueFault();
  const { kind, length, size } = form;
  const isDigits = kind === 'n';
  if (isDigits && !/^\d*$/.test(value)) throw valueFault();
  if (kind === 'b' && !/^(?:[0-9A-Fa-f]{2})*$/.test(value)) throw valueFault();
  const text = length === 'fixed' ? (isDigits ? value.padStart(size, '0') : value) : value;
  const plain = kind === 'b' ? Buffer.from(text, 'hex') : encodeText(text, packing.charset);
  const count = isDigits ? text.length : plain.length;
  if (count > size) throw valueFault();
  if (length !== 'fixed') {
    const prefix = packDigits(String(count).padStart(length === 'll' ? 2 : 3, '0'), packing, 'left');
    return Buffer.concat([prefix, isDigits ? packDigits(text, packing) : plain]);
  }
  if (isDigits) return packDigits(text, packing);
  if (kind === 'b' && count < size) throw valueFault();
  return Buffer.concat([plain, Buffer.alloc(size - count, 0x20)]);
}

function packDigits(
  digits: string,
  { digits: form, oddSide }: Packing,
  side: Packing['oddSide'] = oddSide,
): Buffer {
  if (form === 'ascii') return Buffer.from(digits, 'ascii');
  const isOdd = digits.length % 2 === 1;
  return Buffer.from(isOdd ? (side === 'left' ? `0${digits}` : `${digits}0`) : digits, 'hex');
}

function lengthOf(bytes: number, packing: Packing): Buffer {
  const { lengthBytes, lengthForm, isLengthInclusive } = packing;
  const count = bytes + (isLengthInclusive ? lengthBytes : 0);
  if (lengthForm === 'binary') {
    const prefix = Buffer.alloc(lengthBytes);
    prefix.writeUIntBE(count, 0, lengthBytes);
    return prefix;
  }
  const digits = lengthForm === 'ascii' ? lengthBytes : 2 * lengthBytes;
  const text = String(count).padStart(digits, '0');
  if (text.length > digits) throw valueFault();
  return Buffer.from(text, lengthForm === 'ascii' ? 'ascii' : 'hex');
}

/** Takes messages out of what comes, by the length in front of each. */
export class LengthReader {
  readonly #packing: Packing;
  #rest: Buffer = Buffer.alloc(0);

  constructor(packing: Packing) {
    this.#packing = packing;
  }

  /** The messages that are whole now. Throws `connector.schema` reason `frame`, `egress.too_large` reason `frame`. */
  push(bytes: Buffer): Buffer[] {
    const { lengthBytes, isLengthInclusive } = this.#packing;
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const whole: Buffer[] = [];
    while (this.#rest.length >= lengthBytes) {
      const told = this.#told();
      const size = isLengthInclusive ? told - lengthBytes : told;
      if (size <= 0) throw connectorFault('connector.schema', 'frame');
      if (size > ISO_BYTES_MAX) throw new AppError('egress.too_large', { details: { reason: 'frame' } });
      if (this.#rest.length < lengthBytes + size) break;
      whole.push(this.#rest.subarray(lengthBytes, lengthBytes + size));
      this.#rest = this.#rest.subarray(lengthBytes + size);
    }
    return whole;
  }

  #told(): number {
    const { lengthBytes, lengthForm } = this.#packing;
    if (lengthForm === 'binary') return this.#rest.readUIntBE(0, lengthBytes);
    const text = this.#rest.toString(lengthForm === 'ascii' ? 'latin1' : 'hex', 0, lengthBytes);
    if (!/^\d+$/.test(text)) throw connectorFault('connector.schema', 'frame');
    return Number(text);
  }
}

/**
 * Reads a message by its bitmap. Throws `connector.schema`: reason `message` for bytes that are missing, left over, or not
 * what their field holds, `field` for one that the table of fields does not know: what follows it could not be found.
 */
export function parseMessage(
  bytes: Buffer,
  { packing, forms }: { packing: Packing; forms: Readonly<Record<string, FieldForm>> },
): { mti: string; fields: Fields } {
  const reader = new Reader(bytes, packing);
  reader.take(packing.header.length / 2);
  const mti = reader.digits(4);
  const first = reader.bitmap();
  const map = (first[0] as number) >= 0x80 ? Buffer.concat([first, reader.bitmap()]) : first;
  const fields: Record<string, string> = {};
  for (let number = 2; number <= Math.min(map.length * 8, FIELDS_MAX); number += 1) {
    const isThere = ((map[(number - 1) >> 3] as number) & (0x80 >> ((number - 1) & 7))) !== 0;
    if (!isThere) continue;
    const form = forms[number];
    if (form === undefined) throw connectorFault('connector.schema', 'field');
    fields[number] = reader.field(form);
  }
  reader.end();
  return { mti, fields };
}

class Reader {
  readonly #bytes: Buffer;
  readonly #packing: Packing;
  #at = 0;

  constructor(bytes: Buffer, packing: Packing) {
    this.#bytes = bytes;
    this.#packing = packing;
  }

  take(count: number): Buffer {
    const taken = this.#bytes.subarray(this.#at, this.#at + count);
    if (taken.length < count) throw messageFault();
    this.#at += count;
    return taken;
  }

  digits(count: number, side: Packing['oddSide'] = this.#packing.oddSide): string {
    if (this.#packing.digits === 'ascii') return onlyDigits(this.take(count).toString('latin1'));
    const text = this.take(Math.ceil(count / 2)).toString('hex');
    return onlyDigits(side === 'left' ? text.slice(text.length - count) : text.slice(0, count));
  }

  bitmap(): Buffer {
    if (this.#packing.bitmap === 'binary') return this.take(BITMAP_BYTES);
    const text = this.take(2 * BITMAP_BYTES).toString('latin1');
    if (!/^[0-9A-Fa-f]+$/.test(text)) throw messageFault();
    return Buffer.from(text, 'hex');
  }

  field({ kind, length, size }: FieldForm): string {
    const count = length === 'fixed' ? size : Number(this.digits(length === 'll' ? 2 : 3, 'left'));
    if (count > size) throw messageFault();
    if (kind === 'n') return this.digits(count);
    const bytes = this.take(count);
    return kind === 'b' ? bytes.toString('hex') : decodeText(bytes, this.#packing.charset).trimEnd();
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw messageFault();
  }
}

function onlyDigits(text: string): string {
  if (!/^\d*$/.test(text)) throw messageFault();
  return text;
}

function messageFault(): AppError {
  return connectorFault('connector.schema', 'message');
}

function valueFault(): AppError {
  return connectorFault('connector.input_invalid', 'field');
}
