import type { Clock } from '../../kernel/index.ts';
import type { DataKey } from './data-key.ts';

/** A data key in memory and what may be done with it. */
export interface HeldKey {
  readonly key: DataKey;
  readonly canSeal: boolean;
}

/** Fetches and unwraps keys; ids it cannot give are absent. Throws when the store or the provider is unreachable. */
export type LoadKeys = (ids: number[]) => Promise<HeldKey[]>;

/** What the cache is made of; `entriesMax` and `ttlMs` bound how many keys stay in memory and how long. */
export interface DekCacheDeps {
  clock: Clock;
  load: LoadKeys;
  entriesMax: number;
  ttlMs: number;
}

/**
 * Data keys by id: least recently used out first, none older than its time to live. A key is overwritten when it has
 * left the cache and nobody holds it any more; sealing with an overwritten key would be worse than any leak.
 */
export interface DekCache {
  /** Takes hold of keys, loading all missing ones in one call; ids without a key are absent. Release each. */
  acquire(ids: readonly number[]): Promise<Map<number, HeldKey>>;
  release(held: HeldKey): void;
  /** Puts a key made here into the cache and takes hold of it. */
  put(held: HeldKey): void;
  /** Drops and overwrites a key at once, held or not: its owner was erased. */
  forget(id: number): void;
  /** Loads a key anew the next time it is asked for; who holds it keeps it. */
  expire(id: number): void;
  /** Keys in memory, for figures and tests. */
  size(): number;
  /** Overwrites everything. */
  close(): void;
}

interface Entry {
  held: HeldKey;
  expiresAtMs: number;
  holders: number;
  isCached: boolean;
}

interface Loading {
  promise: Promise<void>;
  waiters: number;
  entry?: Entry;
  isForgotten: boolean;
}

/** Builds an empty cache. */
export function createDekCache(deps: DekCacheDeps): DekCache {
  const state = new CacheState(deps);
  return {
    acquire: (ids) => state.acquire(ids),
    release: (held) => state.release(held),
    put: (held) => void state.insert(held, 1),
    forget: (id) => state.forget(id),
    expire: (id) => state.expire(id),
    size: () => state.size(),
    close: () => state.close(),
  };
}

class CacheState {
  readonly #deps: DekCacheDeps;
  /** In order of use, the longest unused first. */
  readonly #cached = new Map<number, Entry>();
  /** Every key not yet overwritten, cached or only held. */
  readonly #alive = new Map<HeldKey, Entry>();
  readonly #loading = new Map<number, Loading>();
  #nextSweepMs = 0;

  constructor(deps: DekCacheDeps) {
    this.#deps = deps;
  }

  async acquire(ids: readonly number[]): Promise<Map<number, HeldKey>> {
    this.#sweep();
    const found = new Map<number, HeldKey>();
    const awaited: [number, Loading][] = [];
    const missing: number[] = [];
    for (const id of new Set(ids)) {
      const entry = this.#touch(id);
      if (entry !== undefined) {
        entry.holders += 1;
        found.set(id, entry.held);
      } else if (!this.#loading.has(id)) missing.push(id);
    }
    if (missing.length > 0) this.#startLoading(missing);
    for (const id of new Set(ids)) {
      const loading = found.has(id) ? undefined : this.#loading.get(id);
      if (loading === undefined) continue;
      loading.waiters += 1;
      awaited.push([id, loading]);
    }
    const outcomes = await Promise.allSettled(awaited.map(([, loading]) => loading.promise));
    for (const [id, loading] of awaited) if (loading.entry) found.set(id, loading.entry.held);
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure === undefined) return found;
    for (const held of found.values()) this.release(held);
    throw failure.reason;
  }

  release(held: HeldKey): void {
    const entry = this.#alive.get(held);
    if (entry === undefined) return;
    entry.holders -= 1;
    if (entry.holders === 0 && !entry.isCached) this.#wipe(entry);
  }

  insert(held: HeldKey, holders: number): Entry {
    const { id } = held.key;
    const old = this.#cached.get(id);
    if (old !== undefined) this.#evict(old);
    const expiresAtMs = this.#nowMs() + this.#deps.ttlMs;
    const entry: Entry = { held, expiresAtMs, holders, isCached: true };
    this.#cached.set(id, entry);
    this.#alive.set(held, entry);
    for (const oldest of this.#cached.values()) {
      if (this.#cached.size <= this.#deps.entriesMax) break;
      this.#evict(oldest);
    }
    return entry;
  }

  forget(id: number): void {
    const loading = this.#loading.get(id);
    if (loading !== undefined) loading.isForgotten = true;
    for (const entry of [...this.#alive.values()]) {
      if (entry.held.key.id === id) this.#wipe(entry);
    }
  }

  expire(id: number): void {
    const entry = this.#cached.get(id);
    if (entry !== undefined) this.#evict(entry);
  }

  size(): number {
    return this.#alive.size;
  }

  close(): void {
    for (const loading of this.#loading.values()) loading.isForgotten = true;
    for (const entry of [...this.#alive.values()]) this.#wipe(entry);
  }

  #startLoading(ids: number[]): void {
    const batch = this.#deps.load(ids);
    for (const id of ids) {
      const loading: Loading = { waiters: 0, isForgotten: false, promise: Promise.resolve() };
      this.#loading.set(id, loading);
      const settle = (held: HeldKey | undefined) => {
        if (this.#loading.get(id) === loading) this.#loading.delete(id);
        if (held === undefined) return;
        // The waiters' holds are taken here, before anything else can push the key out again.
        if (loading.isForgotten) held.key.wipe();
        else loading.entry = this.insert(held, loading.waiters);
      };
      loading.promise = batch.then(
        (keys) => settle(keys.find((held) => held.key.id === id)),
        (error: unknown) => {
          settle(undefined);
          throw error;
        },
      );
    }
  }

  #touch(id: number): Entry | undefined {
    const entry = this.#cached.get(id);
    if (entry === undefined) return undefined;
    if (entry.expiresAtMs <= this.#nowMs()) {
      this.#evict(entry);
      return undefined;
    }
    this.#cached.delete(id);
    this.#cached.set(id, entry);
    return entry;
  }

  #evict(entry: Entry): void {
    this.#cached.delete(entry.held.key.id);
    entry.isCached = false;
    if (entry.holders === 0) this.#wipe(entry);
  }

  #wipe(entry: Entry): void {
    if (this.#cached.get(entry.held.key.id) === entry) this.#cached.delete(entry.held.key.id);
    entry.isCached = false;
    this.#alive.delete(entry.held);
    entry.held.key.wipe();
  }

  /** Looks for expired keys at most once per time to live, so that unused ones do not stay for ever. */
  #sweep(): void {
    const nowMs = this.#nowMs();
    if (nowMs < this.#nextSweepMs) return;
    this.#nextSweepMs = nowMs + this.#deps.ttlMs;
    for (const entry of [...this.#cached.values()]) if (entry.expiresAtMs <= nowMs) this.#evict(entry);
  }

  #nowMs(): number {
    return this.#deps.clock.now().getTime();
  }
}
