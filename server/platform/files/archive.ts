import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { AppError } from '../../kernel/index.ts';
import { bytesAt, type ByteSource } from './byte-source.ts';
import { FILE_LIMITS } from './limits.ts';

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const COMMENT_BYTES_MAX = 0xffff;
const FLAG_ENCRYPTED = 0x1;
const METHOD_STORED = 0;
const METHOD_DEFLATED = 8;

const OFFICE_FOLDERS: readonly (readonly [folder: string, name: string])[] = [
  ['word/', 'wordprocessingml.document'],
  ['xl/', 'spreadsheetml.sheet'],
  ['ppt/', 'presentationml.presentation'],
];
const OPEN_DOCUMENT = /^application\/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)$/;
const MIMETYPE_BYTES_MAX = 100;

interface Entry {
  name: string;
  method: number;
  packedBytes: number;
  unpackedBytes: number;
  offset: number;
}

const damaged = () => new AppError('file.damaged');
const refused = (reason: string) => new AppError('file.archive_refused', { details: { reason } });

/**
 * The type of a ZIP file (PKWARE APPNOTE 6.3): an office document, or just an archive. Every entry is unpacked into
 * nothing, within limits, because what a directory says about sizes may be a lie. Throws `file.archive_refused` for
 * a bomb, a password, or overlapping entries, `file.type_refused` for macros, `file.damaged` for what is no archive.
 */
export async function inspectArchive(source: ByteSource): Promise<string> {
  const entries = await readDirectory(source);
  const declared = entries.reduce((sum, entry) => sum + entry.unpackedBytes, 0);
  assertProportion(declared, source.sizeBytes);
  if (entries.some(({ name }) => /vbaproject\.bin$/i.test(name))) {
    throw new AppError('file.type_refused', { details: { reason: 'macros' } });
  }
  let unpackedBytes = 0;
  for (const entry of entries) {
    unpackedBytes += await unpack(source, entry, unpackedBytes);
    assertProportion(unpackedBytes, source.sizeBytes);
  }
  return typeOf(source, entries);
}

function assertProportion(unpackedBytes: number, packedBytes: number): void {
  if (unpackedBytes > FILE_LIMITS.archiveUnpackedBytesMax) throw refused('size');
  if (unpackedBytes <= FILE_LIMITS.archiveRatioFreeBytes) return;
  if (unpackedBytes > packedBytes * FILE_LIMITS.archiveRatioMax) throw refused('ratio');
}

async function readDirectory(source: ByteSource): Promise<Entry[]> {
  const tailBytes = Math.min(source.sizeBytes, END_BYTES + COMMENT_BYTES_MAX);
  const tail = await bytesAt(source, source.sizeBytes - tailBytes, tailBytes);
  const endAt = findEnd(tail);
  const count = tail.readUInt16LE(endAt + 10);
  const sizeBytes = tail.readUInt32LE(endAt + 12);
  const offset = tail.readUInt32LE(endAt + 16);
  const isSplit = tail.readUInt16LE(endAt + 4) !== 0 || tail.readUInt16LE(endAt + 8) !== count;
  // The 64-bit form is for files a hundred times larger than the limit; two readers may disagree about it.
  if (isSplit || count === 0xffff || offset === 0xffffffff) throw refused('form');
  if (count > FILE_LIMITS.archiveEntriesMax) throw refused('entries');
  if (sizeBytes > FILE_LIMITS.archiveDirectoryBytesMax) throw refused('entries');
  if (offset + sizeBytes !== source.sizeBytes - tailBytes + endAt) throw damaged();
  const entries = parseEntries(await bytesAt(source, offset, sizeBytes), count);
  assertApart(entries, offset);
  return entries;
}

function findEnd(tail: Buffer): number {
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END_SIGNATURE) continue;
    if (at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length) return at;
  }
  throw damaged();
}

function parseEntries(directory: Buffer, count: number): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + ENTRY_BYTES > directory.length || directory.readUInt32LE(at) !== ENTRY_SIGNATURE)
      throw damaged();
    if ((directory.readUInt16LE(at + 8) & FLAG_ENCRYPTED) !== 0) throw refused('password');
    const nameBytes = directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
    entries.push({
      name,
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      unpackedBytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += ENTRY_BYTES + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  if (at !== directory.length) throw damaged();
  return entries.sort((a, b) => a.offset - b.offset);
}

/** Entries that share bytes multiply themselves: one packed block, counted thousands of times. */
function assertApart(entries: readonly Entry[], directoryOffset: number): void {
  entries.forEach((entry, index) => {
    const end = entry.offset + LOCAL_BYTES + entry.packedBytes;
    if (end > (entries[index + 1]?.offset ?? directoryOffset)) throw refused('overlap');
  });
}

/** Unpacks one entry into nothing; gives its real size. */
async function unpack(source: ByteSource, entry: Entry, before: number): Promise<number> {
  const start = await dataStart(source, entry);
  if (entry.method === METHOD_STORED) {
    if (entry.packedBytes !== entry.unpackedBytes) throw damaged();
    return entry.packedBytes;
  }
  if (entry.method !== METHOD_DEFLATED) throw refused('form');
  if (entry.packedBytes === 0) throw damaged();
  let unpackedBytes = 0;
  const count = new Writable({
    write(piece: Buffer, _encoding, done) {
      unpackedBytes += piece.length;
      // Whoever says less than is there wants to slip past the check above.
      const isLie = unpackedBytes > entry.unpackedBytes;
      const isTooMuch = before + unpackedBytes > FILE_LIMITS.archiveUnpackedBytesMax;
      done(isLie ? refused('lie') : isTooMuch ? refused('size') : null);
    },
  });
  const packed = source.read({ first: start, last: start + entry.packedBytes - 1 });
  try {
    await pipeline(Readable.from(packed), createInflateRaw(), count);
  } catch (error) {
    // zlib's own complaints carry a code of the form Z_DATA_ERROR.
    throw String((error as { code?: unknown }).code).startsWith('Z_') ? damaged() : error;
  }
  return unpackedBytes;
}

async function dataStart(source: ByteSource, entry: Entry): Promise<number> {
  const local = await bytesAt(source, entry.offset, LOCAL_BYTES);
  if (local.readUInt32LE(0) !== LOCAL_SIGNATURE) throw damaged();
  const start = entry.offset + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (start + entry.packedBytes > source.sizeBytes) throw damaged();
  return start;
}

async function typeOf(source: ByteSource, entries: readonly Entry[]): Promise<string> {
  if (entries.some(({ name }) => name === '[Content_Types].xml')) {
    const folder = OFFICE_FOLDERS.find(([prefix]) => entries.some(({ name }) => name.startsWith(prefix)));
    if (folder !== undefined) return `application/vnd.openxmlformats-officedocument.${folder[1]}`;
  }
  const mimetype = entries.find(({ name, method }) => name === 'mimetype' && method === METHOD_STORED);
  if (mimetype !== undefined && mimetype.packedBytes <= MIMETYPE_BYTES_MAX) {
    const text = await bytesAt(source, await dataStart(source, mimetype), mimetype.packedBytes);
    if (OPEN_DOCUMENT.test(text.toString('latin1'))) return text.toString('latin1');
  }
  return 'application/zip';
}
