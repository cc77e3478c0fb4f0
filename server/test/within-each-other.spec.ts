import { expect } from 'chai';
import { SYSTEM_ACTOR } from '../kernel/index.ts';
import { createDekStore, portable } from '../platform/persistence/index.ts';
import { buildCore, type Core } from './support/core.ts';

const ONE = portable<Record<string, never>, { one: number }>(
  'spec.within_one',
  'SELECT COUNT(*) AS one FROM installation',
  { params: {}, result: { one: 'int' } },
);
/** More than each pool of a spec has connections. */
const AT_ONCE = 24;

describe('connections within each other', () => {
  let core: Core;
  before(async () => {
    core = await buildCore();
  });
  after(() => core.close());

  const said = (work: Promise<unknown>) => work.then(String, (error: Error) => error.message);
  const read = () => core.uow.read((db) => db.one(ONE, {}));

  it('are refused to every spec: a read or a unit in a read, a unit in a unit', async () => {
    const unit = () => core.uow.run({ actor: SYSTEM_ACTOR }, async () => undefined);
    expect(await said(core.uow.read(() => read()))).to.contain('A read inside a read');
    expect(await said(core.uow.read(() => unit()))).to.contain('A unit inside a read');
    expect(await said(core.uow.run({ actor: SYSTEM_ACTOR }, () => unit()))).to.contain(
      'A unit inside a unit',
    );
    expect(await core.uow.run({ actor: SYSTEM_ACTOR }, () => read())).to.have.property('one');
  });

  it('are there for keys, however many readers open a value at once', async () => {
    const { crypto, ids } = core;
    const store = createDekStore(core.database);
    const places = await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const rowId = ids.next();
        const cell = { table: 'requester', column: 'name_enc', rowId };
        const { dek, row } = await crypto.newDek('requester', rowId);
        await store.insertOnly(row);
        const envelope = dek.seal(cell, '王小明');
        crypto.forget(row.id);
        return { cell, envelope };
      }),
    );
    const opened = await Promise.all(
      places.map(({ cell, envelope }) =>
        core.uow.read(async (db) => {
          await db.one(ONE, {});
          return crypto.openMany([{ cell, envelope }]);
        }),
      ),
    );
    const texts = opened.flat().map((one) => ('text' in one ? one.text : one));
    expect(texts).to.deep.equal(Array.from({ length: AT_ONCE }, () => '王小明'));
  });
});
