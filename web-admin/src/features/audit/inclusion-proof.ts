/** Membership of one entry in the tree of `size` leaves; hashes and root are hex, the lowest sibling first. */
export interface InclusionProof {
  index: number;
  size: number;
  hashes: string[];
  root: string;
}

const HASH_HEX = /^[0-9a-f]{64}$/;
const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const input = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    input.set(part, offset);
    offset += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', input));
}

/** Leaf hash SHA-256(0x00 ‖ text) of RFC 9162 §2.1.1, hex. */
export async function computeLeaf(body: string): Promise<string> {
  return hexOf(await sha256(Uint8Array.of(LEAF_PREFIX), new TextEncoder().encode(body)));
}

/**
 * The root that a leaf and its siblings lead to, hex; undefined when their number cannot fit the tree
 * (RFC 9162 §2.1.3.2). Numbers are halved by division: a trail may have more leaves than 32 bits count.
 */
export async function computeRoot(leaf: string, proof: InclusionProof): Promise<string | undefined> {
  const { index, size, hashes } = proof;
  const isPlace = Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
  if (!isPlace || ![leaf, ...hashes].every((hash) => HASH_HEX.test(hash))) return undefined;
  let node = bytesOf(leaf);
  let place = index;
  let last = size - 1;
  for (const hash of hashes) {
    if (last === 0) return undefined;
    const sibling = bytesOf(hash);
    const isRight = place % 2 === 1 || place === last;
    node = isRight
      ? await sha256(Uint8Array.of(NODE_PREFIX), sibling, node)
      : await sha256(Uint8Array.of(NODE_PREFIX), node, sibling);
    // At the right edge the levels without a sibling are passed over.
    while (isRight && place % 2 === 0 && place !== 0) {
      place = Math.floor(place / 2);
      last = Math.floor(last / 2);
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hexOf(node) : undefined;
}

/** What this browser found when it computed the hashes itself. */
export type ProofCheck = 'proven' | 'leaf-differs' | 'root-differs';

/** Computes leaf and root from the exact text, without believing the hashes the server sent. */
export async function checkInclusion(entry: {
  body: string;
  leaf: string;
  proof: InclusionProof;
}): Promise<ProofCheck> {
  const leaf = await computeLeaf(entry.body);
  if (leaf !== entry.leaf) return 'leaf-differs';
  return (await computeRoot(leaf, entry.proof)) === entry.proof.root ? 'proven' : 'root-differs';
}
