import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import { buildCore, TEST_INSTALLATION, type Core } from '../../test/support/core.ts';
import { serveRoutes } from '../../test/support/serve-routes.ts';
import { defineRoute } from '../http/index.ts';
import { openAuditSpool, type AuditEmitter } from './audit-spool.ts';
import { createOutboxWriter } from './outbox.entity.ts';
import { createUnitOfWork, openDatabase, openTrail, type Database, type Trail } from './index.ts';

const BY_SYSTEM = { actor: SYSTEM_ACTOR };

/** A way to the database that can be cut and opened again. */
interface Way {
  url: string;
  isCut: boolean;
  cut(): void;
  close(): Promise<void>;
}

/** In front of the socket of the specs' PostgreSQL. */
async function buildWay(target: URL): Promise<Way> {
  const sockets = new Set<Socket>();
  const way: Way = {
    url: '',
    isCut: false,
    cut() {
      way.isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const server: Server = createServer((inside) => {
    if (way.isCut) return void inside.destroy();
    const outside = connect(join(decodeURIComponent(target.hostname), '.s.PGSQL.5432'));
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  way.url = `postgres://${target.username}@127.0.0.1:${port}${target.pathname}`;
  return way;
}

describe('the spool of the trail', () => {
  let core: Core;
  let way: Way;
  let database: Database;
  let trail: Trail;
  let folder: string;
  const changes: number[] = [];

  before(async () => {
    core = await buildCore();
    way = await buildWay(new URL(core.url));
    database = await openDatabase({ url: way.url, poolSize: 2 });
    const { clock, ids } = core;
    const place = { node: 'spool', installationId: TEST_INSTALLATION, batchLanes: 0 };
    trail = await openTrail({ database, clock, ids, ...place, timeState: () => 'unsynchronised' });
  });
  after(async () => {
    await database?.close();
    way.cut();
    await way.close();
    await core.close();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vd-spool-'));
    changes.length = 0;
    way.isCut = false;
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function open(bytesMax?: number): Promise<AuditEmitter> {
    const { clock, ids } = core;
    const toOutboxRow = createOutboxWriter({ clock, ids });
    const uow = createUnitOfWork({ database, trail, toOutboxRow, onCommit: () => undefined });
    return openAuditSpool({
      ...{ folder, database, trail, uow, clock, ids },
      ...(bytesMax === undefined ? {} : { bytesMax }),
      onChange: (waiting) => changes.push(waiting),
    });
  }
  const refuse = (spool: AuditEmitter, reason: string) =>
    spool.emit(BY_SYSTEM, { action: 'access.refuse', outcome: 'refused', reason });
  async function reasons(): Promise<string[]> {
    const rows = await core.sql(
      "SELECT body FROM audit_event WHERE node = 'spool' AND action = 'access.refuse' ORDER BY n",
    );
    return rows.map(({ body }) => (JSON.parse(String(body)) as { reason: string }).reason);
  }

  it('writes at once while the database is there, and keeps no file', async () => {
    const spool = await open();
    await refuse(spool, 'at-once');
    expect(await reasons()).to.deep.equal(['at-once']);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('keeps entries while the database is away, and writes them in their order when it is back', async () => {
    const spool = await open();
    way.cut();
    for (const reason of ['away-1', 'away-2', 'away-3']) await refuse(spool, reason);
    expect(spool.waiting).to.equal(3);
    await spool.replay();
    expect(spool.waiting).to.equal(3);
    way.isCut = false;
    await refuse(spool, 'back');
    expect((await reasons()).slice(-4)).to.deep.equal(['away-1', 'away-2', 'away-3', 'back']);
    expect(spool.waiting).to.equal(0);
    expect(changes).to.deep.equal([1, 0]);
    const [row] = await core.sql("SELECT body FROM audit_event WHERE body LIKE '%away-1%'");
    const body = JSON.parse(String(row!.body)) as {
      clock: { late: number; back?: number; mono: number; ntp: string };
    };
    expect(body.clock.late).to.be.a('number');
    expect(body.clock).to.include({ ntp: 'unsynchronised' }).and.have.property('mono').that.is.a('number');
    expect(body.clock).not.to.have.property('back');
  });

  it('is there after a kill, writes each entry once, and passes over half a line', async () => {
    const first = await open();
    way.cut();
    await refuse(first, 'kill-1');
    await refuse(first, 'kill-2');
    way.isCut = false;
    const path = join(folder, 'audit-spool.jsonl');
    const kept = await readFile(path);
    // The process that replayed was killed after it wrote the entries and before it took the file away.
    await (await open()).replay();
    await writeFile(path, kept);
    await appendFile(path, '{"id":"0190');
    const third = await open();
    expect(third.waiting).to.equal(2);
    await third.replay();
    expect((await reasons()).filter((reason) => reason.startsWith('kill'))).to.deep.equal([
      'kill-1',
      'kill-2',
    ]);
  });

  it('refuses the act when it is full or cannot be written', async () => {
    const full = await open(200);
    way.cut();
    const codeOf = (error: { code?: string }) => error.code;
    expect(await refuse(full, 'x'.repeat(200)).catch(codeOf)).to.equal('audit.unavailable');
    const blocked = await open();
    await writeFile(join(folder, 'audit-spool.jsonl'), '', { mode: 0o600 });
    await rm(folder, { recursive: true });
    expect(await refuse(blocked, 'y').catch(codeOf)).to.equal('audit.unavailable');
    expect(blocked.waiting).to.equal(0);
    await open();
    expect((await stat(folder)).isDirectory()).to.equal(true);
  });

  it('refuses a request that must be kept with 503, and answers as ever once there is room', async () => {
    const route = defineRoute({
      ...{ method: 'GET', path: '/api/v1/spec/closed', summary: 'Closed.', permission: 'audit:read' },
      audit: { none: 'it is never reached' },
      response: {},
      handler: async () => ({}),
    });
    const spool = await open(1_000);
    const people = { agent: { actor: { type: 'account' as const, id: core.ids.next() }, permissions: [] } };
    const served = await serveRoutes(core, [route], people, { audit: spool });
    const ask = async () => {
      const { status, json } = await served.ask('agent', route.path);
      return `${status} ${json.code}`;
    };
    try {
      way.cut();
      const answers: string[] = [];
      while (answers.length < 20 && !answers.at(-1)?.startsWith('503')) answers.push(await ask());
      expect(answers.length).to.be.within(2, 19);
      expect(new Set(answers.slice(0, -1))).to.deep.equal(new Set(['403 access.refused']));
      expect(answers.at(-1)).to.equal('503 audit.unavailable');
      expect(spool.waiting).to.equal(answers.length - 1);
      way.isCut = false;
      expect(await ask()).to.equal('403 access.refused');
      expect((await reasons()).slice(-answers.length)).to.have.length(answers.length);
      expect(spool.waiting).to.equal(0);
    } finally {
      await served.stop();
    }
  });

  it('refuses while its disk is full, and takes the next entry once there is room', async function () {
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    if (mount.status !== 0) {
      process.stderr.write('SKIPPED: no right to mount a small disk, so a full one is not tested here.\n');
      return this.skip();
    }
    try {
      const spool = await open();
      way.cut();
      await refuse(spool, 'room');
      // What is left of the disk goes to something else.
      const filler = join(folder, 'filler');
      await writeFile(filler, Buffer.alloc(128 * 1024)).catch(() => undefined);
      const code = await refuse(spool, 'x'.repeat(5_000)).catch((error: { code?: string }) => error.code);
      expect(code).to.equal('audit.unavailable');
      expect(spool.waiting).to.equal(1);
      await rm(filler);
      await refuse(spool, 'room-again');
      way.isCut = false;
      await spool.replay();
      expect((await reasons()).slice(-2)).to.deep.equal(['room', 'room-again']);
    } finally {
      spawnSync('umount', [folder]);
    }
  });
});
