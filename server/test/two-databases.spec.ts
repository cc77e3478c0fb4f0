import { expect } from 'chai';
import { AppError } from '../kernel/index.ts';
import {
  col,
  DatabaseConflict,
  defineEntity,
  type Entity,
  insert,
  insertIfFree,
  portable,
  select,
  type Tx,
} from '../platform/persistence/index.ts';
import {
  checksumOf,
  migrateUp,
  MigrationError,
  readSteps,
  verifySchema,
  type Step,
} from '../../migrations/index.ts';
import { buildCore, IS_ORACLE_SIM, type Core } from './support/core.ts';

const columns = {
  id: col.uuid(),
  name: col.text(1_000),
  nick: col.text(1_000).optional(),
  story: col.clob().optional(),
  isTall: col.flag(),
  bornAt: col.instant(),
  raw: col.bytes(32).optional(),
  extra: col.json().optional(),
};
/** Not declared: no step makes it, and other specs of this process compare the declared tables with the live ones. */
const entity: Entity<typeof columns> = { table: 'spec_two_databases', columns, primaryKey: ['id'] };
const INSERT = insert(entity);
const BY_ID = select(entity, { name: 'spec.two_databases.by_id', where: ['id'] });
const BY_IDS = select(entity, { name: 'spec.two_databases.by_ids', whereIn: 'id' });
const IF_FREE = insertIfFree(entity, 'spec.two_databases.if_free', ['id']);
const CLAIM = portable<{ id: string; name: string }>(
  'spec.two_databases.claim',
  'UPDATE spec_two_databases SET name = :name WHERE id = :id AND nick IS NULL',
  { params: { id: 'uuid', name: 'text' } },
);

/** Sessions that wait for another one; H2 tells only what they are at. */
const WAITING = {
  postgres: `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  h2: `SELECT session_id FROM information_schema.sessions WHERE executing_statement LIKE 'MERGE INTO spec_two%'`,
  none: undefined,
} as const;

/** What is put in, and what comes out or is refused: the same on both databases, which run this very file. */
describe('both databases', () => {
  let core: Core;
  before(async () => {
    core = await buildCore();
    await core.sql(
      core.database.dialect.name === 'oracle'
        ? `CREATE TABLE spec_two_databases (id VARCHAR2(36) NOT NULL, name VARCHAR2(1000 CHAR) NOT NULL,
            nick VARCHAR2(1000 CHAR), story CLOB, is_tall NUMBER(1) NOT NULL, born_at TIMESTAMP(3) NOT NULL,
            raw RAW(32), extra CLOB, CONSTRAINT pk_spec_two_databases PRIMARY KEY (id))`
        : `CREATE TABLE spec_two_databases (id uuid NOT NULL, name varchar(1000) NOT NULL,
            nick varchar(1000), story text, is_tall smallint NOT NULL, born_at timestamp(3) NOT NULL,
            raw bytea, extra text, CONSTRAINT pk_spec_two_databases PRIMARY KEY (id))`,
    );
  });
  after(() => core.close());

  type Row = Parameters<typeof build>[0];
  const build = (
    change: Partial<{
      name: string;
      nick: string | null;
      story: string | null;
      raw: Buffer | null;
      extra: unknown;
    }> = {},
  ) => ({
    id: core.ids.next(),
    ...{ name: 'Ada', nick: null, story: null, raw: null, extra: null },
    ...{ isTall: true, bornAt: new Date('2026-02-28T23:59:59.987Z') },
    ...(change as object),
  });
  const put = async (change: Row) => {
    const row = build(change);
    await core.uow.run({ actor: { type: 'system', id: 'system' } }, async (tx) => {
      await tx.run(INSERT, row as never);
      tx.record({ action: 'server.start', outcome: 'ok' });
    });
    return core.uow.read((db) => db.one(BY_ID, { id: row.id }));
  };
  const refusalOf = (change: Row) =>
    put(change).then(
      () => 'taken',
      (error: unknown) => (error instanceof AppError ? `${error.code}: ${error.message}` : String(error)),
    );

  const run = (work: (tx: Tx) => Promise<void>) =>
    core.uow.run({ actor: { type: 'system', id: 'system' } }, async (tx) => {
      tx.record({ action: 'server.start', outcome: 'ok' });
      await work(tx);
    });
  /** Until a session waits for another, or `work` ended; a server that does not show it to its users is given no time. */
  async function untilOneWaits(work: Promise<unknown>): Promise<void> {
    const look =
      WAITING[core.database.dialect.name === 'postgres' ? 'postgres' : IS_ORACLE_SIM ? 'h2' : 'none'];
    let hasEnded = false;
    const end = () => void (hasEnded = true);
    work.then(end, end);
    while (look !== undefined && !hasEnded && (await core.sql(look)).length === 0) continue;
  }

  it('take an empty optional text for none', async () => {
    expect((await put({ nick: '' }))?.nick).to.equal(null);
    expect((await put({ story: '' }))?.story).to.equal(null);
  });

  it('refuse an empty required text, and one of 1,001 characters, with one code and sentence', async () => {
    const sentence = 'storage.value_refused: A value is missing or longer than its field; nothing was saved.';
    expect(await refusalOf({ name: '' })).to.equal(sentence);
    expect(await refusalOf({ name: '长'.repeat(1_001) })).to.equal(sentence);
    expect(await refusalOf({ nick: 'x'.repeat(1_001) })).to.equal(sentence);
  });

  it('keep 1,000 Chinese characters, letters of four bytes, quotes, and backslashes as they are', async () => {
    for (const name of ['长'.repeat(1_000), '𠮷😀é', `O'Reilly "x" \\ %_`, ' a ', '\u3000']) {
      expect((await put({ name }))?.name).to.equal(name);
    }
    const story = '𠮷'.repeat(20_000);
    expect((await put({ story }))?.story).to.equal(story);
  });

  it('keep instants to the millisecond, bytes, flags, and JSON', async () => {
    const raw = Buffer.from([0, 1, 225, 255]);
    const extra = { list: [1, 'zwei', null], deep: { is: true } };
    const row = await put({ raw, extra });
    expect(row).to.deep.include({ raw, extra, isTall: true, bornAt: new Date('2026-02-28T23:59:59.987Z') });
  });

  it('keep an instant that a clock in some zone never shows', async () => {
    // 02:30 in New York on the day clocks go forward there.
    const bornAt = new Date('2026-03-08T02:30:00.123Z');
    expect(await put({ bornAt } as never)).to.deep.include({ bornAt });
  });

  it('find up to 500 ids of a list, and refuse 1,500 before anything is sent', async () => {
    const row = (await put({})) as { id: string };
    const strangers = Array.from({ length: 499 }, () => core.ids.next());
    const found = await core.uow.read((db) => db.all(BY_IDS, { idList: [...strangers, row.id] }));
    expect(found.map(({ id }) => id)).to.deep.equal([row.id]);
    const many = Array.from({ length: 1_500 }, () => core.ids.next());
    const fault = await core.uow
      .read((db) => db.all(BY_IDS, { idList: many }))
      .catch((error: Error) => error);
    expect((fault as Error).message).to.contain('got a list of 1500');
  });

  it('refuse a second row of one key as a conflict that names it', async () => {
    const row = build();
    const insertIt = () =>
      core.uow.run({ actor: { type: 'system', id: 'system' } }, async (tx) => {
        await tx.run(INSERT, row as never);
        tx.record({ action: 'server.start', outcome: 'ok' });
      });
    const outcomes = await Promise.allSettled([insertIt(), insertIt()]);
    const lost = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(lost).to.have.length(1);
    expect(lost[0]?.reason).to.be.instanceOf(DatabaseConflict);
    expect(lost[0]?.reason).to.include({ kind: 'unique', constraint: 'pk_spec_two_databases' });
  });

  it('let the loser of a race for a key go on, as if the row had been there', async () => {
    const [row, another] = [build(), build()];
    const counts: number[] = [];
    let enter: () => void = () => undefined;
    let leave: () => void = () => undefined;
    const isIn = new Promise<void>((resolve) => (enter = resolve));
    const held = new Promise<void>((resolve) => (leave = resolve));
    const winner = run(async (tx) => {
      counts.push(await tx.run(IF_FREE, row as never));
      enter();
      await held;
    });
    await isIn;
    const loser = run(async (tx) => {
      counts.push(await tx.run(IF_FREE, row as never));
      counts.push(await tx.run(IF_FREE, another as never));
    });
    await untilOneWaits(loser);
    leave();
    await Promise.all([winner, loser]);
    expect(counts).to.deep.equal([1, 0, 1]);
    const found = await core.uow.read((db) => db.all(BY_IDS, { idList: [row.id, another.id] }));
    expect(found).to.have.length(2);
  });

  it('tell how many rows a change hit, also when it hit none', async () => {
    const row = (await put({ nick: 'taken' })) as { id: string };
    const hits = await core.uow.run({ actor: { type: 'system', id: 'system' } }, async (tx) => {
      tx.record({ action: 'server.start', outcome: 'ok' });
      return tx.run(CLAIM, { id: row.id, name: 'Eve' });
    });
    expect(hits).to.equal(0);
  });

  it('refuse a declared name of 30 characters before any database sees it', () => {
    expect(() =>
      defineEntity('spec_a_table_of_thirty_letters', { id: col.uuid() }, { primaryKey: ['id'] }),
    ).to.throw('does not fit both databases');
  });

  it('refuse a schema step that was changed after it ran, and change nothing', async () => {
    const schema = await core.openSchema();
    const steps = readSteps();
    const last = steps.at(-1) as Step;
    const checksum = checksumOf('SELECT 1');
    const sql = { postgres: { ...last.sql.postgres, checksum }, oracle: { ...last.sql.oracle, checksum } };
    const deps = {
      port: schema.port,
      now: () => new Date(),
      steps: [...steps.slice(0, -1), { ...last, sql }],
    };
    try {
      for (const work of [migrateUp, verifySchema]) {
        const fault = await work(deps).catch((error: unknown) => error);
        expect(fault).to.be.instanceOf(MigrationError);
        expect(fault).to.include({
          code: 'migration.step_changed',
          message: `Step ${last.name} was changed after it was applied. Put the script back as it was; a change needs a new step.`,
        });
      }
      await verifySchema({ ...deps, steps });
    } finally {
      await schema.close();
    }
  });
});
