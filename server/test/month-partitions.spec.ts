import { expect } from 'chai';
import pg from 'pg';
import {
  createPostgresPort,
  migrateDown,
  migrateUp,
  protectTrail,
  readSteps,
} from '../../migrations/index.ts';
import { createFakeClock, createIds } from '../kernel/index.ts';
import { randomBytes } from '../platform/crypto/index.ts';
import {
  addMonthPartitions,
  dropEmptyMonths,
  MONTHS_AHEAD,
  openDatabase,
  type Database,
} from '../platform/persistence/index.ts';
import { buildDatabase, type TestDatabase } from './support/database.ts';

const MESSAGE = `INSERT INTO message (conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, at)
  VALUES ($1, $2, 1, $1, 'requester', 'r', 'text', '\\xe101', '2026-01-01')`;
const EVENT = `INSERT INTO audit_event (node, epoch, lane, n, id, occurred_at, actor_type, actor_id, action, class,
  outcome, body, leaf) VALUES ('n1', 1, 0, $2, $1, '2026-03-02', 'account', 'a-1', 'ticket.view', 'business', 'ok', '{}',
  decode(repeat('00', 32), 'hex'))`;
/** Behind every month a test database is migrated in, so that its parts are not there yet. */
const NOW = new Date('2031-11-20T10:00:00Z');
const MONTHS = ['203111', '203112', '203201', '203202'];

describe('monthly parts of messages and of the trail', () => {
  const ids = createIds({ clock: createFakeClock(NOW), randomBytes });
  let made: TestDatabase;
  let database: Database;
  let client: pg.Client;
  before(async () => {
    made = await buildDatabase();
    database = await openDatabase({ url: made.url, poolSize: 2 });
    client = new pg.Client({ connectionString: made.url });
    await client.connect();
  });
  after(async () => {
    await client.end();
    await database.close();
    await made.drop();
  });

  const idAt = (at: string) => createIds({ clock: createFakeClock(new Date(at)), randomBytes }).next();
  const partsOf = async (table: string, key: string) => {
    const { rows } = await client.query<{ part: string; key: string }>(
      `SELECT tableoid::regclass::text AS part, ${key}::text AS key FROM ${table} ORDER BY 2`,
    );
    return rows.map(({ part }) => part);
  };
  const refusalOf = (sql: string, values?: unknown[], by = client) =>
    by.query(sql, values).then(
      () => 'accepted',
      (error: Error) => error.message,
    );
  const clear = () => client.query('DELETE FROM message');

  it('are made from this month to three months ahead, once', async () => {
    const { made: first, blocked } = await addMonthPartitions(database, NOW);
    const named = (table: string) => MONTHS.map((month) => `${table}_${month}`);
    expect(first).to.deep.equal([...named('message'), ...named('audit_event')]);
    expect(first).to.have.length(2 * (MONTHS_AHEAD + 1));
    expect(blocked).to.deep.equal([]);
    expect(await addMonthPartitions(database, NOW)).to.deep.equal({ made: [], blocked: [] });
  });

  it('are made once by two servers at the same time', async () => {
    const next = new Date('2032-02-01T00:00:00Z');
    const both = await Promise.all([addMonthPartitions(database, next), addMonthPartitions(database, next)]);
    const all = both.flatMap((round) => round.made).sort();
    expect(all).to.deep.equal([
      ...['audit_event_203203', 'audit_event_203204', 'audit_event_203205'],
      ...['message_203203', 'message_203204', 'message_203205'],
    ]);
  });

  it('take the rows of their month, the first part what is older, the default one what is far ahead', async () => {
    for (const month of [201001, 203111, 203201, 204001]) await client.query(MESSAGE, [ids.next(), month]);
    expect(await partsOf('message', 'opened_month')).to.deep.equal([
      ...['message_first', 'message_203111', 'message_203201', 'message_default'],
    ]);
    const instants = ['2010-01-01T00:00:00Z', '2031-11-30T23:59:59.999Z', '2031-12-01T00:00:00Z'];
    for (const [n, at] of instants.entries()) await client.query(EVENT, [idAt(at), n + 1]);
    await client.query(EVENT, ['ffffffff-ffff-7fff-bfff-ffffffffffff', 9]);
    expect(await partsOf('audit_event', 'n')).to.deep.equal([
      ...['audit_event_first', 'audit_event_203111', 'audit_event_203112', 'audit_event_default'],
    ]);
    await clear();
  });

  it('are left out when rows of the month came before them, and nothing is lost', async () => {
    await client.query(MESSAGE, [ids.next(), 203602]);
    const { made: others, blocked } = await addMonthPartitions(database, new Date('2036-02-01T00:00:00Z'));
    expect(blocked).to.deep.equal(['message_203602']);
    expect(others).to.include('message_203603').and.not.to.include('message_203602');
    expect(await partsOf('message', 'seq')).to.deep.equal(['message_default']);
    await clear();
  });

  it('of other tables, and of no month, there are none', async () => {
    expect(await refusalOf(`SELECT add_month_partition('account', 203301)`)).to.contain('no part');
    expect(await refusalOf(`SELECT add_month_partition('message', 203313)`)).to.contain('no part');
    expect(await refusalOf(`SELECT add_month_partition('message', NULL)`)).not.to.equal('made');
  });

  it('of the trail refuse each change, to a superuser without triggers as well', async () => {
    const superuser = new pg.Client({ connectionString: made.ownerUrl });
    await superuser.connect();
    try {
      await superuser.query("SET session_replication_role = 'replica'");
      for (const part of ['audit_event_first', 'audit_event_default', 'audit_event_203111', 'audit_event']) {
        for (const by of [client, superuser]) {
          for (const sql of [`UPDATE ${part} SET n = 99`, `DELETE FROM ${part}`, `TRUNCATE ${part}`]) {
            expect(await refusalOf(sql, [], by), sql).to.contain('the audit trail is never changed');
          }
        }
      }
      const parts = `SELECT inhrelid::regclass::text AS part FROM pg_inherits
        WHERE inhparent = 'audit_event'::regclass AND inhrelid NOT IN
          (SELECT tgrelid FROM pg_trigger WHERE tgname = 'tr_audit_event_refuse' AND tgenabled = 'A')`;
      expect((await client.query(parts)).rows).to.deep.equal([]);
    } finally {
      await superuser.end();
    }
  });

  it('of the trail refuse an id twice anywhere, and a number twice in a month', async () => {
    const id = idAt('2031-12-05T00:00:00Z');
    await client.query(EVENT, [id, 20]);
    expect(await refusalOf(EVENT, [id, 21])).to.contain('audit_event_203112');
    expect(await refusalOf(EVENT, [idAt('2031-12-06T00:00:00Z'), 20])).to.contain('pk_audit_event_203112');
  });

  it('are dropped when nothing is left in them, and not with one row', async () => {
    await client.query(MESSAGE, [ids.next(), 203201]);
    const later = new Date('2032-05-20T00:00:00Z');
    expect(await dropEmptyMonths(database, later)).to.deep.equal([
      ...['audit_event_203201', 'audit_event_203202', 'message_203111', 'message_203112', 'message_203202'],
    ]);
    expect(await partsOf('message', 'seq')).to.deep.equal(['message_203201']);
    await clear();
    expect(await dropEmptyMonths(database, later)).to.deep.equal(['message_203201']);
    expect(await dropEmptyMonths(database, later)).to.deep.equal([]);
  });

  it('stay while somebody works with them: nobody waits behind a drop', async () => {
    const later = new Date('2032-06-20T00:00:00Z');
    await client.query('BEGIN');
    await client.query(MESSAGE, [ids.next(), 203602]);
    const outcome = await dropEmptyMonths(database, later).catch((error: unknown) => error);
    await client.query('ROLLBACK');
    expect(outcome).to.be.instanceOf(Error);
    expect(await dropEmptyMonths(database, later)).to.deep.equal(['message_203203']);
  });

  it('are made and dropped as before when the trail has an owner nobody signs in as, and are that owner’s', async () => {
    const superuser = new pg.Client({ connectionString: made.ownerUrl });
    await superuser.connect();
    try {
      await protectTrail(createPostgresPort(superuser), 'vaultdesk');
      const { made: parts } = await addMonthPartitions(database, new Date('2033-01-10T00:00:00Z'));
      expect(parts).to.have.length(8);
      await client.query(MESSAGE, [ids.next(), 203301]);
      await client.query(EVENT, [idAt('2033-01-11T00:00:00Z'), 30]);
      expect(await partsOf('message', 'seq')).to.deep.equal(['message_203301']);
      for (const sql of ['DELETE FROM audit_event_203301', 'DROP TABLE audit_event_203301']) {
        expect(await refusalOf(sql), sql).to.match(/permission denied|must be owner/);
      }
      const dropped = await dropEmptyMonths(database, new Date('2033-04-10T00:00:00Z'));
      expect(dropped).to.include('audit_event_203204').and.not.to.include('message_203301');
      expect(dropped).not.to.include('audit_event_203301');
    } finally {
      await superuser.end();
    }
  });
});

describe('the step that makes monthly parts', () => {
  const steps = readSteps();
  const position = steps.findIndex(({ name }) => name.endsWith('-month-partitions'));
  let made: TestDatabase;
  let client: pg.Client;
  before(async () => {
    made = await buildDatabase();
    client = new pg.Client({ connectionString: made.url });
    await client.connect();
    await client.query('CREATE SCHEMA trial');
    await client.query('SET search_path = trial');
  });
  after(async () => {
    await client.end();
    await made.drop();
  });

  it('takes what was there as it stands, and gives it back', async () => {
    const deps = { port: createPostgresPort(client), now: () => NOW };
    await migrateUp({ ...deps, steps: steps.slice(0, position) });
    const ids = createIds({ clock: createFakeClock(new Date('2026-03-02T00:00:00Z')), randomBytes });
    for (let i = 0; i < 50; i += 1) {
      await client.query(MESSAGE, [ids.next(), 202601 + (i % 6)]);
      await client.query(EVENT, [ids.next(), i + 1]);
    }
    const fileOf = async (table: string) =>
      (await client.query<{ file: number }>(`SELECT pg_relation_filenode('${table}') AS file`)).rows[0]?.file;
    const sumOf = async (table: string) =>
      (await client.query(`SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS sum FROM ${table} t`))
        .rows;
    const tables = ['message', 'audit_event'];
    const files = await Promise.all(tables.map(fileOf));
    const sums = [await sumOf('message'), await sumOf('audit_event')];
    await migrateUp({ ...deps, steps: steps.slice(0, position + 1) });
    expect(await Promise.all(tables.map((table) => fileOf(`${table}_first`)))).to.deep.equal(files);
    expect([await sumOf('message'), await sumOf('audit_event')]).to.deep.equal(sums);
    expect((await client.query(`SELECT add_month_partition('message', 209901) AS made`)).rows).to.deep.equal([
      { made: '1' },
    ]);
    await client.query(MESSAGE, [ids.next(), 209901]);
    await client.query('DELETE FROM message WHERE opened_month = 209901');
    await migrateDown({ ...deps, steps: steps.slice(0, position + 1) }, position);
    expect([await sumOf('message'), await sumOf('audit_event')]).to.deep.equal(sums);
    const parts = await client.query(`SELECT 1 FROM pg_class WHERE relkind = 'p'`);
    expect(parts.rowCount).to.equal(2);
  });

  it('reaches as far as the latest month with rows', async () => {
    await client.query('CREATE SCHEMA ahead');
    await client.query('SET search_path = ahead');
    const deps = { port: createPostgresPort(client), now: () => NOW };
    await migrateUp({ ...deps, steps: steps.slice(0, position) });
    const ids = createIds({ clock: createFakeClock(new Date('2035-12-31T23:59:59.999Z')), randomBytes });
    await client.query(MESSAGE, [ids.next(), 203512]);
    await client.query(EVENT, [ids.next(), 1]);
    await migrateUp({ ...deps, steps: steps.slice(0, position + 1) });
    const add = (month: number) =>
      client
        .query<{ message: string; event: string }>(
          `SELECT add_month_partition('message', $1) AS message, add_month_partition('audit_event', $1) AS event`,
          [month],
        )
        .then(({ rows }) => rows[0]);
    expect(await add(203512)).to.deep.equal({ message: '0', event: '0' });
    expect(await add(203601)).to.deep.equal({ message: '1', event: '1' });
  });
});
