import { expect } from 'chai';
import fc from 'fast-check';
import { AppError, createFakeClock } from '../../kernel/index.ts';
import { buildCrypto, createMemoryDekStore, type BuiltCrypto } from '../../test/support/build-crypto.ts';
import { PLAIN_BYTES_MAX, type Cell, type Suite } from './envelope.ts';
import type { Dek } from './types.ts';

const CELL: Cell = { table: 'ticket', column: 'subject_enc', rowId: '0190a1b2-0000-7000-8000-000000000001' };
const OTHER_ROW = '0190a1b2-0000-7000-8000-000000000002';
const EXPECTED_OVERHEAD = { intl: 34, gm: 54 } as const;

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
  return 'none';
}

/** Makes a requester's key and stores its row, as a unit of work would. */
async function makeDek(built: BuiltCrypto, ownerId = 'requester-1'): Promise<Dek> {
  const { dek, row } = await built.crypto.newDek('requester', ownerId);
  built.store.rows.set(row.id, row);
  return dek;
}

for (const suite of ['intl', 'gm'] as const satisfies Suite[]) {
  describe(`sealing in suite ${suite}`, () => {
    let built: BuiltCrypto;
    let dek: Dek;
    beforeEach(async () => {
      built = await buildCrypto({ suite });
      dek = await makeDek(built);
    });
    afterEach(() => built.dispose());

    it('opens what it sealed, for any text', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
          expect(await built.crypto.open(CELL, dek.seal(CELL, text))).to.equal(text);
        }),
        { numRuns: 200 },
      );
    });

    it('opens what it sealed, for any bytes', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
          const opened = await built.crypto.openBytes(CELL, dek.seal(CELL, Buffer.from(bytes)));
          expect(opened.equals(Buffer.from(bytes))).to.equal(true);
        }),
        { numRuns: 100 },
      );
    });

    it('adds the documented bytes and nothing else', () => {
      const envelope = dek.seal(CELL, '王小明');
      expect(envelope.length).to.equal(EXPECTED_OVERHEAD[suite] + 9);
      expect([envelope[0], envelope[1]]).to.deep.equal([0xe1, suite === 'intl' ? 1 : 2]);
      expect(envelope.readUInt32BE(2)).to.equal(dek.id);
    });

    for (const [name, text] of [
      ['an empty string', ''],
      ['characters of four bytes', '𠮷野家 👩‍👩‍👧 𝒳'],
      ['64 KiB', '卡'.repeat(21_845) + 'x'],
      ['exactly 1 MiB', 'x'.repeat(PLAIN_BYTES_MAX)],
    ] as const) {
      it(`keeps ${name}`, async () => {
        expect(await built.crypto.open(CELL, dek.seal(CELL, text))).to.equal(text);
      });
    }

    it('refuses a value over 1 MiB, counted in bytes', () => {
      for (const plain of ['x'.repeat(PLAIN_BYTES_MAX + 1), '卡'.repeat(PLAIN_BYTES_MAX / 2)]) {
        expect(() => dek.seal(CELL, plain))
          .to.throw(AppError)
          .with.property('code', 'request.too_large');
      }
    });

    it('never gives the same envelope twice', () => {
      const made = new Set(Array.from({ length: 2_000 }, () => dek.seal(CELL, 'same').toString('hex')));
      expect(made.size).to.equal(2_000);
    });

    it('refuses 100 envelopes with any one bit flipped', async () => {
      for (let number = 0; number < 100; number += 1) {
        const envelope = dek.seal(CELL, `${'卡'.repeat(number % 7)}138${number}`);
        const flips = Array.from({ length: envelope.length * 8 }, (_, bit) => {
          const flipped = Buffer.from(envelope);
          flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          return { cell: CELL, envelope: flipped };
        });
        const opened = await built.crypto.openMany(flips);
        expect(
          opened.filter(({ ok }) => ok),
          `envelope ${number}`,
        ).to.deep.equal([]);
        const [whole] = await built.crypto.openMany([{ cell: CELL, envelope }]);
        expect(whole?.ok).to.equal(true);
      }
    });

    it('refuses an envelope that was cut anywhere', async () => {
      const envelope = dek.seal(CELL, 'abcdef');
      for (let length = 0; length < envelope.length; length += 1) {
        const cut = envelope.subarray(0, length);
        expect(await codeOf(built.crypto.open(CELL, cut)), `${length} bytes`).to.equal('crypto.auth_failed');
      }
    });

    it('refuses an envelope with bytes added or longer than any value', async () => {
      const envelope = dek.seal(CELL, 'abcdef');
      for (const extra of [1, 16, PLAIN_BYTES_MAX]) {
        const long = Buffer.concat([envelope, Buffer.alloc(extra)]);
        expect(await codeOf(built.crypto.open(CELL, long))).to.equal('crypto.auth_failed');
      }
    });

    it('refuses arbitrary bytes', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
          const body = Buffer.concat([Buffer.of(0xe1, suite === 'intl' ? 1 : 2), Buffer.from(bytes)]);
          expect(await codeOf(built.crypto.openBytes(CELL, body))).to.equal('crypto.auth_failed');
        }),
        { numRuns: 200 },
      );
    });

    it('refuses a value moved to another row, column, table, installation, or key, in every combination', async () => {
      const otherDek = await makeDek(built, 'requester-2');
      const second = await buildCrypto({ suite, provider: built.provider, installationId: 'installation-b' });
      for (const id of [dek.id, otherDek.id]) second.store.rows.set(id, built.store.rows.get(id)!);
      const envelope = dek.seal(CELL, 'secret');
      const accepted: string[] = [];
      let triedCount = 0;
      for (const crypto of [built.crypto, second.crypto])
        for (const table of ['ticket', 'message'])
          for (const column of ['subject_enc', 'text_enc'])
            for (const rowId of [CELL.rowId, OTHER_ROW])
              for (const dekId of [dek.id, otherDek.id]) {
                const moved = Buffer.from(envelope);
                moved.writeUInt32BE(dekId, 2);
                const code = await codeOf(crypto.open({ table, column, rowId }, moved));
                if (code !== 'crypto.auth_failed') accepted.push([table, column, rowId, dekId].join(' '));
                triedCount += 1;
              }
      expect(triedCount).to.equal(32);
      expect(accepted).to.deep.equal([[CELL.table, CELL.column, CELL.rowId, dek.id].join(' ')]);
      await second.dispose();
    });
  });
}

describe('the keyring', () => {
  let built: BuiltCrypto;
  afterEach(() => built.dispose());

  it('binds values to the installation, even under the same data key', async () => {
    built = await buildCrypto();
    const dek = await makeDek(built);
    const envelope = dek.seal(CELL, 'secret');
    const other = createMemoryDekStore();
    const second = await buildCrypto({
      provider: built.provider,
      store: other,
      installationId: 'installation-b',
    });
    const row = built.store.rows.get(dek.id);
    if (row) other.rows.set(row.id, row);
    expect(await codeOf(second.crypto.open(CELL, envelope))).to.equal('crypto.auth_failed');
    expect(await built.crypto.open(CELL, envelope)).to.equal('secret');
  });

  it('does not confuse places whose names join to the same text', async () => {
    built = await buildCrypto();
    const dek = await makeDek(built);
    const envelope = dek.seal({ table: 'ab', column: 'c', rowId: 'd' }, 'x');
    for (const cell of [
      { table: 'a', column: 'bc', rowId: 'd' },
      { table: 'ab', column: 'cd', rowId: '\u0000' },
    ]) {
      expect(await codeOf(built.crypto.open(cell, envelope))).to.equal('crypto.auth_failed');
    }
  });

  it('refuses to seal for a place without a row', async () => {
    built = await buildCrypto();
    expect(() => built.crypto.installation.seal({ ...CELL, rowId: '' }, 'x')).to.throw(TypeError);
  });

  it('reads both suites whatever it writes', async () => {
    built = await buildCrypto({ suite: 'intl' });
    const old = (await makeDek(built)).seal(CELL, 'written before');
    const gm = await buildCrypto({ suite: 'gm', provider: built.provider, store: built.store });
    const fresh = (await gm.crypto.dek(old.readUInt32BE(2))).seal(CELL, 'written after');
    expect(fresh[1]).to.equal(2);
    expect(await gm.crypto.open(CELL, old)).to.equal('written before');
    expect(await built.crypto.open(CELL, fresh)).to.equal('written after');
  });

  it('opens after a restart, from stored keys alone', async () => {
    built = await buildCrypto();
    const envelope = (await makeDek(built)).seal(CELL, 'kept');
    const own = built.crypto.installation.seal(CELL, 'own');
    const again = await buildCrypto({ provider: built.provider, store: built.store });
    expect(await again.crypto.open(CELL, envelope)).to.equal('kept');
    expect(await again.crypto.open(CELL, own)).to.equal('own');
    expect(again.crypto.blindIndex('requester.phone', '13812345678')).to.deep.equal(
      built.crypto.blindIndex('requester.phone', '13812345678'),
    );
  });

  it('opens a list around values that cannot be read, with one call of the store', async () => {
    built = await buildCrypto();
    const items = [];
    for (let i = 0; i < 50; i += 1) {
      const dek = await makeDek(built, `requester-${i}`);
      items.push({ cell: CELL, envelope: dek.seal(CELL, `text ${i}`) });
    }
    items[7] = { cell: { ...CELL, rowId: OTHER_ROW }, envelope: items[7]!.envelope };
    items[8] = { cell: CELL, envelope: Buffer.from('plain text') };
    const lost = items[9]!.envelope.readUInt32BE(2);
    built.store.rows.delete(lost);
    const damaged = built.store.rows.get(items[10]!.envelope.readUInt32BE(2))!;
    damaged.wrapped = Buffer.from(damaged.wrapped).fill(0, 20, 21);
    const again = await buildCrypto({ provider: built.provider, store: built.store });
    built.store.findCalls = 0;
    const opened = await again.crypto.openMany(items);
    expect(opened.flatMap((one, i) => (one.ok ? [] : [i]))).to.deep.equal([7, 8, 9, 10]);
    expect(opened[11]).to.deep.equal({ ok: true, text: 'text 11' });
    expect(built.store.findCalls).to.equal(1);
  });

  it('opens a list with more keys than the cache may hold', async () => {
    built = await buildCrypto();
    const items = [];
    for (let i = 0; i < 20; i += 1) {
      items.push({ cell: CELL, envelope: (await makeDek(built, `r-${i}`)).seal(CELL, `${i}`) });
    }
    const small = await buildCrypto({ provider: built.provider, store: built.store, cacheEntriesMax: 3 });
    const results = await Promise.all([small.crypto.openMany(items), small.crypto.openMany(items)]);
    for (const opened of results) expect(opened.every((one) => one.ok)).to.equal(true);
  });

  it('keeps a key usable that is held while the cache has let it go', async () => {
    built = await buildCrypto({ cacheEntriesMax: 1 });
    const dek = await makeDek(built, 'r-1');
    for (let i = 2; i < 6; i += 1) await makeDek(built, `r-${i}`);
    expect(await built.crypto.open(CELL, dek.seal(CELL, 'still sealed right'))).to.equal(
      'still sealed right',
    );
  });

  it('asks the store again when the time to live is over, and not before', async () => {
    const clock = createFakeClock();
    built = await buildCrypto({ clock, cacheTtlMs: 1_000 });
    const envelope = (await makeDek(built)).seal(CELL, 'x');
    const id = envelope.readUInt32BE(2);
    clock.advance(999);
    expect(await built.crypto.open(CELL, envelope)).to.equal('x');
    built.store.rows.set(id, { ...built.store.rows.get(id)!, state: 'destroyed', wrapped: Buffer.alloc(0) });
    clock.advance(1);
    expect(await codeOf(built.crypto.open(CELL, envelope))).to.equal('crypto.auth_failed');
  });

  it('neither seals nor opens with a forgotten key, also where it is held', async () => {
    built = await buildCrypto();
    const dek = await makeDek(built);
    const envelope = dek.seal(CELL, 'x');
    built.store.rows.delete(dek.id);
    built.crypto.forget(dek.id);
    expect(() => dek.seal(CELL, 'y'))
      .to.throw(AppError)
      .with.property('code', 'crypto.key_missing');
    expect(await codeOf(built.crypto.open(CELL, envelope))).to.equal('crypto.auth_failed');
    expect(await codeOf(built.crypto.dek(dek.id))).to.equal('crypto.key_missing');
  });

  it('opens with a decrypt-only key but does not seal with it', async () => {
    built = await buildCrypto();
    const envelope = (await makeDek(built)).seal(CELL, 'x');
    const id = envelope.readUInt32BE(2);
    built.store.rows.set(id, { ...built.store.rows.get(id)!, state: 'decrypt_only' });
    const again = await buildCrypto({ provider: built.provider, store: built.store });
    expect(await again.crypto.open(CELL, envelope)).to.equal('x');
    expect(await codeOf(again.crypto.dek(id))).to.equal('crypto.key_missing');
  });

  it('refuses a wrapped key that was moved to another requester', async () => {
    built = await buildCrypto();
    const [a, b] = [await makeDek(built, 'r-1'), await makeDek(built, 'r-2')];
    const envelope = a.seal(CELL, 'x');
    const rows = built.store.rows;
    rows.set(a.id, { ...rows.get(a.id)!, wrapped: rows.get(b.id)!.wrapped });
    const again = await buildCrypto({ provider: built.provider, store: built.store });
    expect(await codeOf(again.crypto.open(CELL, envelope))).to.equal('crypto.auth_failed');
    rows.set(b.id, { ...rows.get(b.id)!, ownerId: 'r-9' });
    expect(await codeOf(again.crypto.dek(b.id))).to.equal('crypto.key_missing');
  });

  it('says that a provider is away instead of calling values unreadable', async () => {
    built = await buildCrypto();
    const envelope = (await makeDek(built)).seal(CELL, 'x');
    const again = await buildCrypto({
      provider: { ...built.provider, unwrap: flakyUnwrap(built) },
      store: built.store,
    });
    expect(await codeOf(again.crypto.open(CELL, envelope))).to.equal('crypto.key_missing');
    expect(await again.crypto.open(CELL, envelope)).to.equal('x');
  });

  it('refuses to start on keys of another master key, with the reason', async () => {
    built = await buildCrypto();
    const error = await buildCrypto({ store: built.store }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(AppError).with.property('code', 'crypto.key_missing');
    expect((error as AppError).details).to.include({ reason: 'wrong_key' });
  });

  it('lets the installation key of the faster of two first starts win', async () => {
    built = await buildCrypto();
    const store = createMemoryDekStore();
    const find = store.findInstallation.bind(store);
    let calls = 0;
    store.findInstallation = async (state) => ((calls += 1) <= 2 ? undefined : find(state));
    const both = await Promise.all([
      buildCrypto({ store, provider: built.provider }),
      buildCrypto({ store, provider: built.provider }),
    ]);
    expect(both[0].crypto.installation.id).to.equal(both[1].crypto.installation.id);
    const scopes = [...store.rows.values()].map(({ scope }) => scope);
    expect(scopes.sort()).to.deep.equal(['index', 'installation']);
  });

  it('gives each requester another key, and ids without a round trip for each', async () => {
    built = await buildCrypto();
    const made = await Promise.all(Array.from({ length: 120 }, (_, i) => makeDek(built, `r-${i}`)));
    expect(new Set(made.map((dek) => dek.id)).size).to.equal(120);
  });

  it('does nothing any more once it is closed', async () => {
    built = await buildCrypto();
    const dek = await makeDek(built);
    const envelope = built.crypto.installation.seal(CELL, 'x');
    built.crypto.close();
    expect(() => dek.seal(CELL, 'y')).to.throw(AppError);
    expect(() => built.crypto.installation.seal(CELL, 'y')).to.throw(AppError);
    expect(() => built.crypto.blindIndex('a.b', 'c')).to.throw(AppError);
    expect(await codeOf(built.crypto.open(CELL, envelope))).to.equal('crypto.auth_failed');
  });
});

/** Fails for the first requester key it is asked for, as an unreachable key server would. */
function flakyUnwrap(built: BuiltCrypto): BuiltCrypto['provider']['unwrap'] {
  let isAway = true;
  return async (wrapped, context) => {
    if (context.scope === 'requester' && isAway) {
      isAway = false;
      throw new AppError('crypto.key_missing');
    }
    return built.provider.unwrap(wrapped, context);
  };
}
