import { expect } from 'chai';
import pg from 'pg';
import {
  checksumOf,
  createPostgresPort,
  migrateDown,
  migrateUp,
  migrationSql,
  readSteps,
  schemaStatus,
  verifySchema,
  type MigrationError,
  type Step,
} from '../../migrations/index.ts';
import { buildDatabase, type TestDatabase } from './support/database.ts';

const now = () => new Date('2026-01-05T01:00:00.000Z');

function step(position: number, up: string, undo = 'SELECT 1', kind: Step['kind'] = 'expand'): Step {
  const sql = { up, undo, checksum: checksumOf(up) };
  const name = `${String(position).padStart(4, '0')}-step`;
  return { position, name, kind, summary: 'A step.', sql: { postgres: sql, oracle: sql } };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: MigrationError) => error.code,
  );
}

describe('the migration runner on PostgreSQL', () => {
  let database: TestDatabase;
  let client: pg.Client;
  const deps = (steps: readonly Step[], port = createPostgresPort(client)) => ({ port, now, steps });
  const one = step(
    1,
    'CREATE TABLE first_table (id int); INSERT INTO first_table VALUES (1)',
    'DROP TABLE first_table',
  );
  const two = step(
    2,
    'ALTER TABLE first_table ADD b int',
    'ALTER TABLE first_table DROP COLUMN b',
    'contract',
  );

  before(async () => {
    database = await buildDatabase();
  });
  after(() => database.drop());

  beforeEach(async () => {
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('CREATE SCHEMA trial');
    await client.query('SET search_path = trial');
  });
  afterEach(async () => {
    await client.query('DROP SCHEMA trial CASCADE');
    await client.end();
  });

  it('applies every real step, reports it, and applies nothing the second time', async () => {
    const steps = readSteps();
    expect(await migrateUp(deps(steps))).to.deep.equal(steps.map((each) => each.name));
    expect(await migrateUp(deps(steps))).to.deep.equal([]);
    await verifySchema(deps(steps));
    const row = (await client.query('SELECT * FROM schema_step WHERE position = 1')).rows[0] as Record<
      string,
      unknown
    >;
    expect(row).to.include({
      name: '0001-platform',
      kind: 'expand',
      checksum: steps[0]?.sql.postgres.checksum,
    });
  });

  it('undoes every real step and leaves no table but its own', async () => {
    await migrateUp(deps(readSteps()));
    await migrateDown(deps(readSteps()), 0);
    const tables = await client.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'trial'`);
    expect(tables.rows).to.deep.equal([{ tablename: 'schema_step' }]);
  });

  it('reports pending steps without touching the database', async () => {
    expect(await schemaStatus(deps([one, two]))).to.deep.equal({
      dialect: 'postgres',
      applied: [],
      pending: ['0001-step', '0002-step'],
    });
    expect(await codeOf(verifySchema(deps([one])))).to.equal('migration.order');
    expect((await client.query(`SELECT 1 FROM pg_tables WHERE schemaname = 'trial'`)).rowCount).to.equal(0);
  });

  it('refuses a step that was changed after it was applied', async () => {
    await migrateUp(deps([one]));
    const changed = step(1, 'CREATE TABLE first_table (id bigint)');
    expect(await codeOf(migrateUp(deps([changed, two])))).to.equal('migration.step_changed');
    expect(await codeOf(verifySchema(deps([changed])))).to.equal('migration.step_changed');
  });

  it('refuses a schema that is newer than the program', async () => {
    await migrateUp(deps([one, two]));
    expect(await codeOf(migrateUp(deps([one])))).to.equal('migration.schema_newer');
    expect(await codeOf(migrateDown(deps([one]), 0))).to.equal('migration.schema_newer');
  });

  it('refuses a step of another branch in the place of ours', async () => {
    await migrateUp(deps([one]));
    expect(await codeOf(migrateUp(deps([{ ...one, name: '0001-other' }])))).to.equal('migration.order');
  });

  it('leaves nothing of a step that fails half-way, and goes on from there when it is mended', async () => {
    const broken = step(2, 'CREATE TABLE half (id int); SELECT no_such_column');
    expect(await codeOf(migrateUp(deps([one, broken])))).to.equal('migration.step_failed');
    expect((await schemaStatus(deps([one, two]))).applied).to.deep.equal(['0001-step']);
    expect((await client.query(`SELECT to_regclass('half') AS found`)).rows).to.deep.equal([{ found: null }]);
    expect(await migrateUp(deps([one, two]))).to.deep.equal(['0002-step']);
  });

  it('stops before the first step of a kind it was not asked for', async () => {
    const three = step(3, 'CREATE TABLE third_table (id int)');
    expect(await migrateUp(deps([one, two, three]), { kinds: ['expand', 'data'] })).to.deep.equal([
      '0001-step',
    ]);
  });

  it('lets two runners at once apply each step exactly once', async () => {
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    await other.query('SET search_path = trial');
    const slow = step(1, 'CREATE TABLE first_table (id int); SELECT pg_sleep(0.2)');
    const applied = await Promise.all([
      migrateUp(deps([slow, two])),
      migrateUp(deps([slow, two], createPostgresPort(other))),
    ]);
    await other.end();
    expect(applied.flat().sort()).to.deep.equal(['0001-step', '0002-step']);
  });

  it('gives up with a clear error when another runner holds the lock', async () => {
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(1447318347)');
    expect(await codeOf(migrateUp({ ...deps([one]), lockTimeoutMs: 100 }))).to.equal('migration.locked');
    await holder.end();
    expect(await migrateUp(deps([one]))).to.deep.equal(['0001-step']);
  });

  it('prints the script with its checksum for review', () => {
    expect(migrationSql('oracle', 1, [one, two])).to.equal(
      `-- 0002-step (contract): A step.\n-- sha256 ${two.sql.oracle.checksum}\n${two.sql.oracle.up}`,
    );
  });
});

describe('step 0001', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await buildDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  const insert = `INSERT INTO idempotency_record (actor_id, key_hash, body_hash, state, answer_enc, created_at)
    VALUES ('a', decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), 1, $1, '2026-01-05')`;

  it('lets nothing but an envelope in as a kept answer', async () => {
    for (const value of [Buffer.from('plain text'), Buffer.alloc(0)]) {
      const error: unknown = await client.query(insert, [value]).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(Error);
    }
    expect((await client.query(insert, [Buffer.from([0xe1, 1])])).rowCount).to.equal(1);
  });
});
