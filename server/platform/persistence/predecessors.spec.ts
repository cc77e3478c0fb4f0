import { expect } from 'chai';
import { buildCore, type Core } from '../../test/support/core.ts';
import { openDatabase, type Database } from './data-source.ts';
import { endPredecessors, nameSessions } from './predecessors.ts';

describe('sessions of an earlier start', () => {
  let core: Core;
  const opened: Database[] = [];

  before(async () => {
    core = await buildCore();
  });
  after(async () => {
    for (const database of opened) await database.close();
    await core.close();
  });

  const open = async (node: string, start: string) => {
    const database = await openDatabase({ url: nameSessions(core.url, { node, start }), poolSize: 2 });
    opened.push(database);
    return database;
  };
  const sleep = (database: Database) =>
    database.source.query('SELECT pg_sleep(60)').then(
      () => 'slept',
      (error: { code?: string }) => error.code,
    );

  it('are ended with what they were doing; those of others, and the own ones, go on', async () => {
    const [dead, other, now] = [await open('w.1', 'a'), await open('w.10', 'a'), await open('w.1', 'b')];
    const [asleep, dreaming] = [sleep(dead), sleep(other)];
    const namesOf = async () =>
      (
        await core.sql(
          `SELECT DISTINCT application_name AS name FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%' ORDER BY 1`,
        )
      ).map(({ name }) => name);
    while ((await namesOf()).length < 2) continue;
    await endPredecessors(now, { node: 'w.1', start: 'b' });
    expect(await asleep).to.equal('57P01');
    expect(await namesOf()).to.deep.equal(['vaultdesk w.10 a']);
    await endPredecessors(other, { node: 'w.10', start: 'b' }).catch(() => undefined);
    expect(await dreaming).to.equal('57P01');
  });
});
