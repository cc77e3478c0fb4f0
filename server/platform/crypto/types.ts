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
  scope: 'installation' | 'requester';
  /** The requester's id, or the installation's. */
  ownerId: string;
  /** The key-encrypting key it is wrapped under. */
  kekId: string;
  /** The algorithm its first values were sealed with: 1 = AES-256-GCM, 2 = SM4-CTR with HMAC-SM3. */
  alg: number;
  /** `decrypt_only` keys seal nothing new; `destroyed` ones have no wrapped bytes any more. */
  state: 'active' | 'decrypt_only' | 'destroyed';
  wrapped: Buffer;
  createdAt: Date;
}

/** Port: where wrapped data keys are kept. */
export interface DekStore {
  /** The rows of these ids in any order; missing ones are absent. */
  find(ids: number[]): Promise<DekRow[]>;
  findInstallation(): Promise<DekRow | undefined>;
  /** Throws when there is one already. */
  insertInstallation(row: DekRow): Promise<void>;
  /** For each of these ids that only opens: the key of the same owner that seals now. */
  successors(ids: readonly number[]): Promise<{ id: number; activeId: number }[]>;
  /** Reserves `count` ids that follow each other and returns the first. */
  nextIds(count: number): Promise<number>;
}

/** Sealing, opening, and searching of protected values. */
export interface Crypto {
  /** Makes a requester's data key; the caller inserts `row` in its own unit of work. */
  newDek(scope: 'requester', ownerId: string): Promise<{ dek: Dek; row: DekRow }>;
  /**
   * A key to seal with: this one, or the one of the same owner that has come in its place. Throws `crypto.key_missing`
   * when it is unknown or destroyed.
   */
  dek(id: number): Promise<Dek>;
  /** For values that belong to nobody in particular: accounts, settings, connector secrets. */
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
  /** Keyed hash of a normalised value for equality search: 8 bytes, 2 for indexes named `…last4`. */
  blindIndex(index: string, value: string): Buffer;
  /** Distinct signed 64-bit keyed hashes of the search terms of a text. */
  wordTokens(index: string, text: string): bigint[];
  /** Overwrites one key in this process, also where it is in use; part of erasing a person. */
  forget(id: number): void;
  /** Overwrites all keys in memory, the provider's included. */
  close(): void;
}
