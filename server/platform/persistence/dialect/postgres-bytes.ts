import type { Connection, PoolClient, Submittable } from 'pg';
import { release } from '../../memory/index.ts';

/** Values from this size on travel by the ways of this file. */
export const LARGE_BYTES_MIN = 64 * 1024;
/** Longest value that is read; a piece of a file with its envelope is 1 MiB and some bytes. */
const VALUE_BYTES_MAX = 2 * 1024 * 1024;

const HEADER_BYTES = 5;
/** Of a row with one column: the number of columns, and the length of the value. */
const ROW_HEAD_BYTES = 6;
const CODE_ROW = 'D'.charCodeAt(0);
const CODE_READY = 'Z'.charCodeAt(0);
const TEXT_FORMAT = 0;
const BINARY_FORMAT = 1;

/** A statement with its values; buffers travel in binary form, everything else as text. */
export interface BytesQuery {
  text: string;
  values: readonly unknown[];
}

/** What came of it. */
export interface BytesAnswer {
  count: number;
  /** The value of the one column of the one row, in memory of its own; undefined without a row. */
  bytes: Buffer | undefined;
}

/**
 * Runs a statement that sends or brings one large value of bytes. The driver would bring it as hexadecimal text, twice
 * as long and through a buffer that doubles as it grows, and would copy what is sent; each MiB leaves 4 to 14 MiB of
 * dead memory. Here a value is written to the socket from where it stands and read into its place. Everything else
 * of the conversation (errors, the end, notices) stays with the driver.
 *
 * Protocol 3.0, extended query with an unnamed statement: https://www.postgresql.org/docs/current/protocol-flow.html
 */
export function runBytes(client: PoolClient, query: BytesQuery): Promise<BytesAnswer> {
  return new Promise((resolve, reject) => {
    const exchange: Submittable = createExchange(query, { resolve, reject });
    client.query(exchange);
  });
}

interface Settle {
  resolve(answer: BytesAnswer): void;
  reject(error: Error): void;
}

/** What the driver calls while this is its active query. */
function createExchange(query: BytesQuery, { resolve, reject }: Settle) {
  const row: RowBytes = { bytes: undefined };
  let count = 0;
  return {
    submit(connection: Connection) {
      const { stream } = connection;
      divert(connection, row);
      stream.cork();
      for (const part of messagesOf(query)) stream.write(part);
      stream.uncork();
    },
    handleRowDescription: () => undefined,
    handleCommandComplete({ text }: { text: string }) {
      count = Number(/\d+$/.exec(text)?.[0] ?? 0);
    },
    handleReadyForQuery: () => resolve({ count, bytes: row.bytes }),
    handleError: reject,
  };
}

/** Parse, Bind, Execute, Sync; large values stand in the list as they are, not copied. */
function messagesOf({ text, values }: BytesQuery): Buffer[] {
  const encoded = values.map(encodeValue);
  const formats = values.map((value) => (Buffer.isBuffer(value) ? BINARY_FORMAT : TEXT_FORMAT));
  const bind = [
    Buffer.from('\0\0'),
    int16s(values.length, ...formats, values.length),
    ...encoded.flatMap((value) => (value === null ? [int32(-1)] : [int32(value.length), value])),
    int16s(1, BINARY_FORMAT),
  ];
  const parse = [Buffer.from(`\0${text}\0`), int16s(0)];
  return [
    ...message('P', parse),
    ...message('B', bind),
    ...message('E', [Buffer.from('\0'), int32(0)]),
    ...message('S', []),
  ];
}

function encodeValue(value: unknown): Buffer | null {
  if (value === null || value === undefined) return null;
  return Buffer.isBuffer(value) ? value : Buffer.from(String(value));
}

function message(code: string, parts: readonly Buffer[]): Buffer[] {
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  return [Buffer.from(code), int32(length), ...parts];
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16s(...values: number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 2);
  values.forEach((value, index) => bytes.writeInt16BE(value, index * 2));
  return bytes;
}

interface RowBytes {
  bytes: Buffer | undefined;
}

/** Takes rows out of what the server sends, until it is ready for the next query; the driver hears all the rest. */
function divert({ stream }: Connection, row: RowBytes): void {
  const listeners = stream.listeners('data') as ((bytes: Buffer) => void)[];
  const tell = (bytes: Buffer) => {
    for (const listener of listeners) listener.call(stream, bytes);
  };
  const take = createTaker(row, tell);
  const onData = (chunk: Buffer) => {
    try {
      const ready = take(chunk);
      if (ready !== undefined) {
        for (const listener of listeners) stream.on('data', listener);
        stream.off('data', onData);
        tell(ready.message);
        if (ready.endAt < chunk.length) tell(Buffer.from(chunk.subarray(ready.endAt)));
      }
    } catch (error) {
      // What follows cannot be understood any more; the driver gives the connection up.
      stream.destroy(error as Error);
    }
    release(chunk);
  };
  stream.on('data', onData);
  for (const listener of listeners) stream.off('data', listener);
}

/** The message that the server is ready, and where it ends in the chunk. */
interface Ready {
  message: Buffer;
  endAt: number;
}

/** Cuts chunks into messages: the value of a row goes to its place, others are told, the last one is given. */
function createTaker(row: RowBytes, tell: (bytes: Buffer) => void): (chunk: Buffer) => Ready | undefined {
  /** Bytes of the current message that are gathered, and how many are needed to go on. */
  let gathered = Buffer.alloc(0);
  let need = HEADER_BYTES;
  /** How much of the value has arrived. */
  let filled: number | undefined;

  function startRow(): void {
    const valueBytes = gathered.readInt32BE(HEADER_BYTES + 2);
    const size = HEADER_BYTES + ROW_HEAD_BYTES + Math.max(0, valueBytes);
    const isOneValue = gathered.readInt16BE(HEADER_BYTES) === 1 && sizeOf(gathered) === size;
    if (!isOneValue || valueBytes > VALUE_BYTES_MAX || row.bytes !== undefined) {
      throw new Error('A statement for one value of bytes brought something else.');
    }
    if (valueBytes >= 0) row.bytes = Buffer.allocUnsafeSlow(valueBytes);
    if (valueBytes > 0) filled = 0;
  }
  /** Looks at what is gathered; gives the message if it is whole and the last one. */
  function look(): Buffer | undefined {
    const isRow = gathered[0] === CODE_ROW;
    need = isRow ? HEADER_BYTES + ROW_HEAD_BYTES : sizeOf(gathered);
    if (gathered.length < need) return undefined;
    const whole = gathered;
    if (whole[0] === CODE_READY) return whole;
    if (isRow) startRow();
    else tell(whole);
    gathered = Buffer.alloc(0);
    need = HEADER_BYTES;
    return undefined;
  }
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (filled !== undefined && row.bytes !== undefined) {
        const copied = chunk.copy(row.bytes, filled, at);
        at += copied;
        filled += copied;
        if (filled === row.bytes.length) filled = undefined;
        continue;
      }
      const part = chunk.subarray(at, at + need - gathered.length);
      at += part.length;
      gathered = Buffer.concat([gathered, part]);
      const message = gathered.length === need ? look() : undefined;
      if (message !== undefined) return { message, endAt: at };
    }
    return undefined;
  };
}

/** Bytes of a message with its first byte, which its length does not count. */
function sizeOf(message: Buffer): number {
  return message.readInt32BE(1) + 1;
}
