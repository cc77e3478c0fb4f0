import { createHash, type Hash } from 'node:crypto';
import { open, readdir, readFile, stat, type FileHandle } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CanonicalError, parseCanonical } from './canonical.ts';
import { isConsistencyFile } from './consistency.ts';
import { parseWitnessKeys, readCosigned } from './cosign.ts';
import {
  EXPORT_ANCHORS,
  EXPORT_FILES,
  EXPORT_START,
  EXPORT_WITNESSES,
  LINE_BYTES_MAX,
  parseManifest,
  type Manifest,
} from './export-format.ts';
import { HASH_BYTES, hashTextOf, leafTextOf, NO_HASH_TEXT, type HashText } from './hash.ts';
import { charactersOf, LineError, readLines, textOf, type Line } from './lines.ts';
import { NotProvableError, type Findings, type VerifyResult } from './verify-result.ts';
import type { SealTexts } from './verify-seal.ts';
import type { TrailKeys } from './keys.ts';
import type { NoteVerifier } from './note.ts';
import { readAnchors } from './anchors.ts';
import { parseStart, type TrailStart } from './trail-start.ts';
import { verifyTrail, type LedgerItem, type LedgerReader } from './verify.ts';

const MANIFEST_BYTES_MAX = 1024 * 1024;
/** A start holds one statement; a proof of consistency some dozens of hashes. */
const SMALL_BYTES_MAX = 8 * 1024 * 1024;
const LEAF_CHUNK_BYTES = 64 * 1024;
const ITEMS_PER_BATCH = 256;

/**
 * Reads an exported trail. Form errors of its files become findings when the walk reaches them.
 * `origin` is that of the keys it is verified with.
 * @throws NotProvableError when a file is missing, or the manifest is no manifest.
 */
export async function createExportReader(folder: string, origin: string): Promise<LedgerReader> {
  const manifestPath = join(folder, EXPORT_FILES.manifest);
  for (const name of Object.values(EXPORT_FILES)) await assertExists(folder, name);
  if ((await stat(manifestPath)).size > MANIFEST_BYTES_MAX)
    throw new NotProvableError('the manifest is too large');
  const manifest = parseManifest(await readFile(manifestPath, 'utf8'));
  if (manifest === undefined)
    throw new NotProvableError('the manifest is malformed or of an unknown version');
  const digests = new Map<string, Hash>();
  const watch = (name: string) => {
    const digest = createHash('sha256');
    digests.set(name, digest);
    return (bytes: Buffer) => void digest.update(bytes);
  };
  const events = createItems(folder, watch);
  let isSealsRead = false;
  let lastCheckpoint = '';
  let startNo = 0;
  return {
    async start(keys) {
      const start = await readStart(join(folder, EXPORT_START), keys);
      if (start === undefined || start === 'broken') return start;
      startNo = start.statement.no;
      lastCheckpoint = start.checkpoint;
      events.begin(start.statement.size);
      return start;
    },
    async *seals() {
      if (isSealsRead) return;
      isSealsRead = true;
      for await (const seal of readSeals(join(folder, EXPORT_FILES.seals), watch(EXPORT_FILES.seals))) {
        lastCheckpoint = seal.checkpoint;
        yield seal;
      }
    },
    items: events.take,
    async finish({ findings, lastSeal, keys }) {
      const text = await readSmall(join(folder, EXPORT_FILES.consistency), SMALL_BYTES_MAX);
      if (lastCheckpoint !== '' && !isConsistencyFile(text, keys, lastCheckpoint))
        findings.add('consistency', null);
      await events.finish(findings, lastSeal.size);
      await checkFiles(folder, { manifest, digests, findings });
      const isRange = startNo === manifest.after && lastSeal.no === manifest.seals;
      const isCounted = lastSeal.size === manifest.size && isRange;
      const isStated = isCounted && events.count() === manifest.events && manifest.origin === origin;
      if (!isStated) findings.add('file', null);
      return 0;
    },
    close: events.close,
  };
}

/**
 * Verifies an export against its own anchors, or against those in `anchors`, which may be kept elsewhere; heads that
 * witnesses signed count with the keys of `witnesses`, or those in the export.
 * @throws NotProvableError, KeyFileError
 */
export async function verifyExportFolder(
  folder: string,
  against: { keys: TrailKeys; anchors?: readonly string[]; witnesses?: readonly NoteVerifier[] },
): Promise<VerifyResult> {
  const { keys, anchors = [join(folder, EXPORT_ANCHORS)] } = against;
  const reader = await createExportReader(folder, keys.origin);
  const witnesses = against.witnesses ?? (await readWitnesses(join(folder, EXPORT_WITNESSES)));
  return verifyTrail(reader, {
    keys,
    anchors: anchors.map((path) => readAnchors(path)),
    sparseAnchors: witnesses.length === 0 ? [] : anchors.map((path) => readCosigned(path, witnesses)),
  });
}

async function readWitnesses(path: string): Promise<NoteVerifier[]> {
  try {
    return parseWitnessKeys(await readSmall(path, SMALL_BYTES_MAX));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function readStart(path: string, keys: TrailKeys): Promise<TrailStart | 'broken' | undefined> {
  try {
    return parseStart(await readSmall(path, SMALL_BYTES_MAX), keys) ?? 'broken';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Text of a file that must be small; empty when it is not. */
async function readSmall(path: string, bytesMax: number): Promise<string> {
  return (await stat(path)).size > bytesMax ? '' : readFile(path, 'utf8');
}

async function assertExists(folder: string, name: string): Promise<void> {
  const found = await stat(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (found === undefined) throw new NotProvableError(`${name} is missing`);
}

async function* readSeals(path: string, onBytes: (bytes: Buffer) => void): AsyncGenerator<SealTexts> {
  try {
    for await (const lines of readLines(path, { lineBytesMax: LINE_BYTES_MAX.seal, onBytes })) {
      for (const line of lines) yield parseSealLine(textOf(line));
    }
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    yield { statement: '', checkpoint: '' };
  }
}

/** A line that is no seal is given as an empty one, which the walk reports as malformed. */
function parseSealLine(text: string): SealTexts {
  const empty = { statement: '', checkpoint: '' };
  try {
    const { statement, checkpoint } = parseCanonical(text) as { statement?: unknown; checkpoint?: unknown };
    return typeof statement === 'string' && typeof checkpoint === 'string'
      ? { statement, checkpoint }
      : empty;
  } catch (error) {
    if (error instanceof CanonicalError || error instanceof TypeError) return empty;
    throw error;
  }
}

interface Items {
  /** Says the index of the first leaf. */
  begin(index: number): void;
  take: LedgerReader['items'];
  /** Reports what is left over. */
  finish(findings: Findings, size: number): Promise<void>;
  /** Entries given with their body. */
  count(): number;
  close(): Promise<void>;
}

function createItems(folder: string, watch: (name: string) => (bytes: Buffer) => void): Items {
  const events = createLineCursor(join(folder, EXPORT_FILES.events), {
    lineBytesMax: LINE_BYTES_MAX.event,
    onBytes: watch(EXPORT_FILES.events),
  });
  const stubs = createLineCursor(join(folder, EXPORT_FILES.stubs), {
    lineBytesMax: LINE_BYTES_MAX.stub,
    onBytes: watch(EXPORT_FILES.stubs),
  });
  const leaves = createLeafCursor(join(folder, EXPORT_FILES.leaves), watch(EXPORT_FILES.leaves));
  let index = 0;
  let bodyCount = 0;
  let stub: Stub | undefined;
  let isStubRead = false;

  /** Whether the next item is at hand: a promise for each of a million entries would cost as much as their hashes. */
  const isReady = () => isStubRead && leaves.has() && (stub?.i === index || events.has());

  async function readOn(): Promise<void> {
    if (!leaves.has()) await leaves.more();
    if (!isStubRead) stub = stubs.has() || (await stubs.more()) ? parseStub(textOf(stubs.take())) : undefined;
    isStubRead = true;
    if (stub?.i !== index && !events.has()) await events.more();
  }

  function next(n: number): LedgerItem | undefined {
    const left = stub?.i === index ? stub : undefined;
    if (left === undefined && !events.has()) return undefined;
    const stored = leaves.has() ? leaves.take() : undefined;
    index += 1;
    if (left !== undefined) {
      isStubRead = false;
      return { n, body: undefined, leaf: (stored ?? left.leaf) === left.leaf ? left.leaf : undefined };
    }
    const line = events.take();
    bodyCount += 1;
    return { n, body: charactersOf(line), bodyLeaf: leafTextOf(line.prefixed), leaf: stored };
  }

  return {
    begin: (first) => void (index = first),
    async *take(range) {
      let batch: LedgerItem[] = [];
      for (let n = range.from; n <= range.to; n += 1) {
        if (!isReady()) await readOn();
        const item = next(n);
        if (item === undefined) break;
        batch.push(item);
        if (batch.length < ITEMS_PER_BATCH) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },
    async finish(findings, size) {
      if (!isStubRead) await readOn();
      const hasMore = stub !== undefined || events.has() || (await events.more());
      if (hasMore || events.isBroken() || stubs.isBroken()) findings.add('extra', size);
      if (leaves.has() || (await leaves.more())) findings.add('file', null);
    },
    count: () => bodyCount,
    async close() {
      for (const cursor of [events, stubs, leaves]) await cursor.close();
    },
  };
}

/** A left-out entry; one of no form has an index that no entry has. */
interface Stub {
  i: number;
  leaf: HashText;
}

function parseStub(text: string): Stub {
  const none = { i: -1, leaf: NO_HASH_TEXT };
  try {
    const { i, leaf } = parseCanonical(text) as { i?: unknown; leaf?: unknown };
    const isStub = Number.isSafeInteger(i) && typeof leaf === 'string' && /^[0-9a-f]{64}$/.test(leaf);
    return isStub ? { i: i as number, leaf: hashTextOf(Buffer.from(leaf, 'hex')) } : none;
  } catch {
    return none;
  }
}

/** What a file holds, one after the other: what is in hand is taken without waiting. */
interface Cursor<T> {
  /** Whether one is in hand. */
  has(): boolean;
  /** Reads on until one is in hand; false at the end. */
  more(): Promise<boolean>;
  /** The one in hand, and goes to the next. */
  take(): T;
  close(): Promise<void>;
}

function createLineCursor(
  path: string,
  limits: { lineBytesMax: number; onBytes: (bytes: Buffer) => void },
): Cursor<Line> & { isBroken(): boolean } {
  const batches = readLines(path, limits);
  let lines: Line[] = [];
  let at = 0;
  let isBroken = false;
  return {
    has: () => at < lines.length,
    async more() {
      if (isBroken) return false;
      try {
        const step = await batches.next();
        [lines, at] = [step.done === true ? [] : step.value, 0];
      } catch (error) {
        if (!(error instanceof LineError)) throw error;
        [lines, at, isBroken] = [[], 0, true];
      }
      return lines.length > 0;
    },
    take: () => lines[at++] as Line,
    isBroken: () => isBroken,
    close: async () => void (await batches.return(undefined)),
  };
}

function createLeafCursor(path: string, onBytes: (bytes: Buffer) => void): Cursor<HashText> {
  let handle: FileHandle | undefined;
  let chunk: Buffer = Buffer.alloc(0);
  let at = 0;
  let isDone = false;
  const has = () => at + HASH_BYTES <= chunk.length;
  return {
    has,
    async more() {
      if (isDone) return false;
      handle ??= await open(path, 'r');
      const next = Buffer.allocUnsafe(LEAF_CHUNK_BYTES);
      const { bytesRead } = await handle.read(next, 0, next.length, null);
      isDone = bytesRead === 0;
      if (isDone) return false;
      onBytes(next.subarray(0, bytesRead));
      chunk = Buffer.concat([chunk.subarray(at), next.subarray(0, bytesRead)]);
      at = 0;
      return has();
    },
    take() {
      at += HASH_BYTES;
      return chunk.toString('latin1', at - HASH_BYTES, at);
    },
    close: async () => handle?.close(),
  };
}

async function checkFiles(
  folder: string,
  { manifest, digests, findings }: { manifest: Manifest; digests: Map<string, Hash>; findings: Findings },
): Promise<void> {
  const present = await listFiles(folder);
  const expected = new Set([...Object.keys(manifest.files), EXPORT_FILES.manifest]);
  for (const name of present) if (!expected.has(name)) findings.add('file', null);
  for (const [name, file] of Object.entries(manifest.files)) {
    if (!present.includes(name)) {
      findings.add('file', null);
      continue;
    }
    const isSized = (await stat(join(folder, name))).size === file?.bytes;
    // A file of another size is not read: it may be longer than anybody wants to wait for.
    const digest = isSized ? (digests.get(name)?.digest('hex') ?? (await digestOf(join(folder, name)))) : '';
    if (digest !== file?.sha256) findings.add('file', null);
  }
}

async function digestOf(path: string): Promise<string> {
  const handle = await open(path, 'r');
  const digest = createHash('sha256');
  for await (const chunk of handle.createReadStream()) digest.update(chunk as Buffer);
  return digest.digest('hex');
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
