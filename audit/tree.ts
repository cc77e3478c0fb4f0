import { HASH_BYTES, nodeHash, sha256 } from './hash.ts';

/**
 * A growing Merkle tree (RFC 9162 §2.1) by the roots of its complete subtrees, largest first: all that appending
 * needs, 32 bytes for each one-bit of `size`.
 */
export interface Frontier {
  size: number;
  nodes: Buffer[];
}

/** Hash of the subtree over leaves [from, to). */
export type SubtreeHash = (from: number, to: number) => Buffer;

/** Root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT = sha256('');

/** The tree without leaves. */
export function emptyFrontier(): Frontier {
  return { size: 0, nodes: [] };
}

/** A copy that grows on its own. */
export function copyFrontier(frontier: Frontier): Frontier {
  return { size: frontier.size, nodes: [...frontier.nodes] };
}

/** Appends a leaf hash in place; one inner hash on average. */
export function appendLeaf(frontier: Frontier, leaf: Buffer): void {
  let node = leaf;
  for (let rest = frontier.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    node = nodeHash(frontier.nodes.pop() as Buffer, node);
  }
  frontier.nodes.push(node);
  frontier.size += 1;
}

/** Root of the tree, folded from its right edge; at most 53 inner hashes. */
export function frontierRoot(frontier: Frontier): Buffer {
  const { nodes } = frontier;
  let root = nodes.at(-1);
  if (root === undefined) return EMPTY_ROOT;
  for (let i = nodes.length - 2; i >= 0; i -= 1) root = nodeHash(nodes[i] as Buffer, root);
  return root;
}

/** The frontier's hashes one after the other; with the size it says everything. */
export function encodeFrontier(frontier: Frontier): Buffer {
  return Buffer.concat(frontier.nodes);
}

/** Reads an encoded frontier; undefined when its length does not fit the size. Compare its root before trusting it. */
export function decodeFrontier(size: number, bytes: Buffer): Frontier | undefined {
  let nodeCount = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) nodeCount += rest % 2;
  if (bytes.length !== nodeCount * HASH_BYTES) return undefined;
  const nodes = Array.from({ length: nodeCount }, (_, i) =>
    Buffer.from(bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)),
  );
  return { size, nodes };
}

/**
 * Subtree hashes of the tree that grew from `start` by `leaves`. Subtrees wholly inside `start` are known only where
 * they are part of its frontier, which is all that proofs of the new leaves touch.
 */
export function subtreesOf(start: Frontier, leaves: readonly Buffer[]): SubtreeHash {
  const known = new Map<string, Buffer>();
  let from = 0;
  let rest = start.size;
  for (const node of start.nodes) {
    const length = largestPowerUpTo(rest);
    known.set(`${from}-${from + length}`, node);
    from += length;
    rest -= length;
  }
  return function subtree(a: number, b: number): Buffer {
    const node = known.get(`${a}-${b}`);
    if (node !== undefined) return node;
    if (b - a === 1) {
      const leaf = leaves[a - start.size];
      if (leaf === undefined) throw new RangeError(`leaf ${a} is not at hand`);
      return leaf;
    }
    const middle = a + largestPowerBelow(b - a);
    return nodeHash(subtree(a, middle), subtree(middle, b));
  };
}

/** Inclusion proof of leaf `index` in the tree of `size` leaves, RFC 9162 §2.1.3.1: sibling hashes, bottom first. */
export function inclusionProof(index: number, size: number, subtree: SubtreeHash): Buffer[] {
  if (index < 0 || index >= size) throw new RangeError('the index is outside the tree');
  return pathTo(index, [0, size], subtree);
}

function pathTo(index: number, [from, to]: readonly [number, number], subtree: SubtreeHash): Buffer[] {
  if (to - from === 1) return [];
  const middle = from + largestPowerBelow(to - from);
  return index < middle
    ? [...pathTo(index, [from, middle], subtree), subtree(middle, to)]
    : [...pathTo(index, [middle, to], subtree), subtree(from, middle)];
}

/** Consistency proof between the trees of `oldSize` and `newSize` leaves, RFC 9162 §2.1.4.1. */
export function consistencyProof(oldSize: number, newSize: number, subtree: SubtreeHash): Buffer[] {
  if (oldSize < 1 || oldSize > newSize) throw new RangeError('the old tree is not inside the new one');
  return oldSize === newSize ? [] : subproof(oldSize, [0, newSize], { isWhole: true, subtree });
}

function subproof(
  oldSize: number,
  [from, to]: readonly [number, number],
  context: { isWhole: boolean; subtree: SubtreeHash },
): Buffer[] {
  const { isWhole, subtree } = context;
  if (oldSize === to) return isWhole ? [] : [subtree(from, to)];
  const middle = from + largestPowerBelow(to - from);
  if (oldSize <= middle) return [...subproof(oldSize, [from, middle], context), subtree(middle, to)];
  const right = subproof(oldSize, [middle, to], { isWhole: false, subtree });
  return [...right, subtree(from, middle)];
}

/** Verifies an inclusion proof, RFC 9162 §2.1.3.2. */
export function verifyInclusion(
  leaf: Buffer,
  place: { index: number; size: number; root: Buffer },
  proof: readonly Buffer[],
): boolean {
  const { index, size, root } = place;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let node = leaf;
  let fn = index;
  let sn = size - 1;
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      node = nodeHash(sibling, node);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      node = nodeHash(node, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && node.equals(root);
}

/** A tree head as proofs use it. */
export interface SizedRoot {
  size: number;
  root: Buffer;
}

/** Verifies that the tree of `older` is a prefix of the tree of `newer`, RFC 9162 §2.1.4.2. */
export function verifyConsistency(older: SizedRoot, newer: SizedRoot, proof: readonly Buffer[]): boolean {
  if (older.size < 1 || older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && older.root.equals(newer.root);
  const isPower = largestPowerUpTo(older.size) === older.size;
  const hashes = isPower ? [older.root, ...proof] : [...proof];
  const first = hashes.shift();
  if (first === undefined) return false;
  let fn = older.size - 1;
  let sn = newer.size - 1;
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  let [oldNode, newNode] = [first, first];
  for (const hash of hashes) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      oldNode = nodeHash(hash, oldNode);
      newNode = nodeHash(hash, newNode);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      newNode = nodeHash(newNode, hash);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && oldNode.equals(older.root) && newNode.equals(newer.root);
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function largestPowerUpTo(n: number): number {
  let power = 1;
  while (power * 2 <= n) power *= 2;
  return power;
}

function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}
