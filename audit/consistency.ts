import { open } from 'node:fs/promises';
import { canonicalJson, parseCanonical } from './canonical.ts';
import { HASH_BYTES } from './hash.ts';
import { parseHead, type SignedHead } from './head.ts';
import { keyForSeal, type TrailKeys } from './keys.ts';
import { isSignedBy } from './note.ts';
import {
  appendLeaf,
  consistencyProof,
  emptyFrontier,
  frontierRoot,
  subtreesOf,
  verifyConsistency,
  type Frontier,
} from './tree.ts';

const EXPORT_CONSISTENCY_VERSION = 1;
const READ_LEAVES = 2_048;

/**
 * The proof that the tree at the head `from` is a prefix of the tree at `to`, as text (canonical JSON and a line feed).
 * Leaves behind `start` are read from the file `leaves`, 32 bytes each, in bounded memory; cost: each leaf once.
 */
export async function writeConsistency(
  heads: { from: string; to: string },
  tree: { start: Frontier; leaves: string },
): Promise<string> {
  const [older, newer] = [parseHead(heads.from), parseHead(heads.to)];
  if (older === undefined || newer === undefined) throw new Error('a head of the trail is malformed');
  const hashes = older.size === 0 ? [] : await proofOf([older.size, newer.size], tree);
  const list = hashes.map((hash) => hash.toString('hex'));
  return `${canonicalJson({ v: EXPORT_CONSISTENCY_VERSION, ...heads, hashes: list })}\n`;
}

/** Runs the proof twice: first to learn which subtrees it needs, then with their hashes. */
async function proofOf(
  [oldSize, newSize]: readonly [number, number],
  { start, leaves }: { start: Frontier; leaves: string },
): Promise<Buffer[]> {
  const wanted: [from: number, to: number][] = [];
  consistencyProof(oldSize, newSize, (from, to) => {
    wanted.push([from, to]);
    return Buffer.alloc(0);
  });
  const known = subtreesOf(start, []);
  const hashes: Buffer[] = [];
  for (const [from, to] of wanted) {
    const isNew = from >= start.size;
    hashes.push(isNew ? await hashFile(leaves, [from - start.size, to - start.size]) : known(from, to));
  }
  return hashes;
}

async function hashFile(path: string, [from, to]: readonly [number, number]): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const tree = emptyFrontier();
    while (tree.size < to - from) {
      const count = Math.min(READ_LEAVES, to - from - tree.size);
      const bytes = Buffer.alloc(count * HASH_BYTES);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, (from + tree.size) * HASH_BYTES);
      if (bytesRead !== bytes.length) throw new Error('the leaves of an export broke off');
      for (let at = 0; at < bytes.length; at += HASH_BYTES)
        appendLeaf(tree, bytes.subarray(at, at + HASH_BYTES));
    }
    return frontierRoot(tree);
  } finally {
    await handle.close();
  }
}

/** Whether a consistency file holds, is signed by keys of the trail, and ends at the head `to`. */
export function isConsistencyFile(text: string, keys: TrailKeys, to: string): boolean {
  const parsed = parseForm(text);
  if (parsed === undefined || parsed.to !== to) return false;
  const [older, newer] = [parseHead(parsed.from), parseHead(parsed.to)];
  if (older === undefined || newer === undefined || ![older, newer].every((head) => isOurs(head, keys)))
    return false;
  if (older.size === 0) return parsed.hashes.length === 0;
  return verifyConsistency(older, newer, parsed.hashes);
}

function isOurs(head: SignedHead, keys: TrailKeys): boolean {
  const key = keyForSeal(keys, head.sealNo);
  return key !== undefined && head.origin === keys.origin && isSignedBy(head.note, key);
}

function parseForm(text: string): { from: string; to: string; hashes: Buffer[] } | undefined {
  try {
    const value = parseCanonical(text.replace(/\n$/, '')) as Record<string, unknown> | null;
    const { v, from, to, hashes } = value ?? {};
    const isForm = v === EXPORT_CONSISTENCY_VERSION && typeof from === 'string' && typeof to === 'string';
    const isList = Array.isArray(hashes) && hashes.every((one) => /^[0-9a-f]{64}$/.test(String(one)));
    if (!isForm || !isList) return undefined;
    return { from, to, hashes: hashes.map((one) => Buffer.from(String(one), 'hex')) };
  } catch {
    return undefined;
  }
}
