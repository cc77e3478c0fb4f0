import { createKeyedHash, type KeyedHash } from './digest.ts';

/** Bytes of an equality index: a stray second hit in a million customers has odds of 1 to 10^13. */
export const BLIND_INDEX_BYTES = 8;
/** Bytes of an index over few values, last four digits or surnames: longer would tell no more, shorter more strays. */
export const BLIND_INDEX_FEW_BYTES = 2;

/** Raised when the way terms or values are hashed changes; old values then need a new index. */
const HASH_FORM = '1';
/** Index names are constants in code; this only bounds what a programming error could pile up. */
const INDEXES_MAX = 1_024;
/** Tokens of an index that are kept at hand, twice over: the bigrams of everyday Chinese, about 4 MiB. */
export const TOKENS_KEPT = 32_768;
/** Longer words are rare, and what has digits may be somebody's number: both are hashed each time. */
const KEPT_TERM = /^\D{1,16}$/;

/** Derives a key from the root secret. */
type DeriveKey = (info: readonly string[]) => Buffer;

/** Keyed hashes under one version of the index key. */
export interface BlindIndexes {
  blindIndex(index: string, value: string): Buffer;
  wordTokens(index: string, terms: readonly string[]): bigint[];
  /** Overwrites every key. */
  wipe(): void;
}

/** Bytes of the hashes of an index, by its name. */
export function bytesOfIndex(index: string): number {
  return /(last4|prefix)$/.test(index) ? BLIND_INDEX_FEW_BYTES : BLIND_INDEX_BYTES;
}

/** Keyed hashes for searching in sealed columns, one key per index by HKDF(root, "bi", index, form). */
export function createBlindIndexes(derive: DeriveKey): BlindIndexes {
  const keys = new Map<string, KeyedHash>();
  const kept = new Map<string, KeptTokens>();
  const keyOf = (index: string): KeyedHash => {
    const known = keys.get(index);
    if (known !== undefined) return known;
    if (index === '' || keys.size >= INDEXES_MAX) throw new RangeError('not an index name');
    const secret = derive(['bi', index, HASH_FORM]);
    const made = createKeyedHash(secret);
    secret.fill(0);
    keys.set(index, made);
    return made;
  };
  return {
    blindIndex: (index, value) => Buffer.from(keyOf(index).digest(value).subarray(0, bytesOfIndex(index))),
    wordTokens(index, terms) {
      const key = keyOf(index);
      let tokens = kept.get(index);
      if (tokens === undefined) kept.set(index, (tokens = new KeptTokens((term) => tokenOf(key, term))));
      return terms.map(tokens.of);
    },
    wipe() {
      for (const key of keys.values()) key.wipe();
      // After this a lookup must derive again, which the wiped root refuses.
      keys.clear();
      kept.clear();
    },
  };
}

function tokenOf(key: KeyedHash, term: string): bigint {
  return key.digest(term).readBigInt64BE(0);
}

/**
 * The tokens of the terms met last, because texts are made of few terms and hashing is most of what indexing costs. Two
 * generations: a full one becomes the older, and what is met again in it comes over.
 */
class KeptTokens {
  #young = new Map<string, bigint>();
  #old = new Map<string, bigint>();
  readonly #make: (term: string) => bigint;

  constructor(make: (term: string) => bigint) {
    this.#make = make;
  }

  readonly of = (term: string): bigint => {
    const known = this.#young.get(term);
    if (known !== undefined) return known;
    const token = this.#old.get(term) ?? this.#make(term);
    if (!KEPT_TERM.test(term)) return token;
    if (this.#young.size >= TOKENS_KEPT) [this.#old, this.#young] = [this.#young, new Map()];
    this.#young.set(term, token);
    return token;
  };
}
