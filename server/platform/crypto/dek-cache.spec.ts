import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { createDataKey } from './data-key.ts';
import { createDekCache, type HeldKey } from './dek-cache.ts';

/** A cache whose keys can be watched being overwritten. */
function buildCache(overrides: { entriesMax?: number; ttlMs?: number } = {}) {
  const clock = createFakeClock();
  const secrets = new Map<number, Buffer>();
  const loads: number[][] = [];
  const state = { failure: undefined as Error | undefined, gate: Promise.resolve() };
  const cache = createDekCache({
    clock,
    entriesMax: 2,
    ttlMs: 1_000,
    ...overrides,
    async load(ids) {
      loads.push(ids);
      await state.gate;
      if (state.failure !== undefined) throw state.failure;
      return ids.filter((id) => id < 1_000).map((id) => held(id, secrets));
    },
  });
  const isWiped = (id: number) => secrets.get(id)?.every((byte) => byte === 0);
  return { cache, clock, loads, state, isWiped };
}

function held(id: number, secrets: Map<number, Buffer>): HeldKey {
  const secret = Buffer.alloc(32, id);
  secrets.set(id, secret);
  return { key: createDataKey(id, secret), canSeal: true };
}

describe('the cache of data keys', () => {
  it('overwrites the longest unused key when it is full', async () => {
    const { cache, isWiped } = buildCache();
    for (const id of [1, 2, 1, 3]) for (const one of (await cache.acquire([id])).values()) cache.release(one);
    expect([1, 2, 3].map(isWiped)).to.deep.equal([false, true, false]);
    expect(cache.size()).to.equal(2);
  });

  it('overwrites a key that is held only once it is released', async () => {
    const { cache, isWiped } = buildCache({ entriesMax: 1 });
    const one = (await cache.acquire([1])).get(1)!;
    for (const other of (await cache.acquire([2])).values()) cache.release(other);
    expect(isWiped(1)).to.equal(false);
    cache.release(one);
    expect(isWiped(1)).to.equal(true);
  });

  it('overwrites keys that were not used again after their time to live', async () => {
    const { cache, clock, isWiped } = buildCache();
    for (const one of (await cache.acquire([1])).values()) cache.release(one);
    clock.advance(1_000);
    for (const one of (await cache.acquire([2])).values()) cache.release(one);
    expect(isWiped(1)).to.equal(true);
  });

  it('loads a key once for all who ask at the same time', async () => {
    const { cache, loads, isWiped } = buildCache({ entriesMax: 1 });
    const all = await Promise.all([cache.acquire([1, 2]), cache.acquire([2, 3]), cache.acquire([1, 3])]);
    expect(loads).to.deep.equal([[1, 2], [3]]);
    expect([1, 2, 3].map(isWiped)).to.deep.equal([false, false, false]);
    for (const found of all) for (const one of found.values()) cache.release(one);
    expect(cache.size()).to.equal(1);
  });

  it('asks again after a failure and holds nothing back', async () => {
    const { cache, state } = buildCache();
    state.failure = new Error('away');
    const outcomes = await Promise.allSettled([cache.acquire([1]), cache.acquire([1, 2])]);
    expect(outcomes.map((outcome) => outcome.status)).to.deep.equal(['rejected', 'rejected']);
    state.failure = undefined;
    expect((await cache.acquire([1, 2])).size).to.equal(2);
  });

  it('gives nothing for an unknown key and asks again the next time', async () => {
    const { cache, loads } = buildCache();
    expect((await cache.acquire([1_000])).size).to.equal(0);
    await cache.acquire([1_000]);
    expect(loads.length).to.equal(2);
  });

  it('forgets a key that is on its way', async () => {
    const { cache, state, isWiped } = buildCache();
    let open = () => {};
    state.gate = new Promise((resolve) => (open = resolve));
    const pending = cache.acquire([1]);
    cache.forget(1);
    open();
    expect((await pending).size).to.equal(0);
    expect(isWiped(1)).to.equal(true);
  });

  it('overwrites everything when it is closed, held or not', async () => {
    const { cache, isWiped } = buildCache();
    await cache.acquire([1]);
    for (const one of (await cache.acquire([2])).values()) cache.release(one);
    cache.close();
    expect([1, 2].map(isWiped)).to.deep.equal([true, true]);
    expect(cache.size()).to.equal(0);
  });
});
