import type { ColumnKind } from '../columns.ts';

/** Object ids of PostgreSQL's own types; the same in every version (pg_type.dat). */
const TYPE_OIDS: Record<Exclude<ColumnKind, 'tokens'>, number> = {
  uuid: 2950,
  text: 1043,
  clob: 25,
  json: 25,
  int: 20,
  flag: 21,
  instant: 1114,
  bytes: 17,
  sealed: 17,
};
/** What the binary form of an instant counts from: 2000-01-01 UTC. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
const TWO_32 = 0x1_0000_0000;
const NULL_LENGTH = -1;
const HEADER_BYTES = 20;
/** Texts up to this are written in a loop; longer ones are worth the call into the runtime. */
const SHORT_CHARACTERS = 48;
const UTF8_BYTES_PER_UNIT_MAX = 3;
const UUID_BYTES = 16;
const DASH = 0x2d;
const SLAB_BYTES = 256 * 1024;
/** A batch of long texts may need more for a moment; that much is not kept. */
const SLAB_KEPT_BYTES_MAX = 4 * 1024 * 1024;

/** Value of a hexadecimal digit by its character code, as ids are written: lower case. */
const HEX = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit += 1) HEX[digit.toString(16).charCodeAt(0)] = digit;

/**
 * Array parameters in PostgreSQL's binary form (array_recv), written one after the other into one slab that serves
 * batch after batch. Against array literals the server neither scans nor unescapes text, and the program makes no
 * strings that live for one statement. What `take` gives is valid until the next `begin`.
 */
export class BinaryArrays {
  protected slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  /** Where that begins which has to stay in one piece when the slab grows. */
  protected start = 0;
  protected at = 0;

  /** Starts a statement; what the last one was given may be overwritten from now on. */
  begin(): void {
    if (this.slab.length > SLAB_KEPT_BYTES_MAX) this.slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.start = 0;
    this.at = 0;
  }

  /** One column of the rows as an array parameter. An empty text is no text, as everywhere in persistence. */
  take(kind: ColumnKind, rows: readonly Record<string, unknown>[], property: string): Buffer {
    this.start = this.at;
    this.array(kind, rows, property);
    return this.slab.subarray(this.start, this.at);
  }

  protected array(kind: ColumnKind, rows: readonly Record<string, unknown>[], property: string): void {
    if (kind === 'tokens') throw new TypeError('lists of numbers cannot be unnested');
    this.ensure(HEADER_BYTES);
    this.int32(rows.length === 0 ? 0 : 1);
    // Says that elements may be null; without it the server would refuse one.
    this.int32(rows.length === 0 ? 0 : 1);
    this.int32(TYPE_OIDS[kind]);
    if (rows.length === 0) return;
    this.int32(rows.length);
    this.int32(1);
    for (const row of rows) this.element(kind, row[property]);
  }

  /** A value with its length before it, as arrays and messages hold it. */
  protected element(kind: Exclude<ColumnKind, 'tokens'>, value: unknown): void {
    if (value === null || value === undefined || value === '') {
      this.ensure(4);
      this.int32(NULL_LENGTH);
      return;
    }
    switch (kind) {
      case 'uuid':
        return this.#uuid(value as string);
      case 'int':
        return this.#int64(value as number);
      case 'instant':
        return this.#int64(((value as Date).getTime() - EPOCH_MS) * 1_000);
      case 'flag':
        this.ensure(6);
        this.int32(2);
        this.slab[this.at] = 0;
        this.slab[this.at + 1] = value === true ? 1 : 0;
        this.at += 2;
        return;
      case 'json':
        return this.#text(JSON.stringify(value));
      case 'bytes':
      case 'sealed':
        return this.#bytes(value as Buffer);
      default:
        return this.#text(value as string);
    }
  }

  protected ensure(bytes: number): void {
    if (this.at + bytes <= this.slab.length) return;
    const written = this.at - this.start;
    // Columns taken before stay in the old slab; what has to stay in one piece moves along.
    const grown = Buffer.allocUnsafeSlow(2 * Math.max(this.slab.length, written + bytes));
    this.slab.copy(grown, 0, this.start, this.at);
    this.slab = grown;
    this.start = 0;
    this.at = written;
  }

  protected int32(value: number): void {
    const slab = this.slab;
    slab[this.at] = value >>> 24;
    slab[this.at + 1] = value >>> 16;
    slab[this.at + 2] = value >>> 8;
    slab[this.at + 3] = value;
    this.at += 4;
  }

  #int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError('a number of a batch is out of range');
    this.ensure(12);
    this.int32(8);
    const high = Math.floor(value / TWO_32);
    this.int32(high);
    this.int32(value - high * TWO_32);
  }

  #uuid(text: string): void {
    this.ensure(4 + UUID_BYTES);
    this.int32(UUID_BYTES);
    const slab = this.slab;
    let at = this.at;
    let seen = 0;
    for (let index = 0; index < text.length; index += 2) {
      if (text.charCodeAt(index) === DASH) index += 1;
      const high = HEX[text.charCodeAt(index)] ?? -1;
      const low = HEX[text.charCodeAt(index + 1)] ?? -1;
      seen |= high | low;
      slab[at] = (high << 4) | low;
      at += 1;
    }
    // A wrong digit makes `seen` negative; a wrong length moves the end.
    if (seen < 0 || at !== this.at + UUID_BYTES) throw new TypeError('an id of a batch is no UUID');
    this.at = at;
  }

  #bytes(value: Buffer): void {
    this.ensure(4 + value.length);
    this.int32(value.length);
    this.at += value.copy(this.slab, this.at);
  }

  #text(text: string): void {
    this.ensure(4 + text.length * UTF8_BYTES_PER_UNIT_MAX);
    const lengthAt = this.at;
    this.at += 4;
    if (text.length > SHORT_CHARACTERS || !this.#ascii(text))
      this.at += this.slab.write(text, this.at, 'utf8');
    this.patchLength(lengthAt);
  }

  /** Writes into a place of four bytes how many follow it. */
  protected patchLength(lengthAt: number): void {
    const end = this.at;
    this.at = lengthAt;
    this.int32(end - lengthAt - 4);
    this.at = end;
  }

  /** Writes a text of ASCII characters; false, and nothing written, when there are others. */
  #ascii(text: string): boolean {
    const slab = this.slab;
    let at = this.at;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      slab[at] = code;
      at += 1;
    }
    this.at = at;
    return true;
  }
}
