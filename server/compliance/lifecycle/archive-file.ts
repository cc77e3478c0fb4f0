import { constants } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../kernel/index.ts';
import { sha256, type Crypto } from '../../platform/crypto/index.ts';
import type { OwnedRow } from '../../platform/persistence/index.ts';

/**
 * An archive file: the eight bytes `VDARCH1\n`, then frames, each led by its length in 4 bytes (big-endian). A frame is
 * an envelope of the installation's key, bound to its archive, chunk, and number; the first byte inside says whether it
 * is the last. The frames together hold JSON lines: a head, then one line a row. Sealed columns stay sealed under their
 * requester's key, so that erasing a person reaches the archives too.
 */
const MAGIC = Buffer.from('VDARCH1\n', 'latin1');
/** Bytes of a frame before it is sealed; an envelope takes 1 MiB at most. */
const FRAME_BYTES = 512 * 1024;
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
 * interrupted run left under the same name is replaced.
 */
export async function writeArchiveFile(
  crypto: Pick<Crypto, 'installation'>,
  path: string,
  head: ArchiveHead,
  pages: AsyncIterable<OwnedRow[]>,
): Promise<Buffer> {
  const frames: Buffer[] = [MAGIC];
  let frameCount = 0;
  let waiting: Buffer[] = [Buffer.from(`${JSON.stringify(head)}\n`)];
  let waitingBytes = waiting[0]?.length ?? 0;
  const seal = (plain: Buffer, mark: number) => {
    const cell = cellOf(head, frameCount);
    const envelope = crypto.installation.seal(cell, Buffer.concat([Buffer.of(mark), plain]));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(envelope.length);
    frames.push(length, envelope);
    frameCount += 1;
  };
  for await (const page of pages) {
    const text = Buffer.from(page.map((row) => `${JSON.stringify(toLine(row))}\n`).join(''));
    waiting.push(text);
    waitingBytes += text.length;
    if (waitingBytes < FRAME_BYTES) continue;
    const bytes = Buffer.concat(waiting);
    let start = 0;
    for (; bytes.length - start >= FRAME_BYTES; start += FRAME_BYTES) {
      seal(bytes.subarray(start, start + FRAME_BYTES), MORE);
    }
    waiting = [bytes.subarray(start)];
    waitingBytes = bytes.length - start;
  }
  seal(Buffer.concat(waiting), LAST);
  const content = Buffer.concat(frames);
  await writeDurably(path, content);
  return sha256(content);
}

function toLine({ table, rowId, columns }: OwnedRow): ArchiveLine {
  const entries = Object.entries(columns).map(([name, value]): [string, unknown] => [
    name,
    Buffer.isBuffer(value) ? value.toString('base64') : value,
  ]);
  return { t: table, k: rowId, r: Object.fromEntries(entries) };
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
    if (at + 4 > content.length) throw damaged();
    const length = content.readUInt32BE(at);
    const envelope = content.subarray(at + 4, at + 4 + length);
    if (envelope.length !== length) throw damaged();
    const plain = await crypto.openBytes(cellOf(place, index), envelope).catch((cause: unknown) => {
      throw damaged(cause);
    });
    parts.push(plain.subarray(1));
    at += 4 + length;
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

/** Writes a file (0600) so that it is there whole or not at all, and stays there when the power goes. */
export async function writeDurably(path: string, content: string | Buffer): Promise<void> {
  const temporary = `${path}.part`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
  await syncFolder(join(dirname(path), '..'));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
