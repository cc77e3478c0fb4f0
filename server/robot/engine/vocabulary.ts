import type { HashedText } from './features.ts';

/** Known features in order of falling document count, so that the first n are the n commonest. */
export interface Vocabulary {
  ids: Map<number, number>;
  /** Hash of each feature by id; what is written to the model file. */
  hashes: Uint32Array;
  idf: Float32Array;
}

/** Features of one text, of length one; ids ascending. */
export interface SparseVector {
  ids: Uint32Array;
  values: Float32Array;
}

/** A text in the vocabulary, weighted in two ways. */
export interface TextVectors {
  /** Weighted by rarity, for comparing texts. */
  sharp: SparseVector;
  /** Weighted by the root of rarity, for the trained models: they find out themselves which words matter. */
  soft: SparseVector;
  /** Share of the text's weight that the vocabulary does not know, 0 to 1. */
  unknownRatio: number;
  /** The same for its words (English) or characters (Chinese) alone, each weighted by rarity. */
  unknownWords: number;
}

/** Counts features over the texts. Features in fewer than `documentsMin` texts are left out. */
export function buildVocabulary(texts: HashedText[], documentsMin: number): Vocabulary {
  const counts = new Map<number, number>();
  for (const text of texts) for (const hash of text.hashes) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  const kept = [...counts].filter(([, count]) => count >= documentsMin);
  kept.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const idf = Float32Array.from(kept, ([, count]) => Math.log((texts.length + 1) / (count + 0.5)) + 0.1);
  return restoreVocabulary(
    Uint32Array.from(kept, ([hash]) => hash),
    idf,
  );
}

/** The vocabulary with the look-up table of its hashes, for instance after reading a model file. */
export function restoreVocabulary(hashes: Uint32Array, idf: Float32Array): Vocabulary {
  const ids = new Map<number, number>();
  for (let id = 0; id < hashes.length; id++) ids.set(hashes[id]!, id);
  return { ids, hashes, idf };
}

/** Projects a text onto the vocabulary. A text that shares nothing gives empty vectors with `unknownRatio` 1. */
export function vectorise(text: HashedText, vocabulary: Vocabulary): TextVectors {
  const pairs: [number, number][] = [];
  // An unseen feature would be as rare as the rarest one known.
  const rarest = vocabulary.idf.length === 0 ? 1 : vocabulary.idf[vocabulary.idf.length - 1]!;
  let unknown = 0;
  for (let i = 0; i < text.hashes.length; i++) {
    const id = vocabulary.ids.get(text.hashes[i]!);
    if (id === undefined) unknown += (text.weights[i]! * rarest) ** 2;
    else pairs.push([id, text.weights[i]!]);
  }
  pairs.sort((a, b) => a[0] - b[0]);
  const ids = Uint32Array.from(pairs, ([id]) => id);
  const sharp = Float32Array.from(pairs, ([id, weight]) => weight * vocabulary.idf[id]!);
  const soft = Float32Array.from(pairs, ([id, weight]) => weight * Math.sqrt(vocabulary.idf[id]!));
  const known = scaleToOne(sharp);
  scaleToOne(soft);
  const total = known + unknown;
  return {
    sharp: { ids, values: sharp },
    soft: { ids, values: soft },
    unknownRatio: total > 0 ? unknown / total : 1,
    unknownWords: measureUnknownWords(text, vocabulary, rarest),
  };
}

function measureUnknownWords(text: HashedText, { ids, idf }: Vocabulary, rarest: number): number {
  let unknown = 0;
  let known = 0;
  for (const hash of text.words) {
    const id = ids.get(hash);
    if (id === undefined) unknown += rarest;
    else known += idf[id]!;
  }
  return unknown > 0 ? unknown / (known + unknown) : 0;
}

/** Scales in place to length one and returns the square of the former length. */
function scaleToOne(values: Float32Array): number {
  let square = 0;
  for (let i = 0; i < values.length; i++) square += values[i]! * values[i]!;
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
  for (let i = 0; i < values.length; i++) values[i]! *= scale;
  return square;
}
