import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { buildDesk, type Desk } from '../desk/test/build-desk.ts';
import { superviseDatabase, type EmbeddedDatabase, type Supervisor } from '../platform/database/index.ts';
import { createStorageGuard } from '../platform/persistence/index.ts';
import { IS_ORACLE_SIM, QUIET_LOG } from './support/core.ts';
import { startOwnDatabase } from './support/database.ts';
import { ackedBy, DeskWriter } from './support/desk-load.ts';

const DISK_MIB = 320;
const MIB = 1024 * 1024;
const PAGE_BYTES = 4096;
const WRITERS = 6;
const KILLS = 8;
/** A small log, so that the small disk fills with messages. */
const SETTINGS = {
  min_wal_size: '32MB',
  max_wal_size: '48MB',
  max_connections: '40',
  shared_buffers: '16MB',
};

describe('a disk of its own that fills up, and kill -9 of its PostgreSQL', function () {
  this.timeout(180_000);
  const disk = mkdtempSync(join(tmpdir(), 'vd-disk-'));
  let isMounted = false;
  let database: EmbeddedDatabase;
  let supervisor: Supervisor;
  let desk: Desk;
  let writers: DeskWriter[] = [];

  before(async function () {
    if (IS_ORACLE_SIM) return this.skip();
    chmodSync(disk, 0o711);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m,mode=0711`, 'tmpfs', disk]);
    isMounted = mounted.status === 0;
    if (!isMounted) {
      process.stderr.write('SKIPPED: no small disk can be mounted here; run as root to test a full disk.\n');
      return this.skip();
    }
    const own = await startOwnDatabase(join(disk, 'home'), SETTINGS);
    ({ database } = own);
    const pausesMs = [0, 200];
    supervisor = superviseDatabase(database, {
      log: QUIET_LOG,
      onRestarted: async () => undefined,
      pausesMs,
    });
    desk = await buildDesk({ place: own.place });
    writers = await Promise.all(
      Array.from({ length: WRITERS }, async () => new DeskWriter(desk, await desk.buildConversation())),
    );
  });
  after(async () => {
    await supervisor?.stop();
    await desk?.close();
    if (isMounted) spawnSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  const write = (textOf: (n: number) => string) => {
    let isOver = false;
    const writing = Promise.all(writers.map((writer) => writer.write(textOf, () => isOver)));
    return {
      until: async (isSo: () => boolean) => {
        while (!isSo()) await Promise.race([wait(2), writing]);
      },
      finish: () => {
        isOver = true;
        return writing;
      },
    };
  };
  const codes = () => new Set(writers.flatMap(({ refusals }) => [...refusals.keys()]));
  const administer = async (sql: string) => {
    const client = new pg.Client({ connectionString: database.ownerUrl });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(sql);
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  it('refuses by name when not a byte is left, reads on, and loses nothing', async () => {
    const load = write((n) => `${n} ${'磁盘快满了。'.repeat(300)}`);
    await load.until(() => ackedBy(writers) > WRITERS * 2);
    // A fresh segment of the log lies ready: what fails is the table.
    await administer('SELECT pg_switch_wal()');
    await administer('CHECKPOINT');
    const filler = join(disk, 'filler');
    fill(filler);
    await load.until(() => codes().has('storage.full'));
    const guard = createStorageGuard({ folders: [disk], now: () => new Date() });
    await guard.look();
    expect(guard.hasRoom).to.equal(false);
    expect(() => guard.assertWritable())
      .to.throw()
      .with.property('code', 'storage.full');
    const [first] = writers as [DeskWriter];
    const row = await desk.service.get(first.conversationId);
    const read = await desk.core.uow.read((db) => desk.service.history(db, row, 0, 1));
    expect(read.map(({ seq }) => seq)).to.deep.equal([1]);
    rmSync(filler);
    await guard.look();
    expect(guard.hasRoom).to.equal(true);
    guard.close();
    const before = ackedBy(writers);
    await load.until(() => ackedBy(writers) > before + WRITERS * 2);
    await load.finish();
    for (const writer of writers) await writer.expectWhole();
  });

  it('comes back when the log itself had no room', async () => {
    const load = write((n) => `${n} ${'日志没有空间了。'.repeat(300)}`);
    const filler = join(disk, 'filler');
    fill(filler);
    // Each switch asks for another segment; when there is room for none, PostgreSQL gives up and starts again.
    for (let segment = 0; segment < 6; segment += 1) {
      await administer('SELECT pg_switch_wal()').catch(() => undefined);
    }
    await wait(500);
    rmSync(filler);
    const before = ackedBy(writers);
    await load.until(() => ackedBy(writers) > before + WRITERS * 2);
    await load.finish();
    for (const writer of writers) await writer.expectWhole();
  });

  it(`loses nothing in ${KILLS} kills of every process of PostgreSQL`, async () => {
    const load = write((n) => `第 ${n} 条`);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = ackedBy(writers);
      await load.until(() => ackedBy(writers) > before + WRITERS * 3);
      const { pid } = database;
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
      for (const each of [pid, ...children.filter(Boolean).map(Number)]) killNow(each);
      await load.until(() => database.pid !== pid && database.isRunning());
    }
    await load.finish();
    for (const writer of writers) await writer.expectWhole();
    const lanes = await desk.core.sql(
      'SELECT lane, COUNT(*) AS entries, MAX(n) AS last FROM audit_event WHERE lane > 0 GROUP BY lane',
    );
    for (const { entries, last } of lanes) expect(Number(entries)).to.equal(Number(last));
  });
});

/** Takes every byte that is left. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  for (const bytes of [MIB, PAGE_BYTES]) while (takes(file, Buffer.alloc(bytes)));
  closeSync(file);
}

function takes(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
