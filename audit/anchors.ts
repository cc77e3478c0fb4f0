import { open, mkdir, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnchoredHead, AnchorSink } from './anchor-sink.ts';
import { parseHead, type SignedHead } from './head.ts';

/** A record of an anchor file: a head, or bytes that are none. */
export interface AnchorRecord {
  file: string;
  /** The note as it stands, without the blank line that ends the record. */
  text: string;
  head: SignedHead | undefined;
  /** The process was killed while it wrote: the record breaks off, and stands whole right after or ends the file. */
  isTorn: boolean;
}

const FILE_PATTERN = /^heads-\d{4}-\d\d-\d\d\.txt$/;
const TAIL_BYTES = 64 * 1024;
/** A head has some 300 bytes; co-signatures of witnesses may be added. */
const RECORD_BYTES_MAX = 16 * 1024;
const READ_BYTES = 256 * 1024;
const RECORD_END = '\n\n';
/** The dash of a signature line; a kill can split its three bytes, which then read as U+FFFD. */
const SIGNATURE_START = /^[\u2014\ufffd]/u;

/**
 * The folder sink: `heads-YYYY-MM-DD.txt` by the day (UTC) of the seal, each record a checkpoint note and a blank
 * line. Files are only appended to, each append is fsynced, so the folder may be a WORM or network volume.
 */
export function createFolderAnchor(folder: string): AnchorSink {
  let current: { name: string; handle: FileHandle } | undefined;

  async function fileFor(at: Date): Promise<FileHandle> {
    const name = `heads-${at.toISOString().slice(0, 10)}.txt`;
    if (current?.name === name) return current.handle;
    await current?.handle.close();
    current = undefined;
    const handle = await openForAppend(folder, name);
    current = { name, handle };
    return handle;
  }

  return {
    name: `folder:${folder}`,
    async last() {
      const head = await lastHead(folder);
      return head === undefined ? undefined : { sealNo: head.sealNo, sealHash: head.sealHash };
    },
    async append(heads) {
      try {
        for (const group of groupByDay(heads)) {
          const handle = await fileFor(group[0]!.at);
          await handle.appendFile(group.map((head) => `${head.checkpoint}\n`).join(''));
          await handle.datasync();
        }
      } catch (error) {
        // What stands in the file now is unknown; opening it again mends a torn record.
        const broken = current;
        current = undefined;
        await broken?.handle.close().catch(() => undefined);
        throw error;
      }
    },
    async close() {
      await current?.handle.close();
      current = undefined;
    },
  };
}

function groupByDay(heads: readonly AnchoredHead[]): AnchoredHead[][] {
  const groups: AnchoredHead[][] = [];
  for (const head of heads) {
    const group = groups.at(-1);
    const isSameDay = group?.[0]?.at.toISOString().slice(0, 10) === head.at.toISOString().slice(0, 10);
    if (group !== undefined && isSameDay) group.push(head);
    else groups.push([head]);
  }
  return groups;
}

async function openForAppend(folder: string, name: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const handle = await open(join(folder, name), 'a+', 0o640);
  const { size } = await handle.stat();
  if (size === 0) await syncFolder(folder);
  else await endTornRecord(handle, size);
  return handle;
}

/** A kill may leave half a record. It stays, since the file is never cut; it is ended, and the head follows again. */
async function endTornRecord(handle: FileHandle, size: number): Promise<void> {
  const tail = Buffer.alloc(Math.min(size, RECORD_END.length));
  await handle.read(tail, 0, tail.length, size - tail.length);
  if (tail.toString('latin1') !== RECORD_END) await handle.appendFile('\n\n\n');
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function anchorFiles(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => FILE_PATTERN.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function lastHead(folder: string): Promise<SignedHead | undefined> {
  for (const name of (await anchorFiles(folder)).reverse()) {
    const handle = await open(join(folder, name), 'r');
    try {
      const { size } = await handle.stat();
      const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
      await handle.read(tail, 0, tail.length, size - tail.length);
      const head = newestOf(splitRecords(tail.toString('utf8')));
      if (head !== undefined) return head;
    } finally {
      await handle.close();
    }
  }
  return undefined;
}

function newestOf(texts: readonly string[]): SignedHead | undefined {
  return texts
    .map(parseHead)
    .filter((head) => head !== undefined)
    .at(-1);
}

/** Splits the text of an anchor file into records: lines up to a blank one, then signature lines up to a blank one. */
function splitRecords(text: string): string[] {
  const records: string[] = [];
  let body: string[] = [];
  let signatures: string[] | undefined;
  const flush = () => {
    if (body.length > 0)
      records.push(`${body.join('\n')}\n${signatures ? `\n${signatures.join('\n')}\n` : ''}`);
    body = [];
    signatures = undefined;
  };
  for (const line of text.split('\n')) {
    if (signatures !== undefined && !SIGNATURE_START.test(line)) flush();
    if (line === '') {
      if (body.length > 0) signatures = [];
    } else if (signatures !== undefined) signatures.push(line);
    else body.push(line);
  }
  flush();
  return records;
}

/**
 * All records of an anchor folder, oldest file first, in bounded memory. A record that is no head is given with
 * `head` undefined: the verifier decides what that means.
 */
export async function* readAnchors(folder: string): AsyncGenerator<AnchorRecord> {
  for (const name of await anchorFiles(folder)) {
    let held: AnchorRecord | undefined;
    for await (const { text, isOpen } of readRecords(join(folder, name))) {
      const head = parseHead(text);
      const record: AnchorRecord = { file: name, text, head, isTorn: head === undefined && isOpen };
      if (held !== undefined)
        yield { ...held, isTorn: held.head === undefined && isBreakOf(held.text, text) };
      held = record;
    }
    if (held !== undefined) yield held;
  }
}

function isBreakOf(text: string, whole: string): boolean {
  return whole.startsWith(text.replace(/[\ufffd\n]+$/u, ''));
}

/** A record's text; `isOpen` for the last one of a file that does not end as records do. */
interface RawRecord {
  text: string;
  isOpen: boolean;
}

const closedRecord = (text: string): RawRecord => ({ text, isOpen: false });

async function* readRecords(path: string): AsyncGenerator<RawRecord> {
  const handle = await open(path, 'r');
  try {
    const chunk = Buffer.alloc(READ_BYTES);
    let rest = Buffer.alloc(0);
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      const data = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      const cut = lastRecordStart(data);
      yield* splitRecords(data.subarray(0, cut).toString('utf8')).map(closedRecord);
      rest = data.subarray(cut);
      if (rest.length > RECORD_BYTES_MAX) {
        yield closedRecord(rest.subarray(0, RECORD_BYTES_MAX).toString('latin1'));
        return;
      }
    }
    const last = splitRecords(rest.toString('utf8'));
    // Broken off in the text, or right after it: without a single signature line.
    const isOpen =
      !rest.toString('latin1').endsWith(RECORD_END) || !/\n[\u2014\ufffd]/u.test(last.at(-1) ?? '');
    yield* last.map((text, i) => ({ text, isOpen: isOpen && i === last.length - 1 }));
  } finally {
    await handle.close();
  }
}

/** Everything before this offset is whole records: a signature line, a blank line, and the start of the next one. */
function lastRecordStart(data: Buffer): number {
  for (let end = data.lastIndexOf(RECORD_END); end > 0; end = data.lastIndexOf(RECORD_END, end - 1)) {
    const lineStart = data.lastIndexOf('\n', end - 1) + 1;
    if (data.subarray(lineStart, lineStart + 3).toString('utf8') === '\u2014') return end + RECORD_END.length;
  }
  return 0;
}
