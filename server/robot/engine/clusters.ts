import { extractFeatures } from './features.ts';
import { buildIndex, createSearcher, findNeighbours } from './neighbours.ts';
import type { Lang } from './types.ts';
import { buildVocabulary, vectorise, type SparseVector } from './vocabulary.ts';

/** Texts that ask the same: positions in the given list, the most typical first. */
export interface Cluster {
  members: number[];
  /** Mean likeness of its members, 0 to 1. */
  likeness: number;
}

/** More texts than this are not clustered at once: neighbours cost about the square. */
export const CLUSTERED_TEXTS_MAX = 20_000;
/** Texts of the background that are read. */
const BACKGROUND_MAX = 5_000;
const NEIGHBOURS = 12;
/** Two groups become one while their texts are on average at least so alike. */
const LIKENESS_MIN = 0.3;

interface Edge {
  a: number;
  b: number;
  similarity: number;
}

/** Pairs of which each is among the nearest of the other, most alike first. */
function findMutualPairs(vectors: SparseVector[], featureCount: number): Edge[] {
  const searcher = createSearcher(buildIndex(vectors, featureCount));
  const nearest = vectors.map((vector, own) => {
    const found = findNeighbours(searcher, vector, NEIGHBOURS + 1);
    return new Map(
      found
        .filter(({ question }) => question !== own)
        .map(({ question, similarity }) => [question, similarity]),
    );
  });
  const edges: Edge[] = [];
  for (const [a, found] of nearest.entries()) {
    for (const [b, similarity] of found) {
      if (a < b && nearest[b]!.has(a)) edges.push({ a, b, similarity });
    }
  }
  return edges.sort(
    (left, right) => right.similarity - left.similarity || left.a - right.a || left.b - right.b,
  );
}

interface Group {
  members: number[];
  /** Sum of the members' vectors, by feature: the mean likeness of two groups is the product of their sums. */
  sum: Map<number, number>;
}

function toGroup(vector: SparseVector, member: number): Group {
  const sum = new Map<number, number>();
  for (let f = 0; f < vector.ids.length; f++) sum.set(vector.ids[f]!, vector.values[f]!);
  return { members: [member], sum };
}

function product(a: Map<number, number>, b: Map<number, number>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let total = 0;
  for (const [id, value] of small) total += value * (large.get(id) ?? 0);
  return total;
}

function merge(into: Group, from: Group): void {
  into.members.push(...from.members);
  for (const [id, value] of from.sum) into.sum.set(id, (into.sum.get(id) ?? 0) + value);
}

/**
 * Groups texts that ask the same, by average link over pairs of mutual neighbours; texts that are alone come as groups of
 * one. Largest group first. `background` are other texts of the field, so that even among few texts common words count
 * less than telling ones. Deterministic. Throws `RangeError` above `CLUSTERED_TEXTS_MAX` texts.
 */
export function clusterTexts(texts: string[], lang: Lang, background: readonly string[] = []): Cluster[] {
  if (texts.length > CLUSTERED_TEXTS_MAX) throw new RangeError(`more than ${CLUSTERED_TEXTS_MAX} texts`);
  const hashed = texts.map((text) => extractFeatures(text, lang));
  const field = background.slice(0, BACKGROUND_MAX).map((text) => extractFeatures(text, lang));
  const vocabulary = buildVocabulary([...field, ...hashed], 1);
  const vectors = hashed.map((text) => vectorise(text, vocabulary).sharp);
  const groups = vectors.map((vector, member): Group | undefined => toGroup(vector, member));
  const groupOf = Int32Array.from(vectors, (_, member) => member);
  for (const { a, b } of findMutualPairs(vectors, vocabulary.hashes.length)) {
    const [first, second] = [groupOf[a]!, groupOf[b]!];
    if (first === second) continue;
    const [left, right] = [groups[first]!, groups[second]!];
    const likeness = product(left.sum, right.sum) / (left.members.length * right.members.length);
    if (likeness < LIKENESS_MIN) continue;
    merge(left, right);
    for (const member of right.members) groupOf[member] = first;
    groups[second] = undefined;
  }
  return groups
    .flatMap((group) => (group ? [present(group, vectors)] : []))
    .sort((a, b) => b.members.length - a.members.length || a.members[0]! - b.members[0]!);
}

function present({ members, sum }: Group, vectors: SparseVector[]): Cluster {
  const likenessOf = (member: number) => {
    const { ids, values } = vectors[member]!;
    let total = 0;
    for (let f = 0; f < ids.length; f++) total += values[f]! * (sum.get(ids[f]!) ?? 0);
    return total / members.length;
  };
  const ranked = members
    .map((member) => ({ member, likeness: likenessOf(member) }))
    .sort((a, b) => b.likeness - a.likeness || a.member - b.member);
  return {
    members: ranked.map(({ member }) => member),
    likeness: ranked.reduce((total, { likeness }) => total + likeness, 0) / members.length,
  };
}
