import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { buildCrypto, type BuiltCrypto } from '../../test/support/build-crypto.ts';
import type { Cell } from './envelope.ts';
import type { Crypto, Dek } from './types.ts';

const CELL: Cell = { table: 'ticket', column: 'subject_enc', rowId: '0190a1b2-0000-7000-8000-000000000001' };

function codeOf(crypto: Crypto, envelope: Buffer): Promise<string> {
  return crypto.open(CELL, envelope).then(
    () => 'none',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
}

async function makeDek(built: BuiltCrypto, ownerId: string): Promise<Dek> {
  const { dek, row } = await built.crypto.newDek('requester', ownerId);
  built.store.rows.set(row.id, row);
  return dek;
}

describe('the keys a process holds', () => {
  let built: BuiltCrypto;
  afterEach(() => built.dispose());

  it('tell of each value that cannot be read, and of none that was erased', async () => {
    built = await buildCrypto();
    const [kept, erased] = [await makeDek(built, 'r-1'), await makeDek(built, 'r-2')];
    const [good, gone] = [kept.seal(CELL, 'x'), erased.seal(CELL, 'y')];
    const flipped = Buffer.from(good);
    flipped[12] = (flipped[12] as number) ^ 1;
    const unknown = Buffer.from(good);
    unknown.writeUInt32BE(0xff_ff_ff, 2);
    const told: string[] = [];
    built.crypto.onUnreadable(({ rowId }) => told.push(rowId));
    const places = [good, flipped, unknown, Buffer.from('plain'), good.subarray(0, 20)];
    const items = places.map((envelope, i) => ({
      cell: { ...CELL, rowId: i === 0 ? CELL.rowId : `row ${i}` },
      envelope,
    }));
    await built.crypto.openMany(items);
    expect(told).to.deep.equal(['row 1', 'row 2', 'row 3', 'row 4']);
    built.store.rows.set(erased.id, { ...built.store.rows.get(erased.id)!, state: 'destroyed' });
    built.crypto.forget(erased.id);
    expect(await codeOf(built.crypto, gone)).to.equal('crypto.auth_failed');
    // Another process hears of it from the table.
    const again = await buildCrypto({ provider: built.provider, store: built.store });
    again.crypto.onUnreadable(({ rowId }) => told.push(rowId));
    expect(await codeOf(again.crypto, gone)).to.equal('crypto.auth_failed');
    expect(told).to.have.length(4);
  });

  it('are fetched for many values at once, to open them piece by piece', async () => {
    built = await buildCrypto();
    const sealed = [];
    for (let i = 0; i < 200; i += 1) sealed.push((await makeDek(built, `r-${i}`)).seal(CELL, `${i}`));
    const again = await buildCrypto({ provider: built.provider, store: built.store });
    built.store.findCalls = 0;
    await again.crypto.prepare(sealed.map((envelope) => envelope.readUInt32BE(2)));
    for (const [i, envelope] of sealed.entries())
      expect(await again.crypto.open(CELL, envelope)).to.equal(`${i}`);
    expect(built.store.findCalls).to.equal(1);
  });

  it('hold the next key of the installation before anybody seals with it', async () => {
    built = await buildCrypto();
    const { crypto, store, provider } = built;
    const old = crypto.installation.id;
    const before = crypto.installation.seal(CELL, 'before');
    const { row } = await crypto.newDek('installation', 'installation-a');
    store.rows.set(row.id, { ...row, state: 'pre_active' });
    let unwrapped = 0;
    const unwrap: typeof provider.unwrap = (...asked) => {
      unwrapped += 1;
      return provider.unwrap(...asked);
    };
    const elsewhere = await buildCrypto({ provider: { ...provider, unwrap }, store });
    await elsewhere.crypto.reload();
    expect(elsewhere.crypto.installation.id).to.equal(old);
    store.rows.set(old, { ...store.rows.get(old)!, state: 'decrypt_only' });
    store.rows.set(row.id, { ...row, state: 'active' });
    await crypto.reload();
    const after = crypto.installation.seal(CELL, 'after');
    expect(after.readUInt32BE(2)).to.equal(row.id);
    // It has not heard that the key is in use, and opens without asking the provider or the store.
    [unwrapped, store.findCalls] = [0, 0];
    expect(await elsewhere.crypto.open(CELL, after)).to.equal('after');
    await elsewhere.crypto.reload();
    expect(elsewhere.crypto.installation.id).to.equal(row.id);
    expect(await elsewhere.crypto.open(CELL, before)).to.equal('before');
    expect([unwrapped, store.findCalls]).to.deep.equal([0, 0]);
  });
});
