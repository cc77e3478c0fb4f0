import type { Cell } from './envelope.ts';

/** A data key to seal with, in memory, synchronous for hot paths. Keep it only as long as its owner is served. */
export interface Dek {
  /** The id that stands in each envelope sealed with it, 1 to 2^32 - 1. */
  readonly id: number;
  /**
   * Seals a value for the place it will stand in. An empty string is a value like any other; never seal NULL. Texts
   * are UTF-8, a lone surrogate becomes U+FFFD. Throws `request.too_large` over 1 MiB, `crypto.key_missing` once the
   * key was forgotten or the keyring closed.
   */
  seal(cell: Cell, plain: string | Buffer): Buffer;
}

/** One result of `openMany`: a value that cannot be read never takes its neighbours with it. */
export type Opened = { ok: true; text: string } | { ok: false; code: 'crypto.auth_failed' };

/** A sealed value and the place it was read from. */
export interface SealedItem {
  cell: Cell;
  envelope: Buffer;
}

/** A wrapped data key as it is stored. */
export interface DekRow {
  id: number;
  /** `index` keys make the keyed hashes; they seal nothing. */
  scope: 'installation' | 'requester' | 'index';
  /** The requester's id, or the installation's. */
  ownerId: string;
  /** The key-encrypting key it is wrapped under. */
  kekId: string;
  /** The algorithm its first values were sealed with: 1 = AES-256-GCM, 2 = SM4-CTR with HMAC-SM3. */
  alg: number;
  /**
   * `pre_active` keys are known to every process before the first uses them; `decrypt_only` ones seal nothing new;
   * `destroyed` ones have no wrapped bytes any more.
   */
  state: 'pre_active' | 'active' | 'decrypt_only' | 'destroyed';
  wrapped: Buffer;
  createdAt: Date;
}

/** Port: where wrapped data keys are kept. */
export interface DekStore {
  /** The rows of these ids in any order; missing ones are absent. */
  find(ids: number[]): Promise<DekRow[]>;
  /** The installation's key in use, or the one that is told to every process before it is used. */
  findInstallation(state: 'active' | 'pre_active'): Promise<DekRow | undefined>;
  /** Keys of search indexes, of every state, in the order they were made. */
  findIndexKeys(): Promise<DekRow[]>;
  /** Inserts a key in use of the scopes that have one; throws when there is one already. */
  insertOnly(row: DekRow): Promise<void>;
  /** For each of these ids that only opens: the key of the same owner that seals now. */
  successors(ids: readonly number[]): Promise<{ id: number; activeId: number }[]>;
  /** Reserves `count` ids that follow each other and returns the first. */
  nextIds(count: number): Promise<number>;
}

/** Sealing, opening, and searching of protected values. */
export interface Crypto {
  /** Makes a data key; the caller inserts `row` in its own unit of work. */
  newDek(scope: DekRow['scope'], ownerId: string): Promise<{ dek: Dek; row: DekRow }>;
  /**
   * A key to seal with: this one, or the one of the same owner that has come in its place. Throws `crypto.key_missing`
   * when it is unknown or destroyed.
   */
  dek(id: number): Promise<Dek>;
  /** As `dek` for many, asked of the store at once; those that are unknown or destroyed are absent. */
  deks(ids: readonly number[]): Promise<ReadonlyMap<number, Dek>>;
  /** For values that belong to nobody in particular: accounts, settings, connector secrets. Follows its rotation. */
  readonly installation: Dek;
  /** Opens one text. Anything not sealed for this place: `crypto.auth_failed`, without saying why. */
  open(cell: Cell, envelope: Buffer): Promise<string>;
  /** As `open`, for bytes. */
  openBytes(cell: Cell, envelope: Buffer): Promise<Buffer>;
  /** Opens many in their order; all missing keys are fetched in one call of the store. */
  openMany(items: readonly SealedItem[]): Promise<Opened[]>;
  /** As `openMany`, for bytes; undefined for what cannot be read. */
  openManyBytes(items: readonly SealedItem[]): Promise<(Buffer | undefined)[]>;
  /** For each of these keys that only opens: the key of the same owner that seals now. */
  successors(ids: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Reads the state of these keys anew the next time they are asked for. */
  refresh(ids: readonly number[]): void;
  /** Reads anew which keys the installation seals and hashes with; another process may have changed them. */
  reload(): Promise<void>;
  /** Version of the key that hashes are written with; rows keep it beside them. */
  readonly indexVersion: number;
  /** Keyed hash of a normalised value to be stored: 8 bytes, 2 for indexes named `…last4` and `…prefix`. */
  blindIndex(index: string, value: string): Buffer;
  /** What to search for: the hash by every key that rows may still be hashed with, the one in use first. */
  blindIndexes(index: string, value: string): Buffer[];
  /** Distinct signed 64-bit keyed hashes of the search terms of a text, to be stored. */
  wordTokens(index: string, text: string): bigint[];
  /** What to search for: the tokens by every key, as `blindIndexes`. */
  searchTokens(index: string, text: string): bigint[][];
  /** Fetches keys in one call of the store, for whoever will open many values piece by piece. */
  prepare(ids: readonly number[]): Promise<void>;
  /**
   * Hears of each value that was asked for and cannot be read: changed, moved, cut, or under a key that is unknown or
   * damaged. Those of an erased person are no news. One listener; it must not throw.
   */
  onUnreadable(listener: (cell: Cell) => void): void;
  /** How many values were sealed under each key since the last call. */
  takeWrites(): ReadonlyMap<number, number>;
  /** Overwrites one key in this process, also where it is in use; part of erasing a person. */
  forget(id: number): void;
  /** Overwrites all keys in memory, the provider's included. */
  close(): void;
}
