import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { checkInclusion, computeLeaf, computeRoot, type InclusionProof } from './inclusion-proof.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
const leafOf = (body: string) => sha256(Buffer.concat([Buffer.of(0), Buffer.from(body)]));

/** Root of leaves [from, to) by the recursive definition of RFC 9162 §2.1.1. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] as Buffer;
  const split = splitOf(leaves.length);
  return sha256(Buffer.concat([Buffer.of(1), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split))]));
}

function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/** Siblings from the leaf up (RFC 9162 §2.1.3.1). */
function pathOf(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...pathOf(index, left), rootOf(right)]
    : [...pathOf(index - split, right), rootOf(left)];
}

function buildEntry(index: number, size: number) {
  const bodies = Array.from({ length: size }, (_, i) => `{"n":${i},"name":"张三"}`);
  const leaves = bodies.map(leafOf);
  const proof: InclusionProof = {
    index,
    size,
    hashes: pathOf(index, leaves).map((hash) => hash.toString('hex')),
    root: rootOf(leaves).toString('hex'),
  };
  return { body: bodies[index] as string, leaf: (leaves[index] as Buffer).toString('hex'), proof };
}

describe('inclusion proof in the browser', () => {
  it('hashes the empty entry as the RFC 9162 leaf of no bytes', async () => {
    expect(await computeLeaf('')).to.equal(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
  });

  it('proves every leaf of every tree of 1 to 20 leaves', async () => {
    for (let size = 1; size <= 20; size++)
      for (let index = 0; index < size; index++)
        expect(await checkInclusion(buildEntry(index, size)), `${index} of ${size}`).to.equal('proven');
  });

  it('sees a text that differs by one character', async () => {
    const entry = buildEntry(4, 7);
    expect(await checkInclusion({ ...entry, body: `${entry.body} ` })).to.equal('leaf-differs');
  });

  it('refuses another place, another root, and a path that is too short or too long', async () => {
    const entry = buildEntry(4, 7);
    const { proof } = entry;
    const wrong: InclusionProof[] = [
      { ...proof, index: 5 },
      { ...proof, index: 7 },
      { ...proof, index: -1 },
      { ...proof, root: entry.leaf },
      { ...proof, hashes: proof.hashes.slice(1) },
      { ...proof, hashes: [...proof.hashes, entry.leaf] },
      { ...proof, hashes: ['zz', ...proof.hashes.slice(1)] },
    ];
    for (const each of wrong)
      expect(await checkInclusion({ ...entry, proof: each }), JSON.stringify(each)).to.equal('root-differs');
  });

  it('takes places beyond 32 bits', async () => {
    const entry = buildEntry(0, 1);
    const proof = { index: 2 ** 40, size: 2 ** 40 + 1, hashes: [entry.leaf], root: '' };
    expect(await computeRoot(entry.leaf, proof)).to.match(/^[0-9a-f]{64}$/);
  });
});
