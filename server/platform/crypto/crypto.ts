import { AppError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { createAad, type AadOf } from './aad.ts';
import { createBlindIndexes } from './blind-index.ts';
import { createDataKey, DEK_BYTES } from './data-key.ts';
import { createDekCache, type DekCache, type HeldKey } from './dek-cache.ts';
import { DEK_ID_MAX, parseEnvelope, SUITE_ALG, type Cell, type Suite } from './envelope.ts';
import { keyFault, type KeyProvider } from './key-provider.ts';
import { randomBytes } from './random.ts';
import type { Crypto, Dek, DekRow, DekStore, Opened, SealedItem } from './types.ts';

/** Data keys kept unwrapped in memory; one is about 300 bytes with everything around it. */
export const DEK_CACHE_ENTRIES_MAX = 20_000;
/** How long a key is used without asking the provider again; an erased key is gone everywhere after it. */
export const DEK_CACHE_TTL_MS = 60_000;
/** Key ids are reserved in blocks, so that a new requester does not cost a round trip to the database. */
const DEK_ID_BLOCK = 50;

const FAILED: Opened = { ok: false, code: 'crypto.auth_failed' };

/** What sealing needs from outside. */
export interface CryptoDeps {
  provider: KeyProvider;
  store: DekStore;
  clock: Clock;
  /** Bound into every value: a value from another installation is refused. */
  installationId: string;
  /** What is written; both suites can always be read. */
  suite: Suite;
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
  return new Keyring(deps, row.id, secret);
}

async function installationRow(deps: CryptoDeps): Promise<DekRow> {
  const existing = await deps.store.findInstallation();
  if (existing !== undefined) return existing;
  const id = await deps.store.nextIds(1);
  const { row, secret } = await makeDek(deps, id, 'installation', deps.installationId);
  secret.fill(0);
  try {
    await deps.store.insertInstallation(row);
  } catch (cause) {
    // Another worker may have been faster; then its key is the one.
    const other = await deps.store.findInstallation();
    if (other === undefined) throw cause;
    return other;
  }
  return row;
}

async function unwrapInstallation(deps: CryptoDeps, row: DekRow): Promise<Buffer> {
  const { provider } = deps;
  if (!(await provider.list()).includes(row.kekId)) {
    throw keyFault(
      'wrong_key',
      `The database was sealed under master key ${row.kekId}, but the key given is ${provider.kekId}.`,
    );
  }
  if (row.ownerId !== deps.installationId || row.state === 'destroyed') {
    throw keyFault('wrong_key', 'The installation key in the database belongs to another installation.');
  }
  try {
    return await provider.unwrap(row.wrapped, wrapContext(row), row.kekId);
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'crypto.auth_failed') throw cause;
    throw keyFault('wrong_key', 'The master key does not open the installation key in the database.', cause);
  }
}

async function makeDek(deps: CryptoDeps, id: number, scope: DekRow['scope'], ownerId: string) {
  if (!Number.isInteger(id) || id < 1 || id > DEK_ID_MAX) throw new AppError('crypto.key_missing');
  const secret = randomBytes(DEK_BYTES);
  const { kekId } = deps.provider;
  const wrapped = await deps.provider.wrap(secret, { dekId: id, scope, ownerId }, kekId);
  const row: DekRow = {
    id,
    scope,
    ownerId,
    kekId,
    alg: SUITE_ALG[deps.suite],
    state: 'active',
    wrapped,
    createdAt: deps.clock.now(),
  };
  return { row, secret };
}

function wrapContext(row: DekRow) {
  return { dekId: row.id, scope: row.scope, ownerId: row.ownerId };
}

class Keyring implements Crypto {
  readonly installation: Dek;
  readonly #deps: CryptoDeps;
  readonly #aadOf: AadOf;
  readonly #cache: DekCache;
  readonly #root: HeldKey;
  readonly #indexes: ReturnType<typeof createBlindIndexes>;
  readonly #handles = new Map<number, WeakRef<Dek>>();
  readonly #keyOf = new WeakMap<Dek, HeldKey>();
  /** Lets go of a key when nobody can seal with its handle any more. */
  readonly #abandoned = new FinalizationRegistry<HeldKey>((held) => this.#letGo(held));
  #freeIds = { next: 0, end: 0 };
  #reserving: Promise<void> | undefined;

  constructor(deps: CryptoDeps, installationDekId: number, secret: Buffer) {
    this.#deps = deps;
    this.#aadOf = createAad(deps.installationId);
    this.#root = { key: createDataKey(installationDekId, secret), canSeal: true };
    this.#indexes = createBlindIndexes((info) => this.#root.key.derive(info));
    this.installation = this.#handle(this.#root);
    this.#cache = createDekCache({
      clock: deps.clock,
      entriesMax: deps.cacheEntriesMax ?? DEK_CACHE_ENTRIES_MAX,
      ttlMs: deps.cacheTtlMs ?? DEK_CACHE_TTL_MS,
      load: (ids) => this.#load(ids),
    });
  }

  async newDek(scope: 'requester', ownerId: string): Promise<{ dek: Dek; row: DekRow }> {
    const { row, secret } = await makeDek(this.#deps, await this.#nextId(), scope, ownerId);
    const held: HeldKey = { key: createDataKey(row.id, secret), canSeal: true };
    this.#cache.put(held);
    return { dek: this.#register(held), row };
  }

  async dek(id: number): Promise<Dek> {
    if (id === this.#root.key.id) return this.installation;
    const held = (await this.#cache.acquire([id])).get(id);
    if (held === undefined) throw new AppError('crypto.key_missing');
    if (held.canSeal) return this.#register(held);
    this.#cache.release(held);
    const [next] = await this.#deps.store.successors([id]);
    if (next === undefined) throw new AppError('crypto.key_missing');
    const heir = (await this.#cache.acquire([next.activeId])).get(next.activeId);
    if (heir?.canSeal) return this.#register(heir);
    if (heir !== undefined) this.#cache.release(heir);
    throw new AppError('crypto.key_missing');
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

  blindIndex(index: string, value: string): Buffer {
    return this.#indexes.blindIndex(index, value);
  }

  wordTokens(index: string, text: string): bigint[] {
    return this.#indexes.wordTokens(index, text);
  }

  forget(id: number): void {
    this.#handles.delete(id);
    this.#cache.forget(id);
  }

  close(): void {
    this.#cache.close();
    this.#indexes.wipe();
    this.#root.key.wipe();
    this.#deps.provider.close();
  }

  async #openAll(items: readonly SealedItem[]): Promise<(Buffer | undefined)[]> {
    const parsed = items.map(({ envelope }) => parseEnvelope(envelope));
    const rootId = this.#root.key.id;
    const ids = new Set<number>();
    for (const envelope of parsed) if (envelope && envelope.dekId !== rootId) ids.add(envelope.dekId);
    const held = await this.#cache.acquire([...ids]);
    try {
      return items.map(({ cell }, i) => {
        const envelope = parsed[i];
        if (envelope === undefined) return undefined;
        const key = envelope.dekId === rootId ? this.#root.key : held.get(envelope.dekId)?.key;
        return key?.open(envelope, this.#aadOf(cell, envelope.alg, envelope.dekId));
      });
    } finally {
      for (const one of held.values()) this.#cache.release(one);
    }
  }

  async #load(ids: number[]): Promise<HeldKey[]> {
    const wanted = new Set(ids);
    const rows = await this.#deps.store.find(ids);
    const held = await Promise.all(rows.filter((row) => wanted.has(row.id)).map((row) => this.#unwrap(row)));
    return held.filter((one) => one !== undefined);
  }

  async #unwrap(row: DekRow): Promise<HeldKey | undefined> {
    if (row.state === 'destroyed') return undefined;
    try {
      const secret = await this.#deps.provider.unwrap(row.wrapped, wrapContext(row), row.kekId);
      return { key: createDataKey(row.id, secret), canSeal: row.state === 'active' };
    } catch (cause) {
      // A damaged key makes its own values unreadable, never the list they stand in.
      if (cause instanceof AppError && cause.code === 'crypto.auth_failed') return undefined;
      throw cause;
    }
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
    const dek: Dek = { id: key.id, seal: (cell, plain) => key.seal(alg, aadOf(cell, alg, key.id), plain) };
    this.#keyOf.set(dek, held);
    return dek;
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
