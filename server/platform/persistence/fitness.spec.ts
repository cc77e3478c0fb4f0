import { expect } from 'chai';
import { StartError } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import type { Database } from './data-source.ts';
import { assertDatabaseFits } from './fitness.ts';
import type { Db } from './unit.ts';

describe('a database that fits', () => {
  let core: Core;
  before(async () => {
    core = await buildCore();
  });
  after(() => core.close());

  /** The database of this run, with other answers to what it is. */
  const withTraits = (traits: object): Database => ({
    ...core.database,
    read: <T>(work: (session: never) => Promise<T>) =>
      work({
        one: (): Promise<unknown> => Promise.resolve({ ...fine(), ...traits }),
      } as unknown as Db as never),
  });
  const fine = () =>
    core.database.dialect.name === 'oracle'
      ? { charset: 'AL32UTF8', version: '19.3.0.0.0', switchedOff: null }
      : { charset: 'UTF8', version: '14.2 (Debian 14.2-1)', switchedOff: null };
  const codeOf = (database: Database) =>
    assertDatabaseFits(database).then(
      () => 'fits',
      (error: unknown) => (error instanceof StartError ? error.code : String(error)),
    );

  it('has the right character set and version', async () => {
    expect(await codeOf(withTraits({}))).to.equal('fits');
    for (const charset of ['SQL_ASCII', 'WE8MSWIN1252', 'ZHS16GBK', 'EUC_CN']) {
      expect(await codeOf(withTraits({ charset })), charset).to.equal('database.charset');
    }
    const fault = await assertDatabaseFits(withTraits({ charset: 'ZHS16GBK' })).catch(
      (error: unknown) => error,
    );
    expect((fault as StartError).message).to.equal(
      'The database keeps its text in ZHS16GBK; letters beyond it would be lost.',
    );
    for (const version of ['9.6.24', '12.1.0.2.0', '']) {
      expect(await codeOf(withTraits({ version })), version).to.equal('database.version');
    }
  });

  it('is asked in its own words, and the one of this run is known for switching durability off', async () => {
    // The scratch PostgreSQL of the suite runs without fsync; an installation must not.
    const expected = core.database.dialect.name === 'oracle' ? 'fits' : 'database.not_durable';
    expect(await codeOf(core.database)).to.equal(expected);
  });
});
