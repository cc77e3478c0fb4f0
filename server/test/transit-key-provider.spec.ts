import { expect } from 'chai';
import { AppError, createFakeClock } from '../kernel/index.ts';
import {
  createCrypto,
  createTransitKeyProvider,
  type KeyProvider,
  type TransitOptions,
} from '../platform/crypto/index.ts';
import { createDekStore } from '../platform/persistence/index.ts';
import { transitCall } from '../wiring-keys.ts';
import { buildCrypto, createMemoryDekStore } from './support/build-crypto.ts';
import { buildEgress, type BuiltEgress } from './support/build-egress.ts';
import { buildCore, type Core } from './support/core.ts';
import { startTransitServer, type TransitServer } from './support/transit-server.ts';

const CONTEXT = { dekId: 7, scope: 'requester', ownerId: 'a' };
const SECRET = Buffer.alloc(32, 9);

describe('master keys in a key server', () => {
  let core: Core;
  let server: TransitServer;
  let built: BuiltEgress;
  const clock = createFakeClock();
  before(async () => {
    core = await buildCore();
  });
  after(() => core.close());
  beforeEach(async () => {
    server = await startTransitServer();
    const place = new URL(server.url).host;
    built = buildEgress(core, {
      allow: [`keys:transit http ${place} 127.0.0.1/32`],
      names: { '127.0.0.1': ['127.0.0.1'] },
    });
  });
  afterEach(async () => {
    built.egress.close();
    await server.stop().catch(() => undefined);
  });

  const open = (token = server.token, changes: Partial<TransitOptions> = {}): Promise<KeyProvider> =>
    createTransitKeyProvider({
      call: transitCall(built.egress, { url: server.url, token: async () => token }),
      ...{ clock, mount: 'transit', key: 'vaultdesk' },
      ...changes,
    });
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => {
        if (!(error instanceof AppError)) return String(error);
        return [error.code, error.details?.['reason']].filter(Boolean).join(' ');
      },
    );

  it('wraps and unwraps data keys, bound to their row and version', async () => {
    const provider = await open();
    expect(provider.kekId).to.equal('transit:vaultdesk:v1');
    const wrapped = await provider.wrap(SECRET, CONTEXT);
    expect(wrapped.toString()).to.match(/^vault:v1:/);
    expect((await provider.unwrap(wrapped, CONTEXT)).equals(SECRET)).to.equal(true);
    for (const other of [{ dekId: 8 }, { ownerId: 'b' }, { scope: 'installation' }]) {
      const moved = { ...CONTEXT, ...other };
      expect(await codeOf(provider.unwrap(wrapped, moved))).to.equal('crypto.auth_failed');
    }
    const flipped = Buffer.from(wrapped);
    flipped[20] = (flipped[20] as number) ^ 1;
    expect(await codeOf(provider.unwrap(flipped, CONTEXT))).to.equal('crypto.auth_failed');
  });

  it('sends the keys of a moment together; a damaged one takes no other along', async () => {
    const provider = await open();
    const contexts = Array.from({ length: 600 }, (_, dekId) => ({ ...CONTEXT, dekId }));
    const wrapped = await Promise.all(contexts.map((context) => provider.wrap(SECRET, context)));
    server.calls.length = 0;
    const damaged = Buffer.from('vault:v1:AAAA');
    const results = await Promise.allSettled(
      wrapped.map((one, index) => provider.unwrap(index === 5 ? damaged : one, contexts[index] as never)),
    );
    expect(results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).to.deep.equal([5]);
    expect(server.calls).to.deep.equal(Array(3).fill('POST transit/decrypt/vaultdesk'));
  });

  it('makes new versions, unwraps by older ones, and cuts off the oldest for good', async () => {
    const provider = await open();
    const old = await provider.wrap(SECRET, CONTEXT);
    const first = provider.kekId;
    const second = await provider.newKek();
    expect(await provider.list()).to.deep.equal([first, second]);
    expect((await provider.unwrap(old, CONTEXT, first)).equals(SECRET)).to.equal(true);
    const fresh = await provider.wrap(SECRET, CONTEXT);
    expect(fresh.toString()).to.match(/^vault:v2:/);
    expect(await codeOf(provider.retire(second))).to.equal('crypto.key_in_use');
    await provider.retire(first);
    expect(await provider.list()).to.deep.equal([second]);
    expect(await codeOf(provider.unwrap(old, CONTEXT, first))).to.equal('crypto.auth_failed');
  });

  it('is refused at the start with the reason: a wrong token, no server, no rule', async () => {
    expect(await codeOf(open('s.wrong'))).to.equal('crypto.key_missing server_refused');
    const closed = buildEgress(core, { allow: [] });
    const call = transitCall(closed.egress, { url: server.url, token: async () => server.token });
    expect(await codeOf(open(server.token, { call }))).to.equal('crypto.key_missing server_away');
    closed.egress.close();
    await server.stop();
    expect(await codeOf(open())).to.equal('crypto.key_missing server_away');
  });

  it('serves from the cache while the server is away, then says so, and comes back by itself', async () => {
    const provider = await open();
    const store = createMemoryDekStore();
    const { crypto } = await buildCrypto({ provider, store, clock, cacheTtlMs: 60_000 });
    const { dek, row } = await crypto.newDek('requester', 'r');
    store.rows.set(row.id, row);
    const cell = { table: 't', column: 'c', rowId: 'r' };
    const sealed = dek.seal(cell, '王小明');
    await server.stop();
    expect(await crypto.open(cell, sealed)).to.equal('王小明');
    clock.advance(61_000);
    expect(await codeOf(crypto.open(cell, sealed))).to.equal('crypto.key_missing server_away');
    await server.start();
    const asked = server.calls.length;
    // Within the pause nobody bothers the server.
    expect(await codeOf(crypto.open(cell, sealed))).to.equal('crypto.key_missing server_away');
    expect(server.calls.length).to.equal(asked);
    clock.advance(1_000);
    expect(await crypto.open(cell, sealed)).to.equal('王小明');
    expect(await provider.health()).to.deep.equal({ ok: true });
  });

  it('asks a server that stays away less and less often', async () => {
    const provider = await open();
    server.isSealed = true;
    const waits: number[] = [];
    let sinceMs = 0;
    server.calls.length = 0;
    while (waits.length < 7) {
      const before = server.calls.length;
      await provider.health();
      if (server.calls.length > before) {
        waits.push(sinceMs);
        sinceMs = 0;
      }
      clock.advance(500);
      sinceMs += 500;
    }
    expect(waits).to.deep.equal([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    server.isSealed = false;
    clock.advance(30_000);
    expect(await provider.health()).to.deep.equal({ ok: true });
  });

  it('holds the keys of a whole installation', async () => {
    const provider = await open();
    const fresh = await buildCore();
    try {
      await fresh.sql('DELETE FROM crypto_dek');
      const deps = { provider, store: createDekStore(fresh.database), clock, suite: 'gm' as const };
      const first = await createCrypto({ ...deps, installationId: 'i' });
      const cell = { table: 't', column: 'c', rowId: 'r' };
      const sealed = first.installation.seal(cell, '甲');
      first.close();
      const again = await createCrypto({ ...deps, provider: await open(), installationId: 'i' });
      expect(await again.open(cell, sealed)).to.equal('甲');
      again.close();
    } finally {
      await fresh.close();
    }
  });
});
