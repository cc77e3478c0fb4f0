import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '../../kernel/index.ts';
import { createAad, type AadOf } from './aad.ts';
import { createDataKey, type DataKey } from './data-key.ts';
import { createDekCache, type DekCache, type HeldKey } from './dek-cache.ts';
import { parseEnvelope, SUITE_ALG, type Cell } from './envelope.ts';
import { IndexKeys } from './index-keys.ts';
import {
  indexRowsOf,
  installationRow,
  makeDek,
  unwrapInstallation,
  unwrapOrNothing,
  type OwnKeyDeps,
} from './own-keys.ts';
import type { Crypto, Dek, DekRow, Opened, SealedItem } from './types.ts';
import { WriteCounts } from './write-counts.ts';

/** Data keys kept unwrapped in memory; one is about 300 bytes with everything around it. */
export const DEK_CACHE_ENTRIES_MAX = 20_000;
/** How long a key is used without asking the provider again; an erased key is gone everywhere after it. */
export const DEK_CACHE_TTL_MS = 60_000;
/** Key ids are reserved in blocks, so that a new requester does not cost a round trip to the database. */
const DEK_ID_BLOCK = 50;

const FAILED: Opened = { ok: false, code: 'crypto.auth_failed' };

/** Keys unwrapped before others get their turn: about two milliseconds. */
const UNWRAPPED_AT_ONCE = 64;
/** Ids of destroyed keys that are remembered, so that what was erased is not taken for damaged. */
const DESTROYED_KNOWN_MAX = 100_000;

/**
 * What sealing needs from outside. The installation's id is bound into every value; the suite is what is written, both
 * can always be read.
 */
export interface CryptoDeps extends OwnKeyDeps {
  cacheEntriesMax?: number;
  cacheTtlMs?: number;
}

/**
 * Opens the keyring: unwraps the installation's data key, or makes it at the first start. Throws `crypto.key_missing`
 * with `details.reason` `wrong_key` when the stored keys belong to another master key.
 */
export async function createCrypto(deps: CryptoDeps): Promise<Crypto> {
  const row = await installationRow(deps);
  const secret = await unwrapInstallation(deps, row);
  const indexRows = await indexRowsOf(deps, secret);
  const indexes = new IndexKeys();
  await indexes.load(indexRows, (one) => unwrapOrNothing(deps.provider, one));
  return new Keyring(deps, { id: row.id, secret, indexes });
}

class Keyring implements Crypto {
  readonly installation: Dek;
  readonly #deps: CryptoDeps;
  readonly #aadOf: AadOf;
  readonly #cache: DekCache;
  #root: HeldKey;
  /** The installation's next key, held by every process before the first seals with it. */
  #next: DataKey | undefined;
  readonly #destroyed = new Set<number>();
  #onUnreadable: (cell: Cell) => void = () => undefined;
  readonly #indexes: IndexKeys;
  readonly #writes = new WriteCounts();
  #reloading: Promise<void> | undefined;
  readonly #handles = new Map<number, WeakRef<Dek>>();
  readonly #keyOf = new WeakMap<Dek, HeldKey>();
  /** Lets go of a key when nobody can seal with its handle any more. */
  readonly #abandoned = new FinalizationRegistry<HeldKey>((held) => this.#letGo(held));
  #freeIds = { next: 0, end: 0 };
  #reserving: Promise<void> | undefined;

  constructor(deps: CryptoDeps, own: { id: number; secret: Buffer; indexes: IndexKeys }) {
    this.#deps = deps;
    this.#aadOf = createAad(deps.installationId);
    this.#root = { key: createDataKey(own.id, own.secret), canSeal: true };
    this.#indexes = own.indexes;
    this.installation = this.#installationHandle();
    this.#cache = createDekCache({
      clock: deps.clock,
      entriesMax: deps.cacheEntriesMax ?? DEK_CACHE_ENTRIES_MAX,
      ttlMs: deps.cacheTtlMs ?? DEK_CACHE_TTL_MS,
      load: (ids) => this.#load(ids),
    });
  }

  async newDek(scope: DekRow['scope'], ownerId: string): Promise<{ dek: Dek; row: DekRow }> {
    const { row, secret } = await makeDek(this.#deps, { id: await this.#nextId(), scope, ownerId });
    const held: HeldKey = { key: createDataKey(row.id, secret), canSeal: true };
    this.#cache.put(held);
    return { dek: this.#register(held), row };
  }

  async dek(id: number): Promise<Dek> {
    const dek = (await this.deks([id])).get(id);
    if (dek === undefined) throw new AppError('crypto.key_missing');
    return dek;
  }

  async deks(ids: readonly number[]): Promise<ReadonlyMap<number, Dek>> {
    const found = new Map<number, Dek>();
    const stale = await this.#take(ids, found);
    if (stale.length === 0) return found;
    const heirs = await this.successors(stale);
    const active = new Map<number, Dek>();
    await this.#take([...new Set(heirs.values())], active);
    for (const [id, heirId] of heirs) {
      const dek = active.get(heirId);
      if (dek !== undefined) found.set(id, dek);
    }
    return found;
  }

  /** Puts the keys that seal into `found`; gives the ids of those that only open. */
  async #take(ids: readonly number[], found: Map<number, Dek>): Promise<number[]> {
    const rootId = this.#root.key.id;
    if (ids.includes(rootId)) found.set(rootId, this.installation);
    const held = await this.#cache.acquire(ids.filter((id) => id !== rootId));
    const stale: number[] = [];
    for (const [id, one] of held) {
      if (one.canSeal) found.set(id, this.#register(one));
      else {
        this.#cache.release(one);
        stale.push(id);
      }
    }
    return stale;
  }

  async open(cell: Cell, envelope: Buffer): Promise<string> {
    return (await this.openBytes(cell, envelope)).toString('utf8');
  }

  async openBytes(cell: Cell, envelope: Buffer): Promise<Buffer> {
    const [plain] = await this.#openAll([{ cell, envelope }]);
    if (plain === undefined) throw new AppError('crypto.auth_failed');
    return plain;
  }

  async openMany(items: readonly SealedItem[]): Promise<Opened[]> {
    const plains = await this.#openAll(items);
    return plains.map((plain) => (plain === undefined ? FAILED : { ok: true, text: plain.toString('utf8') }));
  }

  openManyBytes(items: readonly SealedItem[]): Promise<(Buffer | undefined)[]> {
    return this.#openAll(items);
  }

  async successors(ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const known = await this.#deps.store.successors(ids);
    return new Map(known.map(({ id, activeId }) => [id, activeId]));
  }

  refresh(ids: readonly number[]): void {
    for (const id of ids) this.#cache.expire(id);
  }

  reload(): Promise<void> {
    this.#reloading ??= this.#reload().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  get indexVersion(): number {
    return this.#indexes.version;
  }

  blindIndex(index: string, value: string): Buffer {
    return this.#indexes.blindIndex(index, value);
  }

  blindIndexes(index: string, value: string): Buffer[] {
    return this.#indexes.blindIndexes(index, value);
  }

  wordTokens(index: string, text: string): bigint[] {
    return this.#indexes.wordTokens(index, text);
  }

  searchTokens(index: string, text: string): bigint[][] {
    return this.#indexes.searchTokens(index, text);
  }

  async prepare(ids: readonly number[]): Promise<void> {
    const held = await this.#cache.acquire(ids.filter((id) => this.#ownKey(id) === undefined));
    for (const one of held.values()) this.#cache.release(one);
  }

  onUnreadable(listener: (cell: Cell) => void): void {
    this.#onUnreadable = listener;
  }

  takeWrites(): ReadonlyMap<number, number> {
    return this.#writes.take();
  }

  forget(id: number): void {
    this.#noteDestroyed(id);
    this.#handles.delete(id);
    this.#cache.forget(id);
  }

  close(): void {
    this.#cache.close();
    this.#indexes.wipe();
    this.#root.key.wipe();
    this.#next?.wipe();
    this.#deps.provider.close();
  }

  async #openAll(items: readonly SealedItem[]): Promise<(Buffer | undefined)[]> {
    const parsed = items.map(({ envelope }) => parseEnvelope(envelope));
    const own = new Map<number, DataKey>();
    const ids = new Set<number>();
    for (const envelope of parsed) {
      if (envelope === undefined || own.has(envelope.dekId)) continue;
      const key = this.#ownKey(envelope.dekId);
      if (key === undefined) ids.add(envelope.dekId);
      else own.set(envelope.dekId, key);
    }
    const held = await this.#cache.acquire([...ids]);
    try {
      return items.map(({ cell }, i) => {
        const envelope = parsed[i];
        const key = envelope && (own.get(envelope.dekId) ?? held.get(envelope.dekId)?.key);
        const plain = envelope && key?.open(envelope, this.#aadOf(cell, envelope.alg, envelope.dekId));
        // What was erased is gone for good, which is no news.
        const isErased = envelope !== undefined && this.#destroyed.has(envelope.dekId);
        if (plain === undefined && !isErased) this.#onUnreadable(cell);
        return plain;
      });
    } finally {
      for (const one of held.values()) this.#cache.release(one);
    }
  }

  /** The installation's own keys are held for good. */
  #ownKey(id: number): DataKey | undefined {
    if (id === this.#root.key.id) return this.#root.key;
    return id === this.#next?.id ? this.#next : undefined;
  }

  /** Unwraps all that were asked for side by side, since a key server takes those of a moment together. */
  async #load(ids: number[]): Promise<HeldKey[]> {
    const wanted = new Set(ids);
    const rows = (await this.#deps.store.find(ids)).filter((row) => wanted.has(row.id));
    const held: Promise<HeldKey | undefined>[] = [];
    for (const [index, row] of rows.entries()) {
      if (index > 0 && index % UNWRAPPED_AT_ONCE === 0) await nextTurn();
      held.push(this.#unwrap(row));
    }
    return (await Promise.all(held)).filter((one) => one !== undefined);
  }

  #noteDestroyed(id: number): void {
    if (this.#destroyed.size >= DESTROYED_KNOWN_MAX) this.#destroyed.clear();
    this.#destroyed.add(id);
  }

  async #unwrap(row: DekRow): Promise<HeldKey | undefined> {
    if (row.state === 'destroyed') {
      this.#noteDestroyed(row.id);
      return undefined;
    }
    const secret = await unwrapOrNothing(this.#deps.provider, row);
    return secret && { key: createDataKey(row.id, secret), canSeal: row.state === 'active' };
  }

  async #reload(): Promise<void> {
    const { store, provider } = this.#deps;
    const row = await store.findInstallation('active');
    if (row !== undefined && row.id !== this.#root.key.id) await this.#succeed(row);
    const coming = await store.findInstallation('pre_active');
    if (coming?.id !== this.#next?.id) {
      const held = coming && (await this.#unwrap(coming));
      this.#next?.wipe();
      this.#next = held?.key;
    }
    await this.#indexes.load(await store.findIndexKeys(), (one) => unwrapOrNothing(provider, one));
  }

  /** The installation seals with another key from now on; what stands under the old one is opened through the cache. */
  async #succeed(row: DekRow): Promise<void> {
    const known = this.#next?.id === row.id ? this.#next : undefined;
    const next = known === undefined ? await this.#unwrap(row) : { key: known, canSeal: true };
    if (next === undefined) return;
    const old: HeldKey = { key: this.#root.key, canSeal: false };
    this.#root = next;
    if (known !== undefined) this.#next = undefined;
    // Somebody may be opening with it at this moment, so the cache overwrites it when its time is over.
    this.#cache.put(old);
    this.#cache.release(old);
  }

  /** The one handle of a key the caller has just taken hold of; that hold ends with the handle. */
  #register(held: HeldKey): Dek {
    const known = this.#handles.get(held.key.id)?.deref();
    if (known !== undefined && this.#keyOf.get(known) === held) {
      this.#cache.release(held);
      return known;
    }
    const dek = this.#handle(held);
    this.#handles.set(held.key.id, new WeakRef(dek));
    this.#abandoned.register(dek, held);
    return dek;
  }

  #handle(held: HeldKey): Dek {
    const { key } = held;
    const alg = SUITE_ALG[this.#deps.suite];
    const aadOf = this.#aadOf;
    const dek: Dek = {
      id: key.id,
      seal: (cell, plain) => {
        this.#writes.add(key.id);
        return key.seal(alg, aadOf(cell, alg, key.id), plain);
      },
    };
    this.#keyOf.set(dek, held);
    return dek;
  }

  /** Modules keep this handle for good, so it asks for the key each time. */
  #installationHandle(): Dek {
    const alg = SUITE_ALG[this.#deps.suite];
    const keyInUse = () => this.#root.key;
    return {
      get id() {
        return keyInUse().id;
      },
      seal: (cell, plain) => {
        const key = keyInUse();
        this.#writes.add(key.id);
        return key.seal(alg, this.#aadOf(cell, alg, key.id), plain);
      },
    };
  }

  #letGo(held: HeldKey): void {
    if (this.#handles.get(held.key.id)?.deref() === undefined) this.#handles.delete(held.key.id);
    this.#cache.release(held);
  }

  async #nextId(): Promise<number> {
    while (this.#freeIds.next >= this.#freeIds.end) {
      this.#reserving ??= this.#reserve().finally(() => {
        this.#reserving = undefined;
      });
      await this.#reserving;
    }
    const id = this.#freeIds.next;
    this.#freeIds.next += 1;
    return id;
  }

  async #reserve(): Promise<void> {
    const first = await this.#deps.store.nextIds(DEK_ID_BLOCK);
    this.#freeIds = { next: first, end: first + DEK_ID_BLOCK };
  }
}
