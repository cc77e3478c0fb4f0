import { expect } from 'chai';
// The composition root imports every module, and with them every table there is.
import '../compose.ts';
import { allEntities, col, schemaDifferences, type Entity } from '../platform/persistence/index.ts';
import { buildCore, type Core } from './support/core.ts';

describe('the declared and the live schema', () => {
  let core: Core;
  before(async () => {
    core = await buildCore();
  });
  after(() => core.close());

  const differences = (entities?: Entity[]) =>
    core.uow.read((db) => schemaDifferences(db, core.database.dialect.name, entities));

  it('agree after all steps', async () => {
    expect(await differences()).to.deep.equal([]);
    expect(allEntities().length).to.be.greaterThan(30);
  });

  it('are told apart in tables, columns, types, lengths, and nullability', async () => {
    const account = allEntities().find(({ table }) => table === 'account') as Entity;
    const { displayName, locale, ...columns } = account.columns;
    expect(displayName).to.be.an('object');
    expect(locale).to.be.an('object');
    const planted: Entity = {
      ...account,
      columns: { ...columns, displayName: col.text(99), locale: col.int().optional(), hat: col.flag() },
    };
    expect(await differences([planted, { ...account, table: 'wardrobe' }])).to.deep.equal([
      'account.display_name: holds 100 characters, declared with 99',
      `account.locale: is ${core.database.dialect.name === 'oracle' ? 'VARCHAR2' : 'varchar'}, declared as int`,
      'account.locale: is required, declared as optional',
      'account.hat: the column is missing',
      'wardrobe: the table is missing',
    ]);
    const narrow = await differences([{ ...account, columns }]);
    expect(narrow).to.deep.equal([
      'account.display_name: nobody declares this column',
      'account.locale: nobody declares this column',
    ]);
  });
});
