import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from 'node:crypto';
import pg from 'pg';
import { createPostgresPort, migrateUp } from '../../../migrations/index.ts';
import {
  createFolderAnchor,
  createNoteSigner,
  createSealer,
  generateSealKey,
  parseStatement,
} from '../../../audit/index.ts';
import { buildDesk, type Desk } from '../../desk/test/build-desk.ts';
import { SYSTEM_ACTOR, systemClock } from '../../kernel/index.ts';
import { startDatabase } from '../../platform/database/index.ts';
import {
  createAuditStorage,
  createOutboxWriter,
  type Database,
  type Tx,
  type UnitOfWork,
} from '../../platform/persistence/index.ts';
import { figure, isFull, percentile, say, type Figure } from './figure.ts';
import { runPlain } from './load/plain-unit.ts';
import { measureRawInserts } from './load/raw-insert.ts';

const WINDOW_MS = isFull() ? 20_000 : 6_000;
const CONNECTIONS = 16;
/** What has to be reached, see docs/performance.md. */
const MUST = { chainRatio: 20, transactionRatio: 0.8, sealP50Ms: 500, sealP99Ms: 1_500 };
const ENTRIES_PER_SECOND = 1_000;
const TICK_MS = 20;
const IN_FLIGHT_MAX = 200;

/**
 * Durable appends against the chain that others keep (lock, read the last hash, insert, commit), a ticket opened with and
 * without its entry, and the time from an entry to the signed head that holds it; one run, one PostgreSQL with fsync.
 */
export async function* run(): AsyncGenerator<Figure> {
  const home = mkdtempSync(join(tmpdir(), 'vaultdesk-bench-'));
  chmodSync(home, 0o711);
  const database = await startDatabase({ home, log: { info: () => undefined, warn: () => undefined } });
  try {
    await migrate(database.url);
    const pool = new pg.Pool({ connectionString: database.url, max: CONNECTIONS });
    await pool.query(
      'CREATE TABLE bench_chain (n bigserial PRIMARY KEY, body text NOT NULL, hash bytea NOT NULL)',
    );
    say('a locked chain');
    const chain = await rateOf(() => appendChained(pool));
    say('messages with their entries, in batches');
    const lanes = await measureRawInserts(database.ownerUrl, WINDOW_MS);
    yield figure('audit-append.batch_lanes', lanes, '1/s', chain);
    yield figure('audit-append.batch_lanes_to_must', lanes / chain, 'times', MUST.chainRatio);
    await pool.end();
    yield* transactions(database.url, home);
  } finally {
    await database.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Runs `work` on so many connections at once for the window; gives how often it ended, a second. */
async function rateOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  let count = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() - startedMs < WINDOW_MS) {
        await work();
        count += 1;
      }
    }),
  );
  return (count * 1_000) / (performance.now() - startedMs);
}

const BODY = JSON.stringify({ action: 'ticket.view', actor: 'a-1', pad: 'x'.repeat(280) });

/** What a plain hash chain in a table does for one entry. */
async function appendChained(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock(42)');
    const { rows } = await client.query<{ hash: Buffer }>(
      'SELECT hash FROM bench_chain ORDER BY n DESC LIMIT 1',
    );
    const digest = hash(
      'sha256',
      Buffer.concat([rows[0]?.hash ?? Buffer.alloc(32), Buffer.from(BODY)]),
      'buffer',
    );
    await client.query('INSERT INTO bench_chain (body, hash) VALUES ($1, $2)', [BODY, digest]);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

/** Requesters who write in turns, so that two tickets at once are seldom of one. */
const REQUESTERS = 64;
const TICKET = { subject: '信用卡账单有误', description: '客户要求核实一笔三月五日的消费，金额与小票不符。' };

async function* transactions(url: string, home: string): AsyncGenerator<Figure> {
  const desk = await buildDesk({ place: { url, drop: () => Promise.resolve() } });
  const { core } = desk;
  const requesterIds = await makeRequesters(desk);
  let next = 0;
  const open = (tx: Tx) => {
    next += 1;
    const requesterId = requesterIds[next % REQUESTERS] as string;
    return desk.tickets.create(tx, { ...TICKET, requesterId }, () => true);
  };
  const plain = {
    database: core.database,
    toOutboxRow: createOutboxWriter({ clock: core.clock, ids: core.ids }),
  };
  say('tickets opened without and with their entry, in turns');
  const without: number[] = [];
  const withEntry: number[] = [];
  for (let turn = 0; turn < 2; turn += 1) {
    without.push(await rateOf(() => runPlain(plain, { actor: SYSTEM_ACTOR }, open)));
    withEntry.push(await rateOf(() => core.uow.run({ actor: SYSTEM_ACTOR }, open)));
  }
  const ratio = mean(withEntry) / mean(without);
  yield figure('audit-append.transactions', mean(withEntry), '1/s', mean(without));
  yield figure('audit-append.transactions_to_must', ratio, 'times', MUST.transactionRatio);
  say(`${ENTRIES_PER_SECOND} entries a second to the signed head`);
  yield* sealing(core.database, core.uow, home);
  await core.close();
}

async function makeRequesters(desk: Desk): Promise<string[]> {
  const ids: string[] = [];
  for (let count = 0; count < REQUESTERS; count += 1) ids.push((await desk.buildRequester()).row.id);
  return ids;
}

const recordThing = (uow: UnitOfWork) =>
  uow.run({ actor: SYSTEM_ACTOR }, async (tx) =>
    tx.record({ action: 'ticket.view', outcome: 'ok', target: { type: 'ticket', id: 't-1' } }),
  );

/** From the commit of an entry to the seal that holds it, at a fixed rate, with the sealer of the product. */
async function* sealing(database: Database, uow: UnitOfWork, home: string): AsyncGenerator<Figure> {
  const storage = createAuditStorage(database);
  const waits: number[] = [];
  const committed: number[] = [];
  const sealer = createSealer({
    storage,
    ...{ signer: createNoteSigner('vaultdesk/bench', generateSealKey()), clock: systemClock },
    anchors: [createFolderAnchor(join(home, 'anchors'))],
    report(notice) {
      if (notice.kind !== 'sealed') return;
      const nowMs = performance.now();
      // Entries of one lane are sealed in their order, which is nearly that of their commits.
      for (const atMs of committed.splice(0, notice.leafCount)) waits.push(nowMs - atMs);
    },
  });
  while ((await sealer.sealOnce()) !== undefined) continue;
  waits.length = 0;
  sealer.start();
  const startedMs = performance.now();
  let made = 0;
  const running = new Set<Promise<void>>();
  while (performance.now() - startedMs < WINDOW_MS) {
    const behind = Math.floor(((performance.now() - startedMs) * ENTRIES_PER_SECOND) / 1_000) - made;
    // A machine that can't keep up is measured by what it did; `audit-append.sealed` says how much that was.
    const due = Math.min(behind, IN_FLIGHT_MAX - running.size);
    for (let i = 0; i < due; i += 1) {
      const one = recordThing(uow).then(() => void committed.push(performance.now()));
      running.add(one);
      void one.finally(() => running.delete(one));
    }
    made += due;
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(running);
  await sealer.stop();
  const last = await storage.lastSeal();
  if (last === undefined || parseStatement(last.statement)?.size !== last.size)
    throw new Error('nothing was sealed');
  const asked = (WINDOW_MS * ENTRIES_PER_SECOND) / 1_000;
  yield figure('audit-append.sealed', waits.length, 'entries', asked);
  yield figure('audit-append.to_head_p50', percentile(waits, 0.5), 'ms', MUST.sealP50Ms);
  yield figure('audit-append.to_head_p99', percentile(waits, 0.99), 'ms', MUST.sealP99Ms);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function migrate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await migrateUp({ port: createPostgresPort(client), now: () => systemClock.now() });
  } finally {
    await client.end();
  }
}
