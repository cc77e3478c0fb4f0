import { createKeyedHash, type KeyedHash } from './digest.ts';
import { searchTerms } from './search-terms.ts';

/** Bytes of an equality index: a stray second hit in a million customers has odds of 1 to 10^13. */
export const BLIND_INDEX_BYTES = 8;
/** Bytes of a last-four index: 10,000 values in 65,536 buckets; longer would tell no more, shorter more strays. */
export const BLIND_INDEX_LAST4_BYTES = 2;

/** Raised when the way terms or values are hashed changes; old values then need a new index. */
const INDEX_VERSION = '1';
/** Index names are constants in code; this only bounds what a programming error could pile up. */
const INDEXES_MAX = 1_024;

/** Derives a key from the root secret. */
type DeriveKey = (info: readonly string[]) => Buffer;

/** Keyed hashes for searching in sealed columns, one key per index by HKDF(root, "bi", index, version). */
export function createBlindIndexes(derive: DeriveKey) {
  const keys = new Map<string, KeyedHash>();
  const keyOf = (index: string): KeyedHash => {
    const known = keys.get(index);
    if (known !== undefined) return known;
    if (index === '' || keys.size >= INDEXES_MAX) throw new RangeError('not an index name');
    const secret = derive(['bi', index, INDEX_VERSION]);
    const made = createKeyedHash(secret);
    secret.fill(0);
    keys.set(index, made);
    return made;
  };
  return {
    blindIndex(index: string, value: string): Buffer {
      const length = index.endsWith('last4') ? BLIND_INDEX_LAST4_BYTES : BLIND_INDEX_BYTES;
      return Buffer.from(keyOf(index).digest(value).subarray(0, length));
    },
    wordTokens(index: string, text: string): bigint[] {
      const key = keyOf(index);
      return searchTerms(text).map((term) => key.digest(term).readBigInt64BE(0));
    },
    wipe(): void {
      for (const key of keys.values()) key.wipe();
      // After this a lookup must derive again, which the wiped root refuses.
      keys.clear();
    },
  };
}
