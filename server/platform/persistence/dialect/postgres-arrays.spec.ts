import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import pg from 'pg';
import { buildDatabase, type TestDatabase } from '../../../test/support/database.ts';
import type { ColumnKind } from '../columns.ts';
import { BinaryArrays } from './postgres-arrays.ts';
import { BindMessage, runBind } from './postgres-bind.ts';
import { postgres } from './postgres.ts';

const TYPES: Partial<Record<ColumnKind, string>> = {
  uuid: 'uuid[]',
  text: 'varchar[]',
  clob: 'text[]',
  json: 'text[]',
  int: 'bigint[]',
  flag: 'smallint[]',
  instant: 'timestamp(3)[]',
  bytes: 'bytea[]',
};

describe('binary array parameters', () => {
  let database: TestDatabase;
  let client: pg.Client;
  const arrays = new BinaryArrays();

  before(async () => {
    database = await buildDatabase();
    client = new pg.Client({ connectionString: database.url, types: { getTypeParser: () => String } });
    await client.connect();
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  /** What the database understood, read back as every other statement reads it. */
  async function echo(kind: ColumnKind, values: readonly unknown[]): Promise<unknown[]> {
    arrays.begin();
    const array = arrays.take(
      kind,
      values.map((value) => ({ value })),
      'value',
    );
    const text = `SELECT v FROM unnest($1::${TYPES[kind]}) WITH ORDINALITY AS t (v, n) ORDER BY n`;
    const { rows } = await client.query<{ v: string | null }>(text, [array]);
    return rows.map(({ v }) => postgres.decode(kind, v));
  }

  const instants = fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });
  const cases: [ColumnKind, fc.Arbitrary<unknown>][] = [
    ['uuid', fc.uuid()],
    [
      'text',
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }).filter((text) => !text.includes('\0')),
    ],
    [
      'clob',
      fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }).filter((text) => !text.includes('\0')),
    ],
    ['json', fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), fc.integer())],
    ['int', fc.maxSafeInteger()],
    ['flag', fc.boolean()],
    ['instant', instants],
    ['bytes', fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))],
  ];
  for (const [kind, values] of cases) {
    it(`mean what literals mean: ${kind}`, async () => {
      const lists = fc.array(fc.option(values), { maxLength: 50 });
      await fc.assert(
        fc.asyncProperty(lists, async (list) => {
          // A byte string may be empty, a text may not.
          const kept = list.map((value) => (value === '' ? null : value));
          expect(await echo(kind, kept)).to.deep.equal(kept);
        }),
        { numRuns: 40 },
      );
    });
  }

  it('take an empty text for none, and an empty list', async () => {
    expect(await echo('text', ['', 'a'])).to.deep.equal([null, 'a']);
    expect(await echo('uuid', [])).to.deep.equal([]);
  });

  it('grow over the slab, and leave the columns taken before alone', async () => {
    const long = Array.from({ length: 64 }, (_, index) => ({
      id: randomUUID(),
      text: `${index}长`.repeat(9_000),
    }));
    arrays.begin();
    const ids = arrays.take('uuid', long, 'id');
    const texts = arrays.take('clob', long, 'text');
    const { rows } = await client.query<{ id: string; text: string }>(
      'SELECT id, text FROM unnest($1::uuid[], $2::text[]) AS t (id, text)',
      [ids, texts],
    );
    expect(rows).to.deep.equal(long);
  });

  it('refuse what is no UUID, no instant, or no whole number', () => {
    const take = (kind: ColumnKind, value: unknown) => () => arrays.take(kind, [{ value }], 'value');
    for (const id of ['x', `${randomUUID()}0`, randomUUID().slice(1), randomUUID().replace(/^./, 'G')]) {
      expect(take('uuid', id), id).to.throw(TypeError);
    }
    expect(take('instant', new Date(Number.NaN))).to.throw(RangeError);
    expect(take('int', 1.5)).to.throw(RangeError);
    expect(take('tokens', [1n])).to.throw(TypeError);
  });

  describe('in a message that runs a prepared statement', () => {
    const message = new BindMessage();
    const statement = {
      name: 'spec.bind',
      text: 'INSERT INTO spec_bind (lane, id, text) SELECT $1::bigint, fresh.* FROM unnest($2::uuid[], $3::text[]) AS fresh',
    };
    before(() => client.query('CREATE TABLE spec_bind (lane bigint, id uuid PRIMARY KEY, text text)'));

    function bind(lane: number, rows: { id: string; text: string }[]): Buffer {
      message.open(statement.name, 3);
      message.addValue('int', lane);
      message.addArray('uuid', rows, 'id');
      message.addArray('clob', rows, 'text');
      return message.close();
    }
    const stored = async () => {
      const { rows } = await client.query<{ lane: string; id: string; text: string }>(
        'SELECT lane, id, text FROM spec_bind ORDER BY lane, text',
      );
      return rows.map(({ lane, ...row }) => ({ lane: Number(lane), ...row }));
    };
    const make = (text: string) => ({ id: randomUUID(), text });

    it('writes what it holds, prepared or not, also over the slab', async () => {
      const [small, large] = [
        [make('a'), make('中文')],
        [make('x'.repeat(300_000)), make('y')],
      ];
      await runBind(client, statement, { bytes: bind(1, small), isPrepared: false });
      await runBind(client, statement, { bytes: bind(2, large), isPrepared: true });
      await runBind(client, statement, { bytes: bind(3, []), isPrepared: true });
      const expected = [
        ...small.map((row) => ({ lane: 1, ...row })),
        ...large.map((row) => ({ lane: 2, ...row })),
      ];
      expect(await stored()).to.have.deep.members(expected);
    });

    it('names the refusal, writes nothing, and is prepared anew under its name', async () => {
      const before = await stored();
      const twin = make('twin');
      const failed = await runBind(client, statement, {
        bytes: bind(4, [twin, twin]),
        isPrepared: true,
      }).then(
        () => undefined,
        (error: { code?: string }) => error.code,
      );
      expect(failed).to.equal('23505');
      expect(await stored()).to.deep.equal(before);
      await runBind(client, statement, { bytes: bind(5, [twin]), isPrepared: false });
      expect(await stored()).to.deep.equal([...before, { lane: 5, ...twin }]);
    });

    it('gives up at the time limit of its connection', async () => {
      const limited = new pg.Client({ connectionString: database.url, query_timeout: 50 });
      limited.on('error', () => undefined);
      await limited.connect();
      const slow = { name: 'spec.slow', text: 'SELECT pg_sleep(30) WHERE $1::bigint = 1' };
      message.open(slow.name, 1);
      message.addValue('int', 1);
      const running = runBind(limited, slow, { bytes: message.close(), isPrepared: false });
      const error = await running.catch((cause: unknown) => cause);
      expect(postgres.translateError(error)).to.include({ code: 'storage.unavailable' });
      await limited.end();
    });
  });
});
