import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AnchorRecord } from './anchors.ts';
import { canonicalJson } from './canonical.ts';
import { EXPORT_ANCHORS, EXPORT_FILES, EXPORT_VERSION, type Manifest } from './export-format.ts';
import { parseKeyFile } from './keys.ts';
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
const BUFFER_BYTES = 1024 * 1024;

/**
 * Writes an export into a new folder and gives its manifest. Nothing is verified here: the verifier does that.
 * @throws ExportError; the half-written folder stays, without a manifest.
 */
export async function writeExport(folder: string, input: ExportInput): Promise<Manifest> {
  const { origin } = parseKeyFile(input.keyFile);
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const files = createFileSet(folder);
  const counts = await writeLedger(files, input);
  await files.write(EXPORT_FILES.keys, input.keyFile);
  await writeAnchors(files, input.anchors, counts.seals);
  const manifest: Manifest = {
    origin,
    ...counts,
    filter: input.filter?.text ?? '',
    files: await files.finish(),
  };
  const text = `${canonicalJson({ v: EXPORT_VERSION, ...manifest })}\n`;
  const handle = await open(join(folder, EXPORT_FILES.manifest), 'wx', 0o640);
  await handle.writeFile(text);
  await handle.sync();
  await handle.close();
  return manifest;
}

async function writeLedger(
  files: FileSet,
  input: ExportInput,
): Promise<{ seals: number; size: number; events: number }> {
  const reader = createDatabaseReader(input.source);
  const names = [EXPORT_FILES.events, EXPORT_FILES.stubs, EXPORT_FILES.leaves, EXPORT_FILES.seals];
  for (const name of names) await files.write(name, '');
  const counts = { seals: 0, size: 0, events: 0 };
  let checkpoint = '';
  for await (const seal of reader.seals(0)) {
    if (counts.seals === input.toSeal) break;
    await writeSeal(files, seal);
    for (const range of rangesOf(seal)) {
      const sizeBefore = counts.size;
      for await (const items of reader.items(range)) {
        for (const { row } of items) await writeEvent(files, row!, { input, counts });
      }
      if (counts.size !== sizeBefore + range.to - range.from + 1) {
        throw new ExportError(`the trail lacks an entry near index ${sizeBefore}; verify it`);
      }
    }
    counts.seals += 1;
    checkpoint = seal.checkpoint;
  }
  await files.write(EXPORT_FILES.checkpoint, checkpoint);
  return counts;
}

function rangesOf(
  seal: SealTexts,
): readonly { node: string; epoch: number; lane: number; from: number; to: number }[] {
  const statement = parseStatement(seal.statement);
  if (statement === undefined) throw new ExportError('a seal is malformed; verify the trail');
  return statement.ranges;
}

function writeSeal(files: FileSet, { statement, checkpoint }: SealTexts): Promise<void> {
  return files.write(EXPORT_FILES.seals, `${canonicalJson({ checkpoint, statement })}\n`);
}

async function writeEvent(
  files: FileSet,
  row: EventRow,
  { input, counts }: { input: ExportInput; counts: { size: number; events: number } },
): Promise<void> {
  const isKept = input.filter === undefined || STRUCTURAL.has(row.action) || input.filter.keeps(row);
  if (isKept) await files.write(EXPORT_FILES.events, `${row.body}\n`);
  else
    await files.write(
      EXPORT_FILES.stubs,
      `${canonicalJson({ i: counts.size, leaf: row.leaf.toString('hex') })}\n`,
    );
  await files.write(EXPORT_FILES.leaves, row.leaf);
  counts.size += 1;
  if (isKept) counts.events += 1;
}

async function writeAnchors(
  files: FileSet,
  records: AsyncIterable<AnchorRecord>,
  lastSeal: number,
): Promise<void> {
  for await (const { file, text, head } of records) {
    if (head !== undefined && head.sealNo <= lastSeal)
      await files.write(`${EXPORT_ANCHORS}/${file}`, `${text}\n`);
  }
}

interface FileSet {
  write(name: string, data: string | Buffer): Promise<void>;
  /** Syncs all files; gives their sizes and digests. */
  finish(): Promise<Manifest['files']>;
  close(): Promise<void>;
}

interface OpenFile {
  handle: FileHandle;
  hash: Hash;
  bytes: number;
  buffered: Buffer[];
  bufferedBytes: number;
}

function createFileSet(folder: string): FileSet {
  const opened = new Map<string, OpenFile>();

  async function fileOf(name: string): Promise<OpenFile> {
    let file = opened.get(name);
    if (file === undefined) {
      await mkdir(dirname(join(folder, name)), { recursive: true, mode: 0o750 });
      const handle = await open(join(folder, name), 'wx', 0o640);
      file = { handle, hash: createHash('sha256'), bytes: 0, buffered: [], bufferedBytes: 0 };
      opened.set(name, file);
    }
    return file;
  }

  return {
    async write(name, data) {
      const file = opened.get(name) ?? (await fileOf(name));
      const bytes = Buffer.from(data as string);
      file.buffered.push(bytes);
      file.bufferedBytes += bytes.length;
      if (file.bufferedBytes >= BUFFER_BYTES) await flush(file);
    },
    async finish() {
      const files: Manifest['files'] = {};
      for (const [name, file] of [...opened].sort(([a], [b]) => (a < b ? -1 : 1))) {
        await flush(file);
        await file.handle.sync();
        files[name] = { bytes: file.bytes, sha256: file.hash.digest('hex') };
      }
      return files;
    },
    async close() {
      for (const { handle } of opened.values()) await handle.close();
    },
  };
}

async function flush(file: OpenFile): Promise<void> {
  const bytes = Buffer.concat(file.buffered);
  file.hash.update(bytes);
  file.bytes += bytes.length;
  file.buffered = [];
  file.bufferedBytes = 0;
  await file.handle.writeFile(bytes);
}
