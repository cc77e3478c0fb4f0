import { parseHead, type SignedHead } from './head.ts';
import { keyForSeal, type TrailKeys } from './keys.ts';
import { isSignedBy } from './note.ts';
import { verifyConsistency } from './tree.ts';

/** What a witness holds of a head it is offered. */
export type HeadVerdict =
  /** It goes on from what the witness keeps, or is the first. */
  | { kind: 'follows'; head: SignedHead }
  /** It is what the witness keeps already. */
  | { kind: 'known'; head: SignedHead }
  /** It is older, or proven from another size than the witness has; nothing is said of it. */
  | { kind: 'elsewhere' }
  /** It is no head, or none of this trail. */
  | { kind: 'foreign' }
  /** Signed by the trail's key, and of another history: both heads are evidence. */
  | { kind: 'inconsistent'; head: SignedHead };

/**
 * Judges a head by the one a witness keeps: the trail may only have grown since. `proof` leads from `provenFrom` leaves
 * to the new head.
 */
export function judgeHead(
  held: SignedHead | undefined,
  offered: { checkpoint: string; provenFrom: number; proof: readonly Buffer[] },
  keys: TrailKeys,
): HeadVerdict {
  const head = parseHead(offered.checkpoint);
  const key = head === undefined ? undefined : keyForSeal(keys, head.sealNo);
  const isOurs =
    head !== undefined && key !== undefined && head.origin === keys.origin && isSignedBy(head.note, key);
  if (!isOurs) return { kind: 'foreign' };
  if (held === undefined) return { kind: 'follows', head };
  const isSameTree = head.size === held.size && head.root.equals(held.root);
  if (head.sealNo === held.sealNo)
    return head.sealHash.equals(held.sealHash) ? { kind: 'known', head } : { kind: 'inconsistent', head };
  if (head.size === held.size && !isSameTree) return { kind: 'inconsistent', head };
  if (head.sealNo < held.sealNo || head.size < held.size) {
    // A later seal never has fewer leaves.
    const isTurned = head.sealNo > held.sealNo || head.size > held.size;
    return isTurned ? { kind: 'inconsistent', head } : { kind: 'elsewhere' };
  }
  if (isSameTree) return { kind: 'follows', head };
  if (offered.provenFrom !== held.size) return { kind: 'elsewhere' };
  const isProven = held.size === 0 || verifyConsistency(held, head, offered.proof);
  return { kind: isProven ? 'follows' : 'inconsistent', head };
}
