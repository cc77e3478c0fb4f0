import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import pg from 'pg';
import { buildCore, type Core } from '../../test/support/core.ts';
import { runBytes } from './dialect/postgres-bytes.ts';

const MIB = 1024 * 1024;

describe('one large value of bytes on PostgreSQL', () => {
  let core: Core;
  let client: pg.Client;
  // The pool's clients are the same class with one more method.
  const run = (text: string, values: readonly unknown[] = []) =>
    runBytes(client as pg.PoolClient, { text, values });

  before(async () => {
    core = await buildCore();
    client = new pg.Client({ connectionString: core.url });
    await client.connect();
    await client.query('CREATE TEMPORARY TABLE piece (n integer PRIMARY KEY, name text, body bytea)');
  });
  after(async () => {
    await client.end();
    await core.close();
  });

  for (const size of [0, 1, 10, 65_519, 65_536, MIB, MIB + 34, 2 * MIB]) {
    it(`sends and brings ${size} bytes unchanged`, async () => {
      const body = randomBytes(size);
      const wrote = await run('INSERT INTO piece VALUES ($1, $2, $3)', [size, null, body]);
      expect(wrote).to.deep.equal({ count: 1, bytes: undefined });
      const { bytes, count } = await run('SELECT body FROM piece WHERE n = $1', [size]);
      expect(count).to.equal(1);
      expect(bytes?.equals(body)).to.equal(true);
      const { rows } = await client.query('SELECT body, name FROM piece WHERE n = $1', [size]);
      expect((rows[0] as { body: Buffer }).body.equals(body)).to.equal(true);
      expect((rows[0] as { name: unknown }).name).to.equal(null);
    });
  }

  it('brings nothing for no row and for NULL', async () => {
    await run('INSERT INTO piece (n, name) VALUES ($1, $2)', [-1, '名字']);
    expect(await run('SELECT body FROM piece WHERE n = $1', [-99])).to.deep.equal({
      count: 0,
      bytes: undefined,
    });
    expect((await run('SELECT body FROM piece WHERE n = $1', [-1])).bytes).to.equal(undefined);
    const { rows } = await client.query('SELECT name FROM piece WHERE n = -1');
    expect(rows).to.deep.equal([{ name: '名字' }]);
  });

  it('tells what the database refuses with its code, and goes on with the next query', async () => {
    const insert = () => run('INSERT INTO piece (n, body) VALUES ($1, $2)', [-5, randomBytes(MIB)]);
    await insert();
    const codeOf = (work: Promise<unknown>) => work.then(String, (error: { code?: string }) => error.code);
    expect(await codeOf(insert())).to.equal('23505');
    expect(await codeOf(run('SELECT nothing FROM piece'))).to.equal('42703');
    expect(await codeOf(run('SELEKT'))).to.equal('42601');
    const { rows } = await client.query('SELECT count(*) AS n FROM piece WHERE n = -5');
    expect(rows).to.deep.equal([{ n: '1' }]);
  });

  it('gives the connection back for other queries, one after the other', async () => {
    for (let index = 0; index < 6; index += 1) {
      const body = randomBytes(MIB);
      await run('INSERT INTO piece (n, body) VALUES ($1, $2)', [-100 - index, body]);
      const { rows } = await client.query('SELECT $1::text AS echo', [`after ${index}`]);
      expect(rows).to.deep.equal([{ echo: `after ${index}` }]);
      const { bytes } = await run('SELECT body FROM piece WHERE n = $1', [-100 - index]);
      expect(bytes?.equals(body)).to.equal(true);
    }
  });

  it('hears notices and announcements that come in between', async () => {
    const heard: string[] = [];
    client.on('notification', ({ payload }) => heard.push(payload ?? ''));
    await client.query('LISTEN spec_piece');
    await client.query("NOTIFY spec_piece, 'first'");
    const { bytes } = await run(
      "SELECT body FROM piece WHERE n = $1 AND pg_notify('spec_piece', 'second') IS NOT NULL",
      [MIB],
    );
    expect(bytes).to.have.length(MIB);
    await client.query('SELECT 1');
    expect(heard).to.deep.equal(['first', 'second']);
  });

  it('gives the connection up when a statement brings something else', async () => {
    const spare = new pg.Client({ connectionString: core.url });
    await spare.connect();
    const lost = new Promise<Error>((resolve) => spare.once('error', resolve));
    const text = "SELECT decode('00ff', 'hex') AS body, $1::text AS more";
    const failed = await runBytes(spare as pg.PoolClient, { text, values: [10] }).catch(
      (error: Error) => error,
    );
    expect(failed).to.be.instanceOf(Error);
    expect((await lost).message).to.match(/brought something else/);
    await spare.end();
  });

  it('fails when the connection is cut in the middle', async () => {
    const spare = new pg.Client({ connectionString: core.url });
    spare.on('error', () => undefined);
    await spare.connect();
    const { rows } = await spare.query('SELECT pg_backend_pid() AS pid');
    const running = runBytes(spare as pg.PoolClient, {
      text: "SELECT decode(repeat('00', $1), 'hex') FROM pg_sleep(20)",
      values: [MIB],
    }).catch((error: Error) => error);
    await client.query('SELECT pg_terminate_backend($1)', [(rows[0] as { pid: number }).pid]);
    expect(await running).to.be.instanceOf(Error);
    await spare.end().catch(() => undefined);
  });
});
