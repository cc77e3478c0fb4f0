import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AnchorRecord } from './anchors.ts';
import { canonicalJson } from './canonical.ts';
import { EXPORT_ANCHORS, EXPORT_FILES, EXPORT_VERSION, type Manifest } from './export-format.ts';
import { parseKeyFile } from './keys.ts';
import type { LaneRange } from './place.ts';
import { parseStatement } from './seal.ts';
import type { EventRow, VerifySource } from './storage.ts';
import { createDatabaseReader } from './verify-database.ts';
import type { SealTexts } from './verify-seal.ts';

/** What to export, and from where. */
export interface ExportInput {
  source: VerifySource;
  /** Text of the public key file. */
  keyFile: string;
  /** Heads of the anchors; those of later seals are left out. */
  anchors: AsyncIterable<AnchorRecord>;
  /** Chooses the entries that go out with their body; all without it. */
  filter?: { text: string; keeps: (row: EventRow) => boolean };
  /** The last seal to take; the newest without it. Same seal and filter, same bytes. */
  toSeal?: number;
}

/** An export that cannot be made, since the trail lacks an entry that a seal names. */
export class ExportError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExportError';
  }
}

/** Entries that say something of other entries' numbers go out always. */
const STRUCTURAL = new Set(['audit.void', 'audit.epoch-start', 'audit.epoch-close']);
/** Characters or bytes of a file that are kept before they are written. */
const BUFFERED_MAX = 1024 * 1024;

/**
 * Writes an export into a new folder and gives its manifest. Nothing is verified here: the verifier does that.
 * @throws ExportError; the half-written folder stays, without a manifest.
 */
export async function writeExport(folder: string, input: ExportInput): Promise<Manifest> {
  const { origin } = parseKeyFile(input.keyFile);
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const files = createFileSet(folder);
  try {
    const counts = await writeLedger(files, input);
    files.put(EXPORT_FILES.keys, input.keyFile);
    await writeAnchors(files, input.anchors, counts.seals);
    const manifest = { origin, ...counts, filter: input.filter?.text ?? '', files: await files.finish() };
    await writeManifest(folder, manifest);
    return manifest;
  } finally {
    await files.close();
  }
}

async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = `${canonicalJson({ v: EXPORT_VERSION, ...manifest })}\n`;
  const handle = await open(join(folder, EXPORT_FILES.manifest), 'wx', 0o640);
  await handle.writeFile(text);
  await handle.sync();
  await handle.close();
}

async function writeLedger(
  files: FileSet,
  input: ExportInput,
): Promise<{ seals: number; size: number; events: number }> {
  const reader = createDatabaseReader(input.source);
  const names = [EXPORT_FILES.events, EXPORT_FILES.stubs, EXPORT_FILES.leaves, EXPORT_FILES.seals];
  for (const name of names) files.put(name, '');
  const counts = { seals: 0, size: 0, events: 0 };
  let checkpoint = '';
  for await (const seal of reader.seals(0)) {
    if (counts.seals === input.toSeal) break;
    const { statement } = seal;
    checkpoint = seal.checkpoint;
    files.put(EXPORT_FILES.seals, `${canonicalJson({ checkpoint, statement })}\n`);
    for (const range of rangesOf(seal)) {
      const sizeBefore = counts.size;
      for await (const items of reader.items(range)) {
        for (const { row } of items) putEvent(files, row!, { input, counts });
        await files.drain();
      }
      if (counts.size !== sizeBefore + range.to - range.from + 1) {
        throw new ExportError(`the trail lacks an entry near index ${sizeBefore}; verify it`);
      }
    }
    counts.seals += 1;
  }
  files.put(EXPORT_FILES.checkpoint, checkpoint);
  return counts;
}

function rangesOf(seal: SealTexts): readonly LaneRange[] {
  const statement = parseStatement(seal.statement);
  if (statement === undefined) throw new ExportError('a seal is malformed; verify the trail');
  return statement.ranges;
}

function putEvent(
  files: FileSet,
  row: EventRow,
  { input, counts }: { input: ExportInput; counts: { size: number; events: number } },
): void {
  const isKept = input.filter === undefined || STRUCTURAL.has(row.action) || input.filter.keeps(row);
  const stub = () => canonicalJson({ i: counts.size, leaf: row.leaf.toString('hex') });
  if (isKept) files.put(EXPORT_FILES.events, `${row.body}\n`);
  else files.put(EXPORT_FILES.stubs, `${stub()}\n`);
  files.put(EXPORT_FILES.leaves, row.leaf);
  counts.size += 1;
  if (isKept) counts.events += 1;
}

async function writeAnchors(
  files: FileSet,
  records: AsyncIterable<AnchorRecord>,
  lastSeal: number,
): Promise<void> {
  for await (const { file, text, head } of records) {
    if (head === undefined || head.sealNo > lastSeal) continue;
    files.put(`${EXPORT_ANCHORS}/${file}`, `${text}\n`);
    await files.drain();
  }
}

interface FileSet {
  /** Takes data of a file; `drain` writes it once there is enough of it. */
  put(name: string, data: string | Buffer): void;
  drain(): Promise<void>;
  /** Writes and syncs all files; gives their sizes and digests. */
  finish(): Promise<Manifest['files']>;
  close(): Promise<void>;
}

interface OutFile {
  handle: FileHandle | undefined;
  hash: Hash;
  bytes: number;
  buffered: (string | Buffer)[];
  bufferedLength: number;
}

function createFileSet(folder: string): FileSet {
  const files = new Map<string, OutFile>();

  async function flush(name: string, file: OutFile): Promise<FileHandle> {
    if (file.handle === undefined) {
      await mkdir(dirname(join(folder, name)), { recursive: true, mode: 0o750 });
      file.handle = await open(join(folder, name), 'wx', 0o640);
    }
    const isText = typeof file.buffered[0] === 'string';
    const bytes = isText ? Buffer.from(file.buffered.join('')) : Buffer.concat(file.buffered as Buffer[]);
    file.hash.update(bytes);
    file.bytes += bytes.length;
    file.buffered = [];
    file.bufferedLength = 0;
    await file.handle.writeFile(bytes);
    return file.handle;
  }

  return {
    put(name, data) {
      let file = files.get(name);
      if (file === undefined) {
        file = { handle: undefined, hash: createHash('sha256'), bytes: 0, buffered: [], bufferedLength: 0 };
        files.set(name, file);
      }
      if (data.length > 0) file.buffered.push(data);
      file.bufferedLength += data.length;
    },
    async drain() {
      for (const [name, file] of files) if (file.bufferedLength >= BUFFERED_MAX) await flush(name, file);
    },
    async finish() {
      const digests: Manifest['files'] = {};
      for (const [name, file] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
        await (await flush(name, file)).sync();
        digests[name] = { bytes: file.bytes, sha256: file.hash.digest('hex') };
      }
      return digests;
    },
    async close() {
      for (const { handle } of files.values()) await handle?.close();
    },
  };
}
