import { gunzipSync, gzipSync } from 'node:zlib';

const BLOCK = 512;
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
/** What eleven octal digits hold. */
const SIZE_MAX = 0o77777777777;
/** Best compression; the level is part of the bytes and never changed by itself. */
const LEVEL = 9;

/** A plain file, a folder, or a link of an archive. */
export interface TarEntry {
  /** Relative path with `/`; of a folder without one at its end. */
  path: string;
  /** Permission bits, `0o755`. */
  mode: number;
  kind: 'file' | 'folder' | 'link';
  /** Content of a file; empty otherwise. */
  content: Buffer;
  /** Target of a link. */
  target?: string;
}

/** Owner and time that every entry of an archive has: the same input gives the same bytes. */
export interface TarStamp {
  /** Seconds since 1970. */
  mtime: number;
  /** Number of user and group; 0 unless given. */
  owner?: number;
}

/**
 * An archive in the ustar form (POSIX.1-1988), its entries in the order given, without names of owners and without a time
 * but the one given. Throws RangeError for a path or size the form can't hold.
 */
export function writeTar(entries: readonly TarEntry[], stamp: TarStamp): Buffer {
  const pieces = entries.flatMap((entry) => {
    const rest = entry.content.length % BLOCK;
    return [headerOf(entry, stamp), entry.content, Buffer.alloc(rest === 0 ? 0 : BLOCK - rest)];
  });
  return Buffer.concat([...pieces, Buffer.alloc(2 * BLOCK)]);
}

/** Gzip (RFC 1952) without name and time, and with the operating system "unknown", which zlib would take from the machine. */
export function gzip(bytes: Buffer): Buffer {
  const packed = gzipSync(bytes, { level: LEVEL });
  packed.fill(0, 4, 8);
  packed[9] = 0xff;
  return packed;
}

function headerOf(entry: TarEntry, { mtime, owner = 0 }: TarStamp): Buffer {
  const header = Buffer.alloc(BLOCK);
  const { name, prefix } = splitPath(entry.kind === 'folder' ? `${entry.path}/` : entry.path);
  if (entry.content.length > SIZE_MAX) throw new RangeError(`${entry.path} is too large for an archive`);
  if (entry.target !== undefined && Buffer.byteLength(entry.target) > NAME_BYTES)
    throw new RangeError(`The link ${entry.path} is too long for an archive`);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  const type = { file: '0', link: '2', folder: '5' }[entry.kind];
  const put = (text: string, at: number) => void header.write(text, at, 'utf8');
  put(name, 0);
  put(octal(entry.mode & 0o7777, 7), 100);
  put(octal(owner, 7), 108);
  put(octal(owner, 7), 116);
  put(octal(entry.content.length, 11), 124);
  put(octal(mtime, 11), 136);
  put(' '.repeat(8), 148);
  put(type, 156);
  put(entry.target ?? '', 157);
  put('ustar\x0000', 257);
  put(octal(0, 7), 329);
  put(octal(0, 7), 337);
  put(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** A path of more than 100 bytes is cut at a slash into two. */
function splitPath(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= NAME_BYTES) return { name: path, prefix: '' };
  for (let at = path.indexOf('/'); at > 0 && at < path.length - 1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(prefix) <= PREFIX_BYTES && Buffer.byteLength(name) <= NAME_BYTES)
      return { name, prefix };
  }
  throw new RangeError(`${path} is too long for an archive`);
}

/**
 * Files, folders, and links of a .tar or .tar.gz, extended headers (POSIX.1-2001) read for their paths. Throws RangeError
 * for what is no archive, is cut short, or holds another kind of entry or a path that leaves the archive.
 */
export function readTar(archive: Buffer): TarEntry[] {
  const bytes = archive[0] === 0x1f && archive[1] === 0x8b ? gunzipSync(archive) : archive;
  const entries: TarEntry[] = [];
  let extended: { path?: string; linkpath?: string } = {};
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return entries;
    const { size, type, ...rest } = readHeader(header);
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) break;
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'g') continue;
    if (type === 'x') {
      extended = readExtended(content);
      continue;
    }
    entries.push(toEntry({ ...rest, type, content }, extended));
    extended = {};
  }
  throw new RangeError('The archive is cut short.');
}

interface Header {
  path: string;
  target: string;
  mode: number;
  type: string;
}

function readHeader(header: Buffer): Header & { size: number } {
  const text = (from: number, length: number) => {
    const field = header.subarray(from, from + length);
    const end = field.indexOf(0);
    return field.toString('utf8', 0, end < 0 ? length : end);
  };
  const octal = (from: number, length: number) => Number.parseInt(text(from, length).trim() || '0', 8);
  const blank = Buffer.from(header).fill(' ', 148, 156);
  if (octal(148, 8) !== blank.reduce((total, byte) => total + byte, 0))
    throw new RangeError('This is no archive, or it is damaged.');
  const prefix = text(257, 5) === 'ustar' ? text(345, PREFIX_BYTES) : '';
  return {
    path: prefix === '' ? text(0, NAME_BYTES) : `${prefix}/${text(0, NAME_BYTES)}`,
    ...{ target: text(157, NAME_BYTES), mode: octal(100, 8), size: octal(124, 12) },
    type: text(156, 1) || '0',
  };
}

/** Records `LENGTH key=value\n`; the length is in bytes and counts itself. */
function readExtended(content: Buffer): { path?: string; linkpath?: string } {
  const found: Record<string, string> = {};
  for (let at = 0; at < content.length;) {
    const length = Number.parseInt(content.toString('latin1', at, at + 12), 10);
    if (!(length > 0)) throw new RangeError('An extended header of the archive is damaged.');
    const [, key = '', value = ''] =
      /^\d+ ([^=]+)=([\s\S]*)\n$/.exec(content.toString('utf8', at, at + length)) ?? [];
    found[key] = value;
    at += length;
  }
  return found;
}

const KINDS: Readonly<Record<string, TarEntry['kind']>> = { '0': 'file', '2': 'link', '5': 'folder' };

function toEntry(
  read: Header & { content: Buffer },
  extended: { path?: string; linkpath?: string },
): TarEntry {
  const kind = KINDS[read.type];
  const path = (extended.path ?? read.path).replace(/\/$/, '');
  if (kind === undefined) throw new RangeError(`${path} is of a kind that is not expected in an archive`);
  if (path.startsWith('/') || path.split('/').includes('..'))
    throw new RangeError(`${path} leads out of the archive`);
  const target = kind === 'link' ? { target: extended.linkpath ?? read.target } : {};
  return {
    path,
    mode: read.mode,
    kind,
    content: kind === 'file' ? read.content : Buffer.alloc(0),
    ...target,
  };
}
