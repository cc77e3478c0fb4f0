import { open } from 'node:fs/promises';

/** A file of lines that breaks its form: a line over the limit, or no line feed at the end. */
export class LineError extends Error {
  /** `long`: over the limit; `open`: the file breaks off in its last line. */
  readonly kind: 'long' | 'open';

  constructor(kind: 'long' | 'open', message: string) {
    super(message);
    this.name = 'LineError';
    this.kind = kind;
  }
}

/** One line as bytes, without its line feed. */
export interface Line {
  /** A zero byte and then the line: what a leaf hash is computed over, without copying. */
  prefixed: Buffer;
}

/** Small enough to be freed while it is young. */
const CHUNK_BYTES = 256 * 1024;
const LF = 0x0a;

/** Text of a line. */
export function textOf(line: Line): string {
  return line.prefixed.toString('utf8', 1);
}

/**
 * A line with one character for each byte: half as dear as its text, and canonical exactly when its text is. What is
 * not ASCII reads otherwise; `textOfCharacters` gives it back.
 */
export function charactersOf(line: Line): string {
  return line.prefixed.toString('latin1', 1);
}

/** The text that stands in characters of one byte each. */
export function textOfCharacters(characters: string): string {
  return Buffer.from(characters, 'latin1').toString('utf8');
}

/**
 * Reads lines in batches; use a batch before asking for the next. `onBytes` sees every byte in order. Memory: two
 * chunks and the longest line.
 * @throws LineError
 */
export async function* readLines(
  path: string,
  limits: { lineBytesMax: number; onBytes?: (bytes: Buffer) => void },
): AsyncGenerator<Line[]> {
  const handle = await open(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const data = Buffer.allocUnsafe(1 + rest.length + CHUNK_BYTES);
      data[0] = 0;
      rest.copy(data, 1);
      const { bytesRead } = await handle.read(data, 1 + rest.length, CHUNK_BYTES, null);
      if (bytesRead === 0) break;
      limits.onBytes?.(data.subarray(1 + rest.length, 1 + rest.length + bytesRead));
      const end = 1 + rest.length + bytesRead;
      const { lines, next } = cutLines(data, end);
      rest = data.subarray(next, end);
      if (lines.length > 0) yield lines;
      if (rest.length > limits.lineBytesMax) throw new LineError('long', 'a line is longer than allowed');
    }
    if (rest.length > 0) throw new LineError('open', 'the last line has no line feed');
  } finally {
    await handle.close();
  }
}

function cutLines(data: Buffer, end: number): { lines: Line[]; next: number } {
  const lines: Line[] = [];
  let start = 1;
  for (;;) {
    const at = data.indexOf(LF, start);
    if (at < 0 || at >= end) return { lines, next: start };
    data[start - 1] = 0;
    lines.push({ prefixed: data.subarray(start - 1, at) });
    start = at + 1;
  }
}
