import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { inspect } from 'node:util';
import { expect } from 'chai';
import pg from 'pg';
import '../compose.ts';
import { MessageIndexer } from '../desk/search/message-indexer.ts';
import { buildDesk, PEOPLE, type Desk } from '../desk/test/build-desk.ts';
import { SYSTEM_ACTOR } from '../kernel/index.ts';
import { createMetrics } from '../platform/http/index.ts';
import { createLog } from '../platform/log/index.ts';
import type { TestDatabase } from './support/database.ts';
import { QUIET_LOG } from './support/core.ts';
import { serveRoutes } from './support/serve-routes.ts';

/** Begins every planted phone number and every planted name; nothing else holds it. */
const PHONE_MARK = '1997665';
const NAME_MARK = '甪驫';
const PEOPLE_COUNT = 500;
const hex = (text: string) => Buffer.from(text).toString('hex');
/** As text, as hexadecimal, as the escapes of JSON, and as an address carries it. */
const MARKS = [
  ...[PHONE_MARK, NAME_MARK, hex(PHONE_MARK), hex(NAME_MARK)],
  ...['\\u752a\\u9a6b', encodeURIComponent(NAME_MARK)],
];
const marksIn = (text: string) => MARKS.filter((mark) => text.includes(mark));
const nameOf = (i: number) => `${NAME_MARK}${String.fromCodePoint(0x4e00 + i)}`;
const phoneOf = (i: number) => `${PHONE_MARK}${String(i).padStart(4, '0')}`;

/** Looks into the files of the database server as its administrator can. */
describe('1,000 planted names and numbers', function () {
  this.timeout(180_000);
  let desk: Desk;
  let beside: TestDatabase;
  let owner: pg.Client;
  let firstWal: string;
  /** What PostgreSQL wrote into its own log while people were planted and looked for, every statement of it. */
  let serverLog: string;
  /** What was refused on the way. */
  let refused: unknown;
  const home = mkdtempSync(join(tmpdir(), 'vd-clear-'));
  const metrics = createMetrics();

  before(async () => {
    desk = await buildDesk();
    // Loaded the way the core loads it: on the same server.
    beside = await (await import('./support/database.ts')).buildDatabase();
    owner = new pg.Client({ connectionString: beside.ownerUrl });
    await owner.connect();
    firstWal = (await one('SELECT pg_walfile_name(pg_current_wal_lsn()) AS v')) as string;
    const log = await logOfServer();
    const from = statSync(log).size;
    await setLogging('ALTER SYSTEM SET log_min_duration_statement = 0');
    try {
      await plant();
      refused = await plantTwice();
    } finally {
      await setLogging('ALTER SYSTEM RESET log_min_duration_statement');
    }
    serverLog = readFileSync(log).subarray(from).toString('utf8');
  });
  after(async () => {
    await owner?.end();
    await beside?.drop();
    await desk?.close();
    rmSync(home, { recursive: true });
  });

  async function one(sql: string, values: unknown[] = []): Promise<unknown> {
    const { rows } = await owner.query<{ v: unknown }>(sql, values);
    return rows[0]?.v;
  }
  /** The standard output of the postmaster is its log. */
  async function logOfServer(): Promise<string> {
    const pidFile = (await one(`SELECT pg_read_file('postmaster.pid') AS v`)) as string;
    return realpathSync(`/proc/${pidFile.split('\n')[0]}/fd/2`);
  }
  async function setLogging(sql: string): Promise<void> {
    await owner.query(sql);
    await owner.query('SELECT pg_reload_conf()');
  }
  /** The same person of the host application twice: the database refuses the row. */
  function plantTwice(): Promise<unknown> {
    const twice = { siteId: 'demo', profile: { external: `K${phoneOf(6)}`, name: nameOf(6) } };
    return desk.core.uow
      .run({ actor: SYSTEM_ACTOR }, (tx) => desk.requesters.create(tx, { ...twice, isIdentified: true }))
      .then(
        () => undefined,
        (error: unknown) => error,
      );
  }
  async function plant(): Promise<void> {
    const { clock, crypto, database } = desk.core;
    const withDb = database.read.bind(database);
    const log = QUIET_LOG;
    const indexer = new MessageIndexer({ owners: desk.owners, crypto, clock, withDb, log, metrics });
    for (let i = 0; i < PEOPLE_COUNT; i += 1) {
      const profile = { name: nameOf(i), phone: phoneOf(i), external: `K${phoneOf(i)}` };
      const { row } = await desk.buildRequester(profile);
      if (i % 25 !== 0) continue;
      const words = { subject: `${profile.name}来电`, description: `电话 ${profile.phone}` };
      await desk.call('lin', 'POST /tickets', { body: { ...words, requesterId: row.id } });
      await desk.buildConversation({ texts: [`我是${profile.name}，电话${profile.phone}`] });
    }
    await indexer.drain();
  }
  /** Files under the data folder, of those asked for, that hold a mark. */
  async function filesWithMarks(paths: readonly string[], marks = MARKS): Promise<string[]> {
    const hit: string[] = [];
    for (const path of paths) {
      const content = (await one('SELECT pg_read_binary_file($1, 0, 64 * 1024 * 1024, true) AS v', [
        path,
      ])) as Buffer | null;
      if (content !== null && marks.some((mark) => content.includes(mark))) hit.push(path);
    }
    return hit;
  }
  async function walSince(file: string): Promise<string[]> {
    const { rows } = await owner.query<{ name: string }>(
      `SELECT name FROM pg_ls_waldir() WHERE name >= $1 AND name ~ '^[0-9A-F]{24}$' ORDER BY name`,
      [file],
    );
    return rows.map(({ name }) => `pg_wal/${name}`);
  }

  it('stand in no file of the write-ahead log', async () => {
    const files = await walSince(firstWal);
    expect(files).to.have.length.greaterThan(0);
    expect(await filesWithMarks(files)).to.deep.equal([]);
    // A control: what is not sealed is found by the same look.
    const control = 'control-of-the-log-7f3a';
    await desk.core.sql(`INSERT INTO search_mark (name, done_at) VALUES ($1, '2026-01-01')`, [control]);
    await owner.query('SELECT pg_switch_wal()');
    expect(await filesWithMarks(await walSince(firstWal), [control])).to.have.length.greaterThan(0);
  });

  it('stand in no file of the database, nor in what a sort spills', async () => {
    const name = new URL(desk.core.url).pathname.slice(1);
    const folder = `base/${String(await one('SELECT oid AS v FROM pg_database WHERE datname = $1', [name]))}`;
    await owner.query('CHECKPOINT');
    const { rows } = await owner.query<{ v: string }>('SELECT pg_ls_dir($1) AS v', [folder]);
    expect(rows).to.have.length.greaterThan(100);
    expect(await filesWithMarks(rows.map(({ v }) => `${folder}/${v}`))).to.deep.equal([]);
    const sorting = new pg.Client({ connectionString: desk.core.url });
    await sorting.connect();
    try {
      await sorting.query(`BEGIN; SET LOCAL work_mem = '64kB';
        DECLARE spilled CURSOR FOR SELECT r.* FROM requester r, generate_series(1, 20) ORDER BY r.name_enc, r.id;
        FETCH 1 FROM spilled`);
      const spilled = await owner.query<{ name: string }>('SELECT name FROM pg_ls_tmpdir()');
      expect(spilled.rows).to.have.length.greaterThan(0);
      expect(
        await filesWithMarks(spilled.rows.map(({ name: file }) => `base/pgsql_tmp/${file}`)),
      ).to.deep.equal([]);
    } finally {
      await sorting.end();
    }
  });

  it('stand in no log, no error, no answer that is masked, and no metric', async () => {
    const { core } = desk;
    const lin = { actor: { type: 'account' as const, id: PEOPLE.lin.id }, permissions: ['requester:read'] };
    const served = await serveRoutes(core, desk.routes, { lin });
    const terminal: string[] = [];
    const log = createLog({
      ...{ home, level: 'debug', fileMegabytes: 1, fileCount: 1, now: () => core.clock.now() },
      terminal: { write: (text: string) => void terminal.push(text) },
    });
    const answers: string[] = [];
    try {
      for (const query of [
        ...[`phone=${phoneOf(1)}`, `name=${encodeURIComponent(nameOf(1))}`, `phoneLast4=0001`],
        ...[`namePart=${encodeURIComponent(nameOf(2))}`, `nobody=${phoneOf(3)}`, `cursor=${phoneOf(4)}`],
      ]) {
        answers.push((await served.ask('lin', `/api/v1/requesters?${query}`)).text);
      }
      answers.push((await served.ask('lin', `/api/v1/requesters/${phoneOf(5)}`)).text);
      expect(answers.filter((text) => text.includes('"items"'))).to.have.length.greaterThan(2);
      for (const fault of served.faults) log.error('fault in a spec', {}, fault);
      expect(refused).to.be.instanceOf(Error);
      log.error('a row was refused', { name: nameOf(7), phone: phoneOf(7) }, refused);
      log.warn('a number was typed', { code: phoneOf(8) }, new Error(`no such number ${phoneOf(8)}`));
    } finally {
      await served.stop();
      await log.close();
    }
    const written = readFileSync(join(home, 'log', 'vaultdesk.log'), 'utf8');
    expect(written).to.include('a row was refused');
    expect(marksIn(written)).to.deep.equal([]);
    expect(marksIn(terminal.join(''))).to.deep.equal([]);
    expect(marksIn(answers.join('\n'))).to.deep.equal([]);
    expect(metrics.render()).to.include('vaultdesk_message_index_indexed_total');
    expect(marksIn(metrics.render())).to.deep.equal([]);
  });

  it('stand in no line of the log of PostgreSQL, though it logs every statement', () => {
    expect(serverLog).to.include('INSERT INTO requester ');
    expect(serverLog).to.include('duplicate key value violates unique constraint');
    expect(marksIn(serverLog)).to.deep.equal([]);
  });

  it('stand in no dump of any table', async () => {
    const inside = new pg.Client({ connectionString: ownerUrlOf(desk.core.url) });
    await inside.connect();
    try {
      const { rows: tables } = await inside.query<{ name: string }>(
        `SELECT c.oid::regclass::text AS name FROM pg_class c
          WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
      );
      const folder = (await one(`SELECT current_setting('data_directory') AS v`)) as string;
      const hit: string[] = [];
      let people = 0;
      for (const { name } of tables) {
        const { rowCount } = await inside.query(`COPY ${name} TO '${folder}/dump.copy'`);
        if (name === 'requester') people = rowCount ?? 0;
        if ((await filesWithMarks(['dump.copy'])).length > 0) hit.push(name);
      }
      expect(hit).to.deep.equal([]);
      expect(people).to.be.greaterThan(PEOPLE_COUNT);
    } finally {
      await inside.end();
    }
  });

  it('stand in no report of a crash', () => {
    const { crypto } = desk.core;
    expect(marksIn(JSON.stringify(process.report.getReport(refused as Error)))).to.deep.equal([]);
    // What Node prints of an error that nobody catches, and of the keyring if that hangs on one.
    expect(marksIn(inspect(refused, { depth: 12, showHidden: true }))).to.deep.equal([]);
    expect(inspect(crypto, { depth: 12 })).to.not.match(/<Buffer/);
  });

  /** The same database, as its administrator. */
  function ownerUrlOf(url: string): string {
    return beside.ownerUrl.replace(/[^/]*$/, new URL(url).pathname.slice(1));
  }
});
