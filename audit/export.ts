import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AnchorRecord } from './anchors.ts';
import { canonicalJson } from './canonical.ts';
import { writeConsistency } from './consistency.ts';
import { cosignedLine } from './cosign.ts';
import {
  EXPORT_ANCHORS,
  EXPORT_FILES,
  EXPORT_REPORTS,
  EXPORT_START,
  EXPORT_VERSION,
  EXPORT_WITNESSES,
  type Manifest,
} from './export-format.ts';
import { createExportReport, type ExportReport } from './export-report.ts';
import { parseKeyFile } from './keys.ts';
import type { LaneRange } from './place.ts';
import { parseStatement } from './seal.ts';
import type { EventRow, SealRow, VerifySource } from './storage.ts';
import { writeStart } from './trail-start.ts';
import { decodeFrontier, emptyFrontier, type Frontier } from './tree.ts';
import { createDatabaseReader } from './verify-database.ts';
import { NotProvableError } from './verify-result.ts';
import type { SealTexts } from './verify-seal.ts';

/** What to export, and from where. */
export interface ExportInput {
  source: VerifySource;
  /** Text of the public key file. */
  keyFile: string;
  /** Heads of the anchors; those of later seals are left out. */
  anchors: AsyncIterable<AnchorRecord>;
  /** Heads that witnesses signed, and the witnesses' keys; both go out as they are. */
  cosigned?: { heads: AsyncIterable<AnchorRecord>; keyFile: string };
  /** Chooses the entries that go out with their body; all without it. */
  filter?: { text: string; keeps: (row: EventRow) => boolean };
  /** The first and the last seal to take; all without them. Same seals and filter, same bytes. */
  fromSeal?: number;
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
const STRUCTURAL = new Set([
  ...['audit.void', 'audit.epoch-start', 'audit.epoch-close'],
  ...['audit.purge', 'audit.adopt'],
]);
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
    const ledger: Ledger = { input, files, report: createExportReport(), counts: { size: 0, events: 0 } };
    const start = await startOf(input);
    if (start !== undefined) files.put(EXPORT_START, writeStart(start));
    const { heads, seals } = await writeLedger(ledger, start);
    files.put(EXPORT_FILES.keys, input.keyFile);
    const range = { after: start?.no ?? 0, last: seals };
    await writeAnchors(files, { records: input.anchors, lineOf: (text) => `${text}\n` }, range);
    if (input.cosigned !== undefined) {
      const { heads: records, keyFile } = input.cosigned;
      files.put(EXPORT_WITNESSES, keyFile);
      await writeAnchors(files, { records, lineOf: cosignedLine }, range);
    }
    await files.settle(EXPORT_FILES.leaves);
    const tree = { start: frontierOf(start), leaves: join(folder, EXPORT_FILES.leaves) };
    const consistency = heads.to === '' ? '' : await writeConsistency(heads, tree);
    files.put(EXPORT_FILES.consistency, consistency);
    const facts = {
      origin,
      after: start?.no ?? 0,
      seals,
      ...ledger.counts,
      filter: input.filter?.text ?? '',
    };
    files.put(EXPORT_REPORTS.html, ledger.report.html({ ...facts, checkpoint: heads.to }));
    const manifest = { ...facts, files: await files.finish() };
    await writeManifest(folder, manifest);
    return manifest;
  } finally {
    await files.close();
  }
}

/** What an export is made of while it grows. */
interface Ledger {
  input: ExportInput;
  files: FileSet;
  report: ExportReport;
  counts: { size: number; events: number };
}

/** The seal before the first one asked for, or behind which a purged trail begins; undefined for the very first. */
async function startOf(input: ExportInput): Promise<SealRow | undefined> {
  const { source } = input;
  const purgedTo = (await source.lastPurge())?.toSeal ?? 0;
  const fromSeal = input.fromSeal ?? purgedTo + 1;
  if (fromSeal <= purgedTo)
    throw new NotProvableError(`seals up to ${purgedTo} were purged; their archive holds them`);
  if (fromSeal <= 1) return undefined;
  const [seal] = await source.readSeals(fromSeal - 2, 1);
  if (seal?.no !== fromSeal - 1) throw new ExportError(`the trail has no seal ${fromSeal - 1}`);
  return seal;
}

function frontierOf(start: SealRow | undefined): Frontier {
  if (start === undefined) return emptyFrontier();
  const frontier = decodeFrontier(start.size, start.frontier);
  if (frontier === undefined) throw new ExportError('a seal is malformed; verify the trail');
  return frontier;
}

async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = `${canonicalJson({ v: EXPORT_VERSION, ...manifest })}\n`;
  const handle = await open(join(folder, EXPORT_FILES.manifest), 'wx', 0o640);
  await handle.writeFile(text);
  await handle.sync();
  await handle.close();
}

/** Writes entries and seals; gives the heads between which the export is consistent, and the last seal. */
async function writeLedger(
  ledger: Ledger,
  start: SealRow | undefined,
): Promise<{ heads: { from: string; to: string }; seals: number }> {
  const { input, files, counts, report } = ledger;
  const reader = createDatabaseReader(input.source);
  const names = [EXPORT_FILES.events, EXPORT_FILES.stubs, EXPORT_FILES.leaves, EXPORT_FILES.seals];
  for (const name of names) files.put(name, '');
  files.put(EXPORT_REPORTS.csv, report.csvHead);
  const heads = { from: start?.checkpoint ?? '', to: start?.checkpoint ?? '' };
  let seals = start?.no ?? 0;
  counts.size = start?.size ?? 0;
  for await (const seal of reader.seals(seals)) {
    if (seals === input.toSeal) break;
    const { statement, checkpoint } = seal;
    heads.to = checkpoint;
    if (heads.from === '') heads.from = checkpoint;
    files.put(EXPORT_FILES.seals, `${canonicalJson({ checkpoint, statement })}\n`);
    for (const range of rangesOf(seal)) {
      const sizeBefore = counts.size;
      for await (const items of reader.items(range)) {
        for (const { row } of items) putEvent(ledger, row!);
        await files.drain();
      }
      if (counts.size !== sizeBefore + range.to - range.from + 1) {
        throw new ExportError(`the trail lacks an entry near index ${sizeBefore}; verify it`);
      }
    }
    seals += 1;
  }
  files.put(EXPORT_FILES.checkpoint, heads.to);
  return { heads, seals };
}

function rangesOf(seal: SealTexts): readonly LaneRange[] {
  const statement = parseStatement(seal.statement);
  if (statement === undefined) throw new ExportError('a seal is malformed; verify the trail');
  return statement.ranges;
}

function putEvent({ files, input, counts, report }: Ledger, row: EventRow): void {
  const isKept = input.filter === undefined || STRUCTURAL.has(row.action) || input.filter.keeps(row);
  const stub = () => canonicalJson({ i: counts.size, leaf: row.leaf.toString('hex') });
  if (isKept) {
    files.put(EXPORT_FILES.events, `${row.body}\n`);
    files.put(EXPORT_REPORTS.csv, report.add(row, counts.size));
  } else files.put(EXPORT_FILES.stubs, `${stub()}\n`);
  files.put(EXPORT_FILES.leaves, row.leaf);
  counts.size += 1;
  if (isKept) counts.events += 1;
}

async function writeAnchors(
  files: FileSet,
  { records, lineOf }: { records: AsyncIterable<AnchorRecord>; lineOf: (text: string) => string },
  { after, last }: { after: number; last: number },
): Promise<void> {
  for await (const { file, text, head } of records) {
    if (head === undefined || head.sealNo > last || head.sealNo <= after) continue;
    files.put(`${EXPORT_ANCHORS}/${file}`, lineOf(text));
    await files.drain();
  }
}

interface FileSet {
  /** Takes data of a file; `drain` writes it once there is enough of it. */
  put(name: string, data: string | Buffer): void;
  drain(): Promise<void>;
  /** Writes all of one file, so that it may be read. */
  settle(name: string): Promise<void>;
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
    async settle(name) {
      const file = files.get(name);
      if (file !== undefined) await flush(name, file);
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
