import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { StartError } from '../../kernel/index.ts';
import { buildHome, removeHome } from '../../test/support/database.ts';
import { startDatabase, type EmbeddedDatabase } from './database.ts';
import { isAlive, processesIn } from './postmaster.ts';

const isRoot = process.geteuid?.() === 0;
const QUIET = { info: () => undefined, warn: () => undefined };
const HOLDER = fileURLToPath(new URL('./fixtures/hold-database.mjs', import.meta.url));

describe('the embedded database', () => {
  let home: string;
  let started: EmbeddedDatabase[];
  let dataDirs: Set<string>;
  beforeEach(() => {
    home = buildHome();
    started = [];
    dataDirs = new Set([join(home, 'pgdata')]);
  });
  afterEach(async () => {
    for (const database of started) await database.stop();
    for (const dataDir of dataDirs) {
      for (const pid of processesIn(dataDir)) process.kill(pid, 'SIGKILL');
      removeHome(home, dataDir);
    }
  });

  async function start(): Promise<EmbeddedDatabase> {
    const database = await startDatabase({ home, log: QUIET });
    started.push(database);
    dataDirs.add(database.dataDir);
    return database;
  }

  async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined); // The server may be killed under it.
    await client.connect();
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  async function faultOfStart(): Promise<StartError> {
    try {
      await start();
    } catch (error) {
      if (error instanceof StartError) return error;
      throw error;
    }
    throw new Error('it started');
  }

  /** Another process that starts the database and is then killed, as a server by `kill -9`. */
  async function startElsewhere(): Promise<{ child: ChildProcess; pid: number }> {
    const child = spawn(process.execPath, ['--import', 'tsx', HOLDER, home], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.stdout.on('data', (data: Buffer) => resolve(Number(data.toString().trim())));
      child.on('exit', () => reject(new Error('the holder ended')));
    });
    return { child, pid };
  }

  async function kill(child: ChildProcess): Promise<void> {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  it('starts durable, in UTF-8, without a network port, and sorts by pinyin', async () => {
    const database = await start();
    const [row] = await query(
      database.url,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
        current_setting('data_checksums') AS checksums, current_setting('listen_addresses') AS listens,
        current_setting('max_wal_size') AS wal, current_setting('server_encoding') AS encoding,
        (SELECT datctype FROM pg_database WHERE datname = current_database()) AS ctype,
        (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_super,
        (SELECT string_agg(w, '' ORDER BY w) FROM unnest(ARRAY['张','阿','王','李']) AS w) AS sorted`,
    );
    expect(row).to.include({
      fsync: 'on',
      commit: 'on',
      checksums: 'on',
      listens: '',
      wal: '1GB',
      encoding: 'UTF8',
    });
    expect(row?.ctype).to.match(/utf-?8/i);
    expect(row).to.include({ is_super: false, sorted: '阿李王张' });
    expect(
      (await query(database.ownerUrl, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user'))[0],
    ).to.include({
      rolsuper: true,
    });
  });

  it('is private to its account, in a session of its own that Ctrl-C does not reach', async () => {
    const database = await start();
    for (const folder of [database.socketDir, database.dataDir])
      expect(statSync(folder).mode & 0o777).to.equal(0o700);
    expect(statSync(`/proc/${database.pid}`).uid === 0).to.equal(false);
    expect(statSync(database.dataDir).uid).to.equal(statSync(`/proc/${database.pid}`).uid);
    const stat = readFileSync(`/proc/${database.pid}/stat`, 'utf8');
    const session = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
    expect(session).to.equal(database.pid);
  });

  it('finds its data again after a stop, and stops without a trace', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept (id int)');
    await first.stop();
    expect(isAlive(first.pid)).to.equal(false);
    expect(existsSync(join(first.dataDir, 'postmaster.pid'))).to.equal(false);
    const second = await start();
    expect(second.isAdopted).to.equal(false);
    expect(await query(second.url, 'SELECT count(*)::int AS n FROM kept')).to.deep.equal([{ n: 0 }]);
  });

  it('lets one of two starts win and tells the other', async () => {
    const outcomes = await Promise.allSettled([start(), start()]);
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(lost).to.have.length(1);
    expect((lost[0]?.reason as StartError).code).to.equal('database.in_use');
    expect((await query(started[0]?.url ?? '', 'SELECT 1 AS one'))[0]).to.deep.equal({ one: 1 });
  });

  it('adopts the PostgreSQL that a killed server left running', async () => {
    const { child, pid } = await startElsewhere();
    expect((await faultOfStart()).code).to.equal('database.in_use');
    await kill(child);
    const database = await start();
    expect(database).to.include({ isAdopted: true, pid });
    await database.stop();
    expect(isAlive(pid)).to.equal(false);
  });

  it('recovers every acknowledged row when server and database are killed together', async () => {
    const { child, pid } = await startElsewhere();
    const url = `postgres://vaultdesk@${encodeURIComponent(join(home, 'pgrun'))}/vaultdesk`;
    await query(url, 'CREATE TABLE acknowledged AS SELECT generate_series(1, 1000) AS id');
    process.kill(pid, 'SIGKILL');
    await kill(child);
    const database = await start();
    expect(database.isAdopted).to.equal(false);
    expect(await query(database.url, 'SELECT count(*)::int AS n FROM acknowledged')).to.deep.equal([
      { n: 1000 },
    ]);
  });

  it('notices that its PostgreSQL died and starts it again', async () => {
    const first = await start();
    expect(first.isRunning()).to.equal(true);
    process.kill(first.pid, 'SIGKILL');
    await new Promise<void>((resolve) => {
      const look = () => (first.isRunning() ? setImmediate(look) : resolve());
      look();
    });
    await first.stop();
    const second = await start();
    expect(await query(second.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
  });

  it('is not misled by a pid file that names a living process of another kind', async () => {
    const first = await start();
    await first.stop();
    const file = join(first.dataDir, 'postmaster.pid');
    writeFileSync(file, `${process.pid}\n${first.dataDir}\n0\n5432\n${first.socketDir}\n\n0 0\nready\n`);
    expect((await start()).isAdopted).to.equal(false);
  });

  it('begins again after a first start that was cut off in the middle', async () => {
    mkdirSync(join(home, 'pgdata.partial'), { recursive: true });
    chmodSync(home, 0o711);
    writeFileSync(join(home, 'pgdata.partial', 'PG_VERSION'), '18\n');
    expect((await start()).isRunning()).to.equal(true);
    expect(existsSync(join(home, 'pgdata.partial'))).to.equal(false);
  });

  it('takes an empty data folder that is already there', async () => {
    mkdirSync(join(home, 'pgdata'), { recursive: true });
    chmodSync(home, 0o711);
    expect((await start()).isRunning()).to.equal(true);
  });

  it('refuses data of a newer PostgreSQL and leaves it alone', async () => {
    const { dataDir, stop } = await start();
    await stop();
    writeFileSync(join(dataDir, 'PG_VERSION'), '19\n');
    const fault = await faultOfStart();
    expect(fault.code).to.equal('database.version_other');
    expect(fault.message).to.contain('19');
    expect(fault.remedy).to.contain('newer Vaultdesk');
    expect(existsSync(join(dataDir, 'global'))).to.equal(true);
  });

  it('refuses a damaged data folder with one clear error and starts nothing', async () => {
    const { dataDir, stop } = await start();
    await stop();
    writeFileSync(join(dataDir, 'global', 'pg_control'), Buffer.alloc(8192));
    const fault = await faultOfStart();
    expect(fault.code).to.equal('database.corrupted');
    expect(processesIn(dataDir)).to.deep.equal([]);
  });

  it('refuses a data folder without PG_VERSION', async () => {
    const { dataDir, stop } = await start();
    await stop();
    rmSync(join(dataDir, 'PG_VERSION'));
    expect((await faultOfStart()).code).to.equal('database.corrupted');
  });

  it('frees the home folder after a refused start', async () => {
    const { dataDir, stop } = await start();
    await stop();
    renameSync(join(dataDir, 'PG_VERSION'), join(dataDir, 'PG_VERSION.away'));
    await faultOfStart();
    renameSync(join(dataDir, 'PG_VERSION.away'), join(dataDir, 'PG_VERSION'));
    expect((await start()).isRunning()).to.equal(true);
  });

  it('keeps the socket path within 107 bytes in a deep home folder', async () => {
    const shallow = home;
    home = join(home, 'd'.repeat(60), 'e'.repeat(60));
    mkdirSync(home, { recursive: true });
    for (const folder of [shallow, join(home, '..'), home]) chmodSync(folder, 0o711);
    const database = await start();
    expect(Buffer.byteLength(join(database.socketDir, '.s.PGSQL.5432'))).to.be.at.most(107);
    expect(statSync(database.socketDir).mode & 0o777).to.equal(0o700);
    await database.stop();
    expect(existsSync(database.socketDir)).to.equal(false);
    home = shallow;
  });

  it('writes no statement text and no values into its log', async () => {
    const database = await start();
    await query(database.url, 'CREATE TABLE one (phone text PRIMARY KEY)');
    await query(database.url, `INSERT INTO one VALUES ('13800138000')`);
    await query(database.url, `INSERT INTO one VALUES ('13800138000')`).catch(() => undefined);
    const log = join(home, 'log', 'postgres.log');
    expect(readFileSync(log, 'utf8')).to.contain('duplicate key').and.not.contain('13800138000');
    expect(statSync(log).mode & 0o777).to.equal(0o600);
  });

  describe('as root, below a folder that only root may enter', () => {
    before(function () {
      if (!isRoot) this.skip();
    });

    it('keeps the data where its account can, says where, and finds it again', async () => {
      mkdirSync(home);
      chmodSync(home, 0o700);
      const first = await start();
      const outside = readFileSync(join(home, 'pgdata.location'), 'utf8').trim();
      expect(first.dataDir).to.equal(join(outside, 'pgdata'));
      expect(statSync(outside).mode & 0o777).to.equal(0o700);
      expect(readFileSync(join(outside, 'HOME'), 'utf8').trim()).to.equal(home);
      await query(first.url, 'CREATE TABLE kept (id int)');
      await first.stop();
      const second = await start();
      expect(second.dataDir).to.equal(first.dataDir);
      expect(await query(second.url, 'SELECT count(*)::int AS n FROM kept')).to.deep.equal([{ n: 0 }]);
    });

    it('refuses to begin anew when the place it named is gone', async () => {
      mkdirSync(home);
      chmodSync(home, 0o700);
      writeFileSync(join(home, 'pgdata.location'), '/var/lib/vaultdesk-evaluation-gone\n');
      expect((await faultOfStart()).code).to.equal('database.data_missing');
      expect(readdirSync(home)).to.deep.equal(['pgdata.location']);
    });

    it('says so when a folder above existing data was closed', async () => {
      const { stop } = await start();
      await stop();
      chmodSync(home, 0o700);
      expect((await faultOfStart()).code).to.equal('database.permission');
      chmodSync(home, 0o711);
      expect((await start()).isRunning()).to.equal(true);
    });
  });
});
