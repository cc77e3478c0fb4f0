import { expect } from 'chai';
import pg from 'pg';
import { buildDatabase, type TestDatabase } from './support/database.ts';
import { createPostgresPort, probeFeatures, type SchemaPort } from '../../migrations/index.ts';

describe('features of a database like PostgreSQL', () => {
  let made: TestDatabase;
  let client: pg.Client;
  before(async () => {
    made = await buildDatabase();
    client = new pg.Client({ connectionString: made.url });
    await client.connect();
  });
  after(async () => {
    await client.end();
    await made.drop();
  });

  /** A server that refuses texts of one form, as one would that does not know them. */
  function without(pattern: RegExp): SchemaPort {
    const port = createPostgresPort(client);
    return {
      ...port,
      query(sql, binds) {
        return pattern.test(sql) ? Promise.reject(new Error('syntax error')) : port.query(sql, binds);
      },
    };
  }
  async function missing(port: SchemaPort): Promise<string[]> {
    return (await probeFeatures(port)).filter(({ isThere }) => !isThere).map(({ id }) => id);
  }

  it('are all there on PostgreSQL, and trying them leaves nothing behind', async () => {
    const relations = async () => (await client.query('SELECT oid FROM pg_class ORDER BY oid')).rows.length;
    const before = await relations();
    expect(await missing(createPostgresPort(client))).to.deep.equal([]);
    expect(await relations()).to.equal(before);
  });

  for (const [pattern, id] of [
    [/ON CONFLICT/, 'on-conflict'],
    [/USING gin/, 'array-index'],
    [/^WITH merged/, 'writing-with'],
    [/percentile_cont/, 'medians'],
    [/LISTEN/, 'notices'],
    [/ATTACH PARTITION/, 'month-parts'],
    [/ENABLE ALWAYS/, 'refusing-triggers'],
  ] as const) {
    it(`says that ${id} is missing where it is, and goes on`, async () => {
      expect(await missing(without(pattern))).to.deep.equal([id]);
    });
  }

  it('does not take a trigger for one that refuses, nor an undone table for gone', async () => {
    const port = createPostgresPort(client);
    const deaf: SchemaPort = {
      ...port,
      query: (sql, binds) =>
        /^TRUNCATE/.test(sql) ? Promise.resolve({ rows: [], changedCount: 0 }) : port.query(sql, binds),
    };
    expect(await missing(deaf)).to.deep.equal(['triggers-refuse']);
    const committing: SchemaPort = {
      ...port,
      rollback: async () => undefined,
      begin: async () => undefined,
      query: (sql) =>
        /^SELECT id FROM probe$/.test(sql) ? Promise.resolve({ rows: [], changedCount: 0 }) : port.query(sql),
    };
    expect(await missing(committing)).to.include('undoable-schema');
    await client.query('DROP TABLE IF EXISTS probe');
  });
});
