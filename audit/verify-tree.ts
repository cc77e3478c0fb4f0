import { hashBytesOf, hashTextOf, nodeTextOf, sha256, type HashText } from './hash.ts';
import type { Frontier } from './tree.ts';

/** The tree as verification grows it: a frontier whose hashes are kept as characters. */
export interface VerifyTree {
  size: number;
  nodes: HashText[];
}

/** The tree that begins with what a frontier holds. */
export function treeFrom({ size, nodes }: Frontier): VerifyTree {
  return { size, nodes: nodes.map(hashTextOf) };
}

/** Appends a leaf hash in place; one inner hash on average. */
export function growTree(tree: VerifyTree, leaf: HashText): void {
  let node = leaf;
  for (let rest = tree.size; rest % 2 === 1; rest = Math.floor(rest / 2))
    node = nodeTextOf(tree.nodes.pop() as HashText, node);
  tree.nodes.push(node);
  tree.size += 1;
}

/** Root of the tree, folded from its right edge. */
export function treeRoot({ nodes }: VerifyTree): Buffer {
  if (nodes.length === 0) return sha256('');
  return hashBytesOf(nodes.reduceRight((right, left) => nodeTextOf(left, right)));
}
