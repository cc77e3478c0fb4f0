import { constants } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../kernel/index.ts';
import { createSha256, sha256, type Crypto } from '../../platform/crypto/index.ts';
import { toSnakeCase, type OwnedRow } from '../../platform/persistence/index.ts';

/**
 * An archive file: the eight bytes `VDARCH1\n`, then frames, each led by its length in 4 bytes (big-endian). A frame is
 * an envelope of the installation's key, bound to its archive, chunk, and number; the first byte inside says whether it
 * is the last. The frames together hold JSON lines: a head, then one line a row. Sealed columns stay sealed under their
 * requester's key, so that erasing a person reaches the archives too.
 */
const MAGIC = Buffer.from('VDARCH1\n', 'latin1');
/** Bytes of a frame before it is sealed; an envelope takes 1 MiB at most. */
const FRAME_BYTES = 512 * 1024;
/** Rows turned into lines before others get their turn. */
const LINES_AT_ONCE = 250;
/** Bytes of one UTF-16 unit in UTF-8, at most. */
const UTF8_BYTES_MAX = 3;
/** A frame is led by its length. */
const LENGTH_BYTES = 4;
const MORE = 0;
const LAST = 1;
/** A chunk's file is a few megabytes; a longer one is none of ours. */
export const ARCHIVE_FILE_BYTES_MAX = 1024 * 1024 * 1024;

/** Which archive file it is; every frame is bound to it. */
export interface ArchivePlace {
  runId: string;
  chunkNo: number;
}

/** First line of an archive file. */
export interface ArchiveHead extends ArchivePlace {
  format: 'vaultdesk-archive/1';
  recordClass: string;
  recordCount: number;
}

/** One line of an archive file behind the head: table, the id its sealed columns are bound to, columns. */
export interface ArchiveLine {
  t: string;
  k: string;
  r: Record<string, unknown>;
}

/** Name of a chunk's file in its run's folder. */
export function archiveFileName(recordClass: string, chunkNo: number): string {
  return `${recordClass}-${String(chunkNo).padStart(6, '0')}.vda`;
}

/**
 * Writes an archive file and gives its SHA-256. It is on the disk, under its name, when this resolves; a file that an
 * interrupted run left under the same name is replaced. A frame is written as soon as it is full, so one is held, and
 * the disk gets even work instead of a burst at the end.
 */
export async function writeArchiveFile(
  crypto: Pick<Crypto, 'installation'>,
  path: string,
  head: ArchiveHead,
  pages: AsyncIterable<OwnedRow[]>,
): Promise<Buffer> {
  return writeDurably(path, async (write) => {
    let frameCount = 0;
    const frame = new Frame(async (plain) => {
      const envelope = crypto.installation.seal(cellOf(head, frameCount), plain);
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(envelope.length);
      await write(length);
      await write(envelope);
      frameCount += 1;
    });
    await write(MAGIC);
    await frame.add(`${JSON.stringify(head)}\n`);
    let lineCount = 0;
    for await (const page of pages) {
      for (const row of page) {
        const line = toLine(row);
        if (!frame.fits(line)) await frame.add(line);
        lineCount += 1;
        // Conversations go first: their messages wait for no more than these lines.
        if (lineCount % LINES_AT_ONCE === 0) await nextTurn();
      }
    }
    await frame.end();
  });
}

/** Collects lines in one buffer that is used again for each frame: new ones would keep the collector busy. */
class Frame {
  readonly #bytes = Buffer.allocUnsafe(1 + FRAME_BYTES);
  readonly #full: (plain: Buffer) => Promise<void>;
  #end = 1;

  constructor(full: (plain: Buffer) => Promise<void>) {
    this.#full = full;
  }

  /** Takes a line if there is room for it, which is almost always and then without waiting. */
  fits(line: string): boolean {
    if (line.length * UTF8_BYTES_MAX > this.#bytes.length - this.#end) return false;
    this.#end += this.#bytes.write(line, this.#end);
    return true;
  }

  /** Takes a line of any length, over as many frames as it needs. */
  async add(line: string): Promise<void> {
    const bytes = Buffer.from(line);
    for (let start = 0; start < bytes.length;) {
      if (this.#end === this.#bytes.length) await this.#seal(MORE);
      const count = bytes.copy(this.#bytes, this.#end, start);
      this.#end += count;
      start += count;
    }
  }

  end(): Promise<void> {
    return this.#seal(LAST);
  }

  async #seal(mark: number): Promise<void> {
    this.#bytes[0] = mark;
    await this.#full(this.#bytes.subarray(0, this.#end));
    this.#end = 1;
  }
}

/** One line, written by hand: tens of thousands a second, most of it sealed bytes that need no escaping. */
function toLine({ table, rowId, columns }: OwnedRow): string {
  let line = `{"t":${JSON.stringify(table)},"k":${JSON.stringify(rowId)},"r":{`;
  let comma = '';
  for (const name in columns) {
    line += `${comma}${columnKey(name)}${toJson(columns[name])}`;
    comma = ',';
  }
  return `${line}}}\n`;
}

function toJson(value: unknown): string {
  if (value === null) return 'null';
  if (Buffer.isBuffer(value)) return `"${value.toString('base64')}"`;
  if (typeof value === 'number') return String(value);
  return JSON.stringify(value);
}

/** `"opened_at":` by `openedAt`, for the columns of declared tables. */
const columnKeys = new Map<string, string>();

function columnKey(property: string): string {
  let key = columnKeys.get(property);
  if (key === undefined) {
    key = `"${toSnakeCase(property)}":`;
    columnKeys.set(property, key);
  }
  return key;
}

/** Reads an archive file back: its head and its lines. Throws `archive.damaged` for anything that was not written so. */
export async function readArchiveFile(
  crypto: Pick<Crypto, 'openBytes'>,
  path: string,
  place: ArchivePlace,
): Promise<{ head: ArchiveHead; lines: ArchiveLine[]; sha256: Buffer }> {
  const content = await readFile(path);
  const damaged = (cause?: unknown) => new AppError('archive.damaged', { cause });
  if (content.length > ARCHIVE_FILE_BYTES_MAX || !content.subarray(0, MAGIC.length).equals(MAGIC))
    throw damaged();
  const parts: Buffer[] = [];
  let at = MAGIC.length;
  for (let index = 0; ; index += 1) {
    if (at + LENGTH_BYTES > content.length) throw damaged();
    const length = content.readUInt32BE(at);
    const envelope = content.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length);
    if (envelope.length !== length) throw damaged();
    const plain = await crypto.openBytes(cellOf(place, index), envelope).catch((cause: unknown) => {
      throw damaged(cause);
    });
    parts.push(plain.subarray(1));
    at += LENGTH_BYTES + length;
    if (plain[0] === LAST) break;
  }
  if (at !== content.length) throw damaged();
  const [head, ...lines] = Buffer.concat(parts)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
  return { head: head as ArchiveHead, lines: lines as ArchiveLine[], sha256: sha256(content) };
}

function cellOf({ runId, chunkNo }: ArchivePlace, frameIndex: number) {
  return { table: 'archive', column: 'frame', rowId: `${runId}/${chunkNo}/${frameIndex}` };
}

/**
 * Writes a file (0600) so that it is there whole or not at all, and stays there when the power goes; gives its SHA-256.
 * What an interrupted write left is replaced.
 */
async function writeDurably(
  path: string,
  fill: (write: (bytes: Buffer) => Promise<void>) => Promise<void>,
): Promise<Buffer> {
  const temporary = `${path}.part`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(temporary, 'w', 0o600);
  const hash = createSha256();
  try {
    await fill(async (bytes) => {
      hash.update(bytes);
      await file.writeFile(bytes);
    });
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
  await syncFolder(join(dirname(path), '..'));
  return hash.digest();
}

/** Writes a text as archive files are written. */
export async function writeTextDurably(path: string, text: string): Promise<void> {
  await writeDurably(path, (write) => write(Buffer.from(text)));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
