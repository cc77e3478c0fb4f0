import { createHash, hash as hashOnce, type Hash } from 'node:crypto';
import { open, readdir, readFile, stat, type FileHandle } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CanonicalError, parseCanonical } from './canonical.ts';
import { isConsistencyFile } from './consistency.ts';
import {
  EXPORT_ANCHORS,
  EXPORT_FILES,
  EXPORT_START,
  LINE_BYTES_MAX,
  parseManifest,
  type Manifest,
} from './export-format.ts';
import { HASH_BYTES } from './hash.ts';
import { LineError, readLines, textOf, type Line } from './lines.ts';
import type { Findings } from './verify-result.ts';
import type { SealTexts } from './verify-seal.ts';
import type { TrailKeys } from './keys.ts';
import { readAnchors } from './anchors.ts';
import { parseStart, type TrailStart } from './trail-start.ts';
import { verifyTrail, type LedgerItem, type LedgerReader } from './verify.ts';
import type { VerifyResult } from './verify-result.ts';

/** Something an export needs and does not have: it can prove nothing. */
export class NotProvableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotProvableError';
  }
}

const MANIFEST_BYTES_MAX = 1024 * 1024;
/** A start holds one statement; a proof of consistency some dozens of hashes. */
const SMALL_BYTES_MAX = 8 * 1024 * 1024;
const LEAF_CHUNK_BYTES = 64 * 1024;

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
 * Verifies an export against its own anchors, or against those in `anchors`, which may be kept elsewhere.
 * @throws NotProvableError
 */
export async function verifyExportFolder(
  folder: string,
  against: { keys: TrailKeys; anchors?: readonly string[] },
): Promise<VerifyResult> {
  const { keys, anchors = [join(folder, EXPORT_ANCHORS)] } = against;
  const reader = await createExportReader(folder, keys.origin);
  return verifyTrail(reader, { keys, anchors: anchors.map(readAnchors) });
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
  let stub: { i: number; leaf: Buffer } | undefined;

  async function nextStub(): Promise<typeof stub> {
    if (stub !== undefined) return stub;
    const line = stubs.now() ?? (await stubs.more());
    if (line === undefined) return undefined;
    stubs.step();
    stub = parseStub(textOf(line)) ?? { i: -1, leaf: Buffer.alloc(HASH_BYTES) };
    return stub;
  }

  async function nextItem(n: number): Promise<LedgerItem | undefined> {
    const stored = leaves.now() ?? (await leaves.more());
    const left = await nextStub();
    if (left?.i === index) {
      stub = undefined;
      const isSame = stored === undefined || stored.equals(left.leaf);
      return { n, body: undefined, leaf: isSame ? left.leaf : undefined };
    }
    const line = events.now() ?? (await events.more());
    if (line === undefined) return undefined;
    events.step();
    bodyCount += 1;
    return { n, body: textOf(line), bodyLeaf: hashOnce('sha256', line.prefixed, 'buffer'), leaf: stored };
  }

  return {
    begin: (first) => void (index = first),
    async *take(range) {
      let batch: LedgerItem[] = [];
      for (let n = range.from; n <= range.to; n += 1) {
        const item = await nextItem(n);
        if (item === undefined) break;
        leaves.step();
        index += 1;
        batch.push(item);
        if (batch.length < 256) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },
    async finish(findings, size) {
      const hasMore = (events.now() ?? (await events.more()) ?? (await nextStub())) !== undefined;
      if (hasMore || events.isBroken() || stubs.isBroken()) findings.add('extra', size);
      if ((leaves.now() ?? (await leaves.more())) !== undefined) findings.add('file', null);
    },
    count: () => bodyCount,
    async close() {
      for (const cursor of [events, stubs, leaves]) await cursor.close();
    },
  };
}

function parseStub(text: string): { i: number; leaf: Buffer } | undefined {
  try {
    const { i, leaf } = parseCanonical(text) as { i?: unknown; leaf?: unknown };
    const isStub = Number.isSafeInteger(i) && typeof leaf === 'string' && /^[0-9a-f]{64}$/.test(leaf);
    return isStub ? { i: i as number, leaf: Buffer.from(leaf, 'hex') } : undefined;
  } catch {
    return undefined;
  }
}

/** The item in hand without waiting; `more` reads on when there is none, `step` goes to the next one. */
interface Cursor<T> {
  now(): T | undefined;
  more(): Promise<T | undefined>;
  step(): void;
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
    now: () => lines[at],
    async more() {
      if (isBroken) return undefined;
      try {
        const step = await batches.next();
        [lines, at] = [step.done === true ? [] : step.value, 0];
      } catch (error) {
        if (!(error instanceof LineError)) throw error;
        [lines, at, isBroken] = [[], 0, true];
      }
      return lines[at];
    },
    step: () => void (at += 1),
    isBroken: () => isBroken,
    close: async () => void (await batches.return(undefined)),
  };
}

function createLeafCursor(path: string, onBytes: (bytes: Buffer) => void): Cursor<Buffer> {
  let handle: FileHandle | undefined;
  let chunk: Buffer = Buffer.alloc(0);
  let at = 0;
  let isDone = false;
  const now = () => (at + HASH_BYTES <= chunk.length ? chunk.subarray(at, at + HASH_BYTES) : undefined);
  return {
    now,
    async more() {
      if (isDone) return undefined;
      handle ??= await open(path, 'r');
      const next = Buffer.allocUnsafe(LEAF_CHUNK_BYTES);
      const { bytesRead } = await handle.read(next, 0, next.length, null);
      if (bytesRead === 0) {
        isDone = true;
        return undefined;
      }
      onBytes(next.subarray(0, bytesRead));
      chunk = Buffer.concat([chunk.subarray(at), next.subarray(0, bytesRead)]);
      at = 0;
      return now();
    },
    step: () => void (at += HASH_BYTES),
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
    const digest = digests.get(name)?.digest('hex') ?? (await digestOf(join(folder, name)));
    if (!isSized || digest !== file.sha256) findings.add('file', null);
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
