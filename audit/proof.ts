import { parseCanonical } from './canonical.ts';
import { leafHash } from './hash.ts';
import { parseHead, type SignedHead } from './head.ts';
import { keyForSeal, type TrailKeys } from './keys.ts';
import { decodeBase64, isSignedBy } from './note.ts';
import { parseStatement, type SealStatement } from './seal.ts';
import type { EventRow, SealRow, VerifySource } from './storage.ts';
import {
  consistencyProof,
  decodeFrontier,
  emptyFrontier,
  inclusionProof,
  subtreesOf,
  verifyConsistency,
  verifyInclusion,
  type Frontier,
} from './tree.ts';

/** Where a sealed entry stands. */
export interface LeafPlace {
  index: number;
  sealNo: number;
}

/** Inclusion of one entry in the tree of its seal. */
export interface InclusionProof extends LeafPlace {
  size: number;
  root: Buffer;
  hashes: Buffer[];
  checkpoint: string;
}

/** What finding and proving single entries needs beyond reading. */
export interface ProofSource extends VerifySource {
  findEvent(id: string): Promise<EventRow | undefined>;
  /** Number of the first seal made at or after an instant; undefined when there is none. */
  firstSealSince(at: Date): Promise<number | undefined>;
}

const PROOF_HEADER = 'c2sp.org/tlog-proof@v1';
const SEALS_PER_PAGE = 50;
/** An entry is sealed within seconds of its time; a hole may stay open longer, a node's clock be ahead. */
const SEALS_SEARCHED_MAX = 5_000;
const CLOCK_SKEW_MS = 10_000;

/** Index of an entry within a seal; undefined when the seal does not hold it. */
export function indexInSeal(
  statement: SealStatement,
  entry: { node: string; epoch: number; lane: number; n: number },
): number | undefined {
  let index = statement.prevSize;
  for (const range of statement.ranges) {
    const isLane = range.lane === entry.lane && range.epoch === entry.epoch && range.node === entry.node;
    if (isLane && range.from <= entry.n && entry.n <= range.to) return index + entry.n - range.from;
    index += range.to - range.from + 1;
  }
  return undefined;
}

/** What seals say, as long as somebody keeps their rows: a list of entries asks the same seals again and again. */
const statements = new WeakMap<SealRow, SealStatement | undefined>();

function statementOf(seal: SealRow): SealStatement | undefined {
  if (!statements.has(seal)) statements.set(seal, parseStatement(seal.statement));
  return statements.get(seal);
}

/** Finds the seal that holds an entry by walking on from its time; undefined while it is not sealed. */
export async function findPlace(source: ProofSource, row: EventRow): Promise<LeafPlace | undefined> {
  const first = await source.firstSealSince(new Date(row.at.getTime() - CLOCK_SKEW_MS));
  if (first === undefined) return undefined;
  for (let no = first - 1; no < first + SEALS_SEARCHED_MAX; no += SEALS_PER_PAGE) {
    const seals = await source.readSeals(no, SEALS_PER_PAGE);
    for (const seal of seals) {
      const statement = statementOf(seal);
      const index = statement === undefined ? undefined : indexInSeal(statement, row);
      if (index !== undefined) return { index, sealNo: seal.no };
    }
    if (seals.length < SEALS_PER_PAGE) return undefined;
  }
  return undefined;
}

/**
 * Proves an entry in the tree of its own seal, from the frontier before that seal and the leaves in it: the cost does
 * not grow with the trail. Undefined while the entry is not sealed.
 */
export async function proveEntry(source: ProofSource, row: EventRow): Promise<InclusionProof | undefined> {
  const place = await findPlace(source, row);
  if (place === undefined) return undefined;
  const [before, seal] = await sealWithPrevious(source, place.sealNo);
  if (seal === undefined) return undefined;
  const leaves = await leavesOf(source, seal);
  const subtree = subtreesOf(frontierOf(before), leaves);
  const { size, root, checkpoint } = seal;
  return { ...place, size, root, checkpoint, hashes: inclusionProof(place.index, size, subtree) };
}

/** The proof and the entry's exact body as a C2SP tlog-proof; the body is the `extra` line. */
export function writeProof(proof: InclusionProof, body: string): string {
  const hashes = proof.hashes.map((hash) => `${hash.toString('base64')}\n`).join('');
  const extra = Buffer.from(body).toString('base64');
  return `${PROOF_HEADER}\nextra ${extra}\nindex ${proof.index}\n${hashes}\n${proof.checkpoint}`;
}

/** What a proof file shows when it holds. */
export interface ProvenEntry {
  index: number;
  body: string;
  head: SignedHead;
}

/** Verifies a proof file against the public keys; a sentence saying what is wrong otherwise. */
export function verifyProofFile(text: string, keys: TrailKeys): ProvenEntry | string {
  const end = text.indexOf('\n\n');
  const [header, extra = '', index = '', ...hashTexts] = text.slice(0, Math.max(end, 0)).split('\n');
  const bytes = extra.startsWith('extra ') ? decodeBase64(extra.slice(6)) : undefined;
  const match = /^index (0|[1-9][0-9]{0,15})$/.exec(index);
  const hashes = hashTexts.map(decodeBase64);
  const isForm = header === PROOF_HEADER && bytes !== undefined && match !== null;
  if (!isForm || !hashes.every((hash) => hash?.length === 32)) return 'the proof file is malformed';
  const head = parseHead(text.slice(end + 2));
  if (head === undefined) return 'the checkpoint is malformed';
  const key = keyForSeal(keys, head.sealNo);
  if (head.origin !== keys.origin || key === undefined || !isSignedBy(head.note, key)) {
    return 'the checkpoint is not signed by a key of the trail';
  }
  const body = bytes.toString('utf8');
  const place = { index: Number(match[1]), size: head.size, root: head.root };
  if (!Buffer.from(body).equals(bytes) || !verifyInclusion(leafHash(body), place, hashes as Buffer[])) {
    return 'the entry is not in the tree';
  }
  try {
    parseCanonical(body);
  } catch {
    return 'the entry is not canonical JSON';
  }
  return { index: place.index, body, head };
}

/**
 * Tells whether the trail at `oldHead` is a prefix of the trail at `newHead`, both as checkpoints, by a proof made
 * from the database. Cost: the leaves between the two seals.
 */
export async function isConsistent(
  source: VerifySource,
  oldHead: SignedHead,
  newHead: SignedHead,
): Promise<boolean> {
  if (oldHead.size === 0) return true;
  if (oldHead.size > newHead.size) return false;
  const proof = await proveConsistency(source, oldHead, newHead);
  return proof !== undefined && verifyConsistency(oldHead, newHead, proof);
}

/**
 * The proof (RFC 9162 §2.1.4.1) that the tree of one seal is a prefix of that of a later one; undefined when the
 * database lacks one of them or its entries. Cost: the leaves between the two.
 */
export async function proveConsistency(
  source: VerifySource,
  older: { sealNo: number; size: number },
  newer: { sealNo: number; size: number },
): Promise<Buffer[] | undefined> {
  const [, seal] = await sealWithPrevious(source, older.sealNo);
  if (seal === undefined) return undefined;
  const leaves: Buffer[] = [];
  for (let no = older.sealNo; no < newer.sealNo;) {
    const seals = await source.readSeals(no, SEALS_PER_PAGE);
    if (seals.length === 0) return undefined;
    for (const one of seals) if (one.no <= newer.sealNo) leaves.push(...(await leavesOf(source, one)));
    no = seals.at(-1)!.no;
  }
  if (seal.size !== older.size || seal.size + leaves.length !== newer.size) return undefined;
  return consistencyProof(older.size, newer.size, subtreesOf(frontierOf(seal), leaves));
}

async function sealWithPrevious(
  source: VerifySource,
  no: number,
): Promise<[before: SealRow | undefined, seal: SealRow | undefined]> {
  const seals = await source.readSeals(Math.max(no - 2, 0), 2);
  return [seals.find((seal) => seal.no === no - 1), seals.find((seal) => seal.no === no)];
}

function frontierOf(seal: SealRow | undefined): Frontier {
  if (seal === undefined) return emptyFrontier();
  const frontier = decodeFrontier(seal.size, seal.frontier);
  if (frontier === undefined) throw new Error(`the frontier of seal ${seal.no} does not fit its size`);
  return frontier;
}

async function leavesOf(source: VerifySource, seal: SealRow): Promise<Buffer[]> {
  const statement = parseStatement(seal.statement);
  const leaves: Buffer[] = [];
  for (const range of statement?.ranges ?? []) {
    for (let from = range.from; from <= range.to;) {
      const rows = await source.readEvents(range, from - 1, Math.min(range.to - from + 1, 1_000));
      const inRange = rows.filter((row) => row.n <= range.to);
      if (inRange.length === 0) break;
      leaves.push(...inRange.map((row) => leafHash(row.body)));
      from = inRange.at(-1)!.n + 1;
    }
  }
  return leaves;
}
