import pg from 'pg';
import { figure, isQuick, percentile, say, type Figure } from './figure.ts';
import { post, signIn } from './load/agents.ts';
import { openStage, type Stage } from './load/stage.ts';

const CUSTOMERS = 200;
/** A third of the daily average of the largest rival's whole cloud: what a bank of some million customers has. */
const MESSAGES_PER_SECOND = 1_000;
const WINDOW_MS = 12_000;
/** One window beside the sweep: the last may run on a little behind its end. */
const BESIDE_MS = 2_000;
const CONVERSATIONS = isQuick() ? 20_000 : 60_000;
const MESSAGES_EACH = 10;
/** What has to be reached, see docs/performance.md. */
const MUST = { rowsPerSecond: 20_000, p99Ratio: 2 };
const SWEEP_MS_MAX = 10 * 60_000;
const LOOK_EVERY_MS = 100;

/** What came of the messages beside the sweep. */
interface Load {
  sent: number;
  acked: number;
  ackMs: number[];
}

/** Tables whose rows go; the sweep's own count is compared with what is really missing. */
const TABLES = ['conversation', 'message', 'requester'];

/**
 * A sweep that archives and deletes conversations of long ago while customers write, from its beginning to its end: rows a
 * second by what is really gone of all tables, and the acknowledgements of the same customers before and during it.
 */
export async function* run(): AsyncGenerator<Figure> {
  const stage = await openStage(CUSTOMERS);
  const client = new pg.Client({ connectionString: stage.instance.status.database.url });
  await client.connect();
  try {
    say(`putting ${CONVERSATIONS} old conversations into the database`);
    await seed(client);
    await client.query('UPDATE sweep_guard SET is_scheduled = 1');
    say('messages alone');
    await stage.fleet.fixedRate(MESSAGES_PER_SECOND, 4_000);
    const alone = await stage.fleet.fixedRate(MESSAGES_PER_SECOND, WINDOW_MS);
    say('messages beside the sweep');
    const before = await countRows(client);
    await startSweep(stage);
    const beside = await loadUntilDone(stage, client);
    const done = await untilDone(client);
    const gone = before - (await countRows(client));
    const rate = gone / done.seconds;
    const p99 = percentile(beside.ackMs, 0.99);
    yield figure('retention.rows_per_second', rate, '1/s', MUST.rowsPerSecond);
    yield figure('retention.rows', gone, 'rows', done.rows);
    yield figure('retention.seconds', done.seconds, 's', gone / MUST.rowsPerSecond);
    yield figure('retention.ack_p50', percentile(beside.ackMs, 0.5), 'ms', percentile(alone.ackMs, 0.5));
    yield figure('retention.ack_p99', p99, 'ms', percentile(alone.ackMs, 0.99));
    yield figure('retention.ack_p99_to_must', p99 / percentile(alone.ackMs, 0.99), 'times', MUST.p99Ratio);
    yield figure('retention.acked', beside.acked, 'messages', beside.sent);
  } finally {
    await client.end();
    await stage.close();
  }
}

/** Conversations closed four years ago with their requesters and messages of 400 sealed bytes. */
async function seed(client: pg.Client): Promise<void> {
  const age = `(n * interval '1 second' - interval '48 months')`;
  const at = `now() + ${age}`;
  await client.query(
    `INSERT INTO requester (id, dek_id, is_identified, created_at, updated_at, version)
      SELECT uuidv7(${age}), 0, 0, ${at}, ${at}, 1 FROM generate_series(1, ${CONVERSATIONS}) n`,
  );
  await client.query(
    `INSERT INTO conversation (id, requester_id, dek_id, site_id, channel, state, opened_month, opened_at, last_seq,
        last_from, last_at, agent_read_seq, robot_misses, closed_at, version)
      SELECT uuidv7(created_at - now()), id, 0, 'demo', 'web', 'closed', 202201, created_at, ${MESSAGES_EACH}, 'requester',
        created_at, 0, 0, created_at, 1 FROM requester WHERE dek_id = 0`,
  );
  await client.query(
    `INSERT INTO message (conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, at)
      SELECT id, 202201, s, uuidv7(opened_at - now()), 'requester', requester_id, 'text',
        decode('e101' || repeat(md5(id::text || s), 25), 'hex'), opened_at
      FROM conversation, generate_series(1, ${MESSAGES_EACH}) s WHERE dek_id = 0`,
  );
  await client.query('VACUUM ANALYZE conversation, message, requester');
}

async function countRows(client: pg.Client): Promise<number> {
  let count = 0;
  for (const table of TABLES) {
    const { rows } = await client.query<{ n: string }>(
      table === 'message'
        ? 'SELECT COUNT(*) AS n FROM message WHERE opened_month = 202201'
        : `SELECT COUNT(*) AS n FROM ${table} WHERE dek_id = 0`,
    );
    count += Number(rows[0]?.n);
  }
  return count;
}

async function startSweep(stage: Stage): Promise<void> {
  const officer = await signIn(stage.instance, stage.url, 'officer');
  const response = await post(stage.url, officer, 'records/sweep', {});
  if (!response.ok) throw new Error(`the sweep is refused: ${await response.text()}`);
}

/** Messages at the same rate for as long as the sweep works, window by window. */
async function loadUntilDone(stage: Stage, client: pg.Client): Promise<Load> {
  const all: Load = { sent: 0, acked: 0, ackMs: [] };
  const endMs = performance.now() + SWEEP_MS_MAX;
  while (performance.now() < endMs) {
    const { sent, acked, ackMs } = await stage.fleet.fixedRate(MESSAGES_PER_SECOND, BESIDE_MS);
    all.sent += sent;
    all.acked += acked;
    for (const ms of ackMs) all.ackMs.push(ms);
    const { rows } = await client.query(`SELECT 1 FROM sweep_run WHERE kind = 'real' AND state = 'done'`);
    if (rows.length > 0) break;
  }
  return all;
}

async function untilDone(client: pg.Client): Promise<{ seconds: number; rows: number }> {
  const endMs = performance.now() + SWEEP_MS_MAX;
  while (performance.now() < endMs) {
    const { rows } = await client.query<{ seconds: number; rows: string; state: string }>(
      `SELECT EXTRACT(EPOCH FROM finished_at - started_at)::float8 AS seconds, rows_removed AS rows, state
        FROM sweep_run WHERE kind = 'real' ORDER BY started_at DESC`,
    );
    if (rows[0]?.state === 'done') return { seconds: rows[0].seconds, rows: Number(rows[0].rows) };
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error('the sweep did not end');
}
