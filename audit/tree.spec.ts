import { expect } from 'chai';
import fc from 'fast-check';
import { leafHash, leafHashOfBytes, nodeHash } from './hash.ts';
import {
  appendLeaf,
  consistencyProof,
  copyFrontier,
  decodeFrontier,
  emptyFrontier,
  encodeFrontier,
  EMPTY_ROOT,
  frontierRoot,
  inclusionProof,
  subtreesOf,
  verifyConsistency,
  verifyInclusion,
} from './tree.ts';

/** Inputs and roots of the reference implementation of RFC 6962 (certificate-transparency, merkletree tests). */
const VECTOR_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => leafHashOfBytes(Buffer.from(hex, 'hex')));
const VECTOR_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const EMPTY = emptyFrontier();

function leavesOf(count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => leafHash(`leaf ${i}`));
}

function grow(leaves: readonly Buffer[]) {
  const frontier = emptyFrontier();
  for (const leaf of leaves) appendLeaf(frontier, leaf);
  return frontier;
}

/** The definition of the tree hash, RFC 9162 §2.1.1, word for word. */
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as Buffer;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

describe('the Merkle tree', () => {
  it('gives the known roots of RFC 6962 for 0 to 8 leaves', () => {
    expect(EMPTY_ROOT.toString('hex')).to.equal(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    const frontier = emptyFrontier();
    expect(frontierRoot(frontier)).to.deep.equal(EMPTY_ROOT);
    VECTOR_LEAVES.forEach((leaf, i) => {
      appendLeaf(frontier, leaf);
      expect(frontierRoot(frontier).toString('hex')).to.equal(VECTOR_ROOTS[i]);
    });
  });

  it('gives the known proofs of RFC 6962', () => {
    const subtree = subtreesOf(EMPTY, VECTOR_LEAVES);
    expect(inclusionProof(0, 8, subtree).map((hash) => hash.toString('hex'))).to.deep.equal([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(consistencyProof(6, 8, subtree).map((hash) => hash.toString('hex'))).to.deep.equal([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  it('agrees with the definition at every size up to 130', () => {
    const leaves = leavesOf(130);
    for (let size = 0; size <= 130; size += 1) {
      expect(frontierRoot(grow(leaves.slice(0, size))).equals(naiveRoot(leaves.slice(0, size)))).to.equal(
        true,
      );
    }
  });

  it('proves every leaf of every tree up to 40 leaves, and no other leaf or index', () => {
    const leaves = leavesOf(40);
    const subtree = subtreesOf(EMPTY, leaves);
    for (let size = 1; size <= 40; size += 1) {
      const root = naiveRoot(leaves.slice(0, size));
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(index, size, subtree);
        const leaf = leaves[index] as Buffer;
        expect(verifyInclusion(leaf, { index, size, root }, proof)).to.equal(true);
        expect(verifyInclusion(leafHash('other'), { index, size, root }, proof)).to.equal(false);
        expect(verifyInclusion(leaf, { index: index + 1, size, root }, proof)).to.equal(false);
        expect(verifyInclusion(leaf, { index, size, root }, [...proof, leaf])).to.equal(false);
        expect(verifyInclusion(leaf, { index, size, root }, proof.slice(0, -1))).to.equal(size === 1);
      }
    }
  });

  it('proves consistency between any two sizes up to 40, and refuses a fork', () => {
    const leaves = leavesOf(40);
    const subtree = subtreesOf(EMPTY, leaves);
    const headOf = (size: number) => ({ size, root: naiveRoot(leaves.slice(0, size)) });
    for (let newSize = 1; newSize <= 40; newSize += 1) {
      for (let oldSize = 1; oldSize <= newSize; oldSize += 1) {
        const proof = consistencyProof(oldSize, newSize, subtree);
        expect(verifyConsistency(headOf(oldSize), headOf(newSize), proof)).to.equal(true);
        const forked = { size: oldSize, root: leafHash('fork') };
        expect(verifyConsistency(forked, headOf(newSize), proof)).to.equal(false);
        expect(verifyConsistency(headOf(oldSize), { ...headOf(newSize), root: forked.root }, proof)).to.equal(
          false,
        );
      }
    }
  });

  it('proves new leaves from the frontier before them alone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 1, max: 60 }),
        (oldSize, addedCount) => {
          const leaves = leavesOf(oldSize + addedCount);
          const start = grow(leaves.slice(0, oldSize));
          const subtree = subtreesOf(start, leaves.slice(oldSize));
          const size = leaves.length;
          const root = frontierRoot(grow(leaves));
          for (let index = oldSize; index < size; index += 1) {
            const proof = inclusionProof(index, size, subtree);
            expect(verifyInclusion(leaves[index] as Buffer, { index, size, root }, proof)).to.equal(true);
          }
          if (oldSize > 0) {
            const proof = consistencyProof(oldSize, size, subtree);
            expect(
              verifyConsistency({ size: oldSize, root: frontierRoot(start) }, { size, root }, proof),
            ).to.equal(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('writes and reads its frontier, refusing a length that does not fit', () => {
    for (const size of [0, 1, 2, 3, 7, 8, 100]) {
      const frontier = grow(leavesOf(size));
      const bytes = encodeFrontier(frontier);
      expect(decodeFrontier(size, bytes)).to.deep.equal(frontier);
      expect(decodeFrontier(size, Buffer.concat([bytes, Buffer.alloc(32)]))).to.equal(undefined);
    }
  });

  it('copies a frontier so that the copy grows alone', () => {
    const frontier = grow(leavesOf(3));
    const root = frontierRoot(frontier);
    appendLeaf(copyFrontier(frontier), leafHash('x'));
    expect(frontier.size).to.equal(3);
    expect(frontierRoot(frontier).equals(root)).to.equal(true);
  });

  it('refuses indexes and sizes outside the tree', () => {
    const subtree = subtreesOf(EMPTY, leavesOf(4));
    expect(() => inclusionProof(4, 4, subtree)).to.throw(RangeError);
    expect(() => inclusionProof(-1, 4, subtree)).to.throw(RangeError);
    expect(() => consistencyProof(0, 4, subtree)).to.throw(RangeError);
    expect(() => consistencyProof(5, 4, subtree)).to.throw(RangeError);
    const place = { index: 0.5, size: 4, root: EMPTY_ROOT };
    expect(verifyInclusion(leafHash('a'), place, [])).to.equal(false);
  });
});
