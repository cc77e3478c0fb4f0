import { AppError } from '../../kernel/index.ts';
import { createBlindIndexes, type BlindIndexes } from './blind-index.ts';
import { createDataKey, type DataKey } from './data-key.ts';
import { searchTerms } from './search-terms.ts';
import type { DekRow } from './types.ts';

/** Version of the first key of an installation; later ones are known by their id. */
const FIRST_VERSION = 1;

interface Version {
  version: number;
  key: DataKey;
  hashes: BlindIndexes;
}

/** What unwraps a key of the table; undefined for one that is damaged. */
type Unwrap = (row: DekRow) => Promise<Buffer | undefined>;

/** The version rows carry that were hashed under a key: `rows` are all index keys in the order they were made. */
export function versionOfIndexKey(rows: readonly DekRow[], id: number): number {
  return rows[0]?.id === id ? FIRST_VERSION : id;
}

/**
 * The keys of search indexes: one that hashes are written with, and those that rows may still be hashed with or will be
 * soon. All of them are searched by, so that a process that hears late of a rotation finds everything.
 */
export class IndexKeys {
  #versions: Version[] = [];

  /** The version hashes are written with. */
  get version(): number {
    return this.#inUse.version;
  }

  /** Takes over the keys of the table; those that are gone from it, or destroyed, are overwritten. */
  async load(rows: readonly DekRow[], unwrap: Unwrap): Promise<void> {
    const wanted = rows.filter(({ state }) => state !== 'destroyed');
    const known = new Map(this.#versions.map((one) => [one.key.id, one]));
    const next: Version[] = [];
    for (const row of wanted) {
      const found = known.get(row.id) ?? (await this.#open(row, versionOfIndexKey(rows, row.id), unwrap));
      if (found === undefined) continue;
      known.delete(row.id);
      if (row.state === 'active') next.unshift(found);
      else next.push(found);
    }
    const active = wanted.find(({ state }) => state === 'active');
    if (active === undefined || next[0]?.key.id !== active.id) throw new AppError('crypto.key_missing');
    this.#versions = next;
    for (const gone of known.values()) wipe(gone);
  }

  blindIndex(index: string, value: string): Buffer {
    return this.#inUse.hashes.blindIndex(index, value);
  }

  blindIndexes(index: string, value: string): Buffer[] {
    return this.#versions.map(({ hashes }) => hashes.blindIndex(index, value));
  }

  wordTokens(index: string, text: string): bigint[] {
    return this.#inUse.hashes.wordTokens(index, searchTerms(text));
  }

  searchTokens(index: string, text: string): bigint[][] {
    const terms = searchTerms(text);
    return this.#versions.map(({ hashes }) => hashes.wordTokens(index, terms));
  }

  /** Overwrites every key; a lookup then throws `crypto.key_missing`. */
  wipe(): void {
    for (const one of this.#versions) wipe(one);
  }

  get #inUse(): Version {
    const [first] = this.#versions;
    if (first === undefined) throw new AppError('crypto.key_missing');
    return first;
  }

  async #open(row: DekRow, version: number, unwrap: Unwrap): Promise<Version | undefined> {
    const secret = await unwrap(row);
    if (secret === undefined) return undefined;
    const key = createDataKey(row.id, secret);
    return { version, key, hashes: createBlindIndexes((info) => key.derive(info)) };
  }
}

function wipe({ key, hashes }: Version): void {
  hashes.wipe();
  key.wipe();
}
