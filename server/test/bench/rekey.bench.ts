import pg from 'pg';
import { createJobs, type Jobs } from '../../platform/jobs/index.ts';
import { portable } from '../../platform/persistence/index.ts';
import { REKEY_JOBS, rekeyJobs } from '../../platform/rekey/index.ts';
import { buildDesk, type Desk } from '../../desk/test/build-desk.ts';
import { ROOT_UNIT_ID, SYSTEM_ACTOR } from '../../kernel/index.ts';
import { QUIET_LOG } from '../support/core.ts';
import { figure, isQuick, percentile, processorMs, processorMsOf, say, type Figure } from './figure.ts';
// The composition root imports every module, and with them every table that is walked.
import '../../compose.ts';

const KEYS = isQuick() ? 20_000 : 100_000;
const MESSAGES_EACH = 1;
const ROWS_AT_ONCE = 2_000;
/** What has to be reached, see docs/performance.md. */
const MUST = { rowsPerSecond: 3_000, rewrapSeconds: 60, p99Ratio: 2 };
const SEND_EVERY_MS = 10;
const ALONE_MS = 5_000;
const POLL_MS = 50;

const JOB = portable<{ id: string }, { state: string; runResult: unknown; errorCode: string | null }>(
  'spec.bench_job',
  'SELECT state, run_result, error_code FROM job WHERE id = :id',
  { params: { id: 'uuid' }, result: { state: 'text', runResult: 'json', errorCode: 'text' } },
);

/**
 * Changing keys while serving: every requester has a name, a phone number, and a message of 400 bytes under a key of its
 * own. Wraps all data keys by a new master key, gives every requester a new one, and seals every value anew, while
 * other customers write; their acknowledgements are compared with those before. Then new keys and
 * sealing once more without customers, whose processor time would stand between: rows a second of one core.
 */
export async function* run(): AsyncGenerator<Figure> {
  const desk = await buildDesk();
  const { core } = desk;
  const client = new pg.Client({ connectionString: core.url });
  await client.connect();
  const jobs = jobsOf(desk);
  jobs.start();
  try {
    say(`making ${KEYS} requesters with a key and a message each`);
    for (let first = 0; first < KEYS; first += ROWS_AT_ONCE) await fill(client, desk, first);
    await client.query('VACUUM ANALYZE');
    say('wrapping the keys anew');
    const { rows: marks } = await client.query<{ id: string }>('SELECT txid_current() AS id');
    await core.keys.newKek();
    const rewrap = await runJob(desk, jobs, REKEY_JOBS.rewrap);
    yield figure('rekey.rewrap_seconds', rewrap.seconds, 's', (MUST.rewrapSeconds * KEYS) / 100_000);
    yield figure('rekey.rewrap_keys', Number(rewrap.result['keys']), 'keys', KEYS);
    yield figure('rekey.rewrap_data_rows', await touched(client, marks[0]?.id as string), 'rows', 0);
    const params = { before: new Date(Date.now() + 3_600_000).toISOString() };
    const renew = await runJob(desk, jobs, REKEY_JOBS.renew, params);
    yield figure('rekey.renew_seconds', renew.seconds, 's', renew.seconds);
    await client.query('VACUUM ANALYZE crypto_dek');
    say('customers alone');
    const before = await customersAlone(desk);
    say('sealing every value anew, beside customers');
    const work = runJob(desk, jobs, REKEY_JOBS.reseal);
    const beside = await customers(desk, work);
    const { result, seconds } = await work;
    say('customers alone once more');
    // Before and after, so that a neighbour who comes or goes meanwhile is not taken for the work.
    const alone = [...before, ...(await customersAlone(desk))];
    const [resealed, workedMs] = [Number(result['resealed']), Number(result['workedMs'])];
    yield figure('rekey.rows_per_second_of_work', (resealed * 1_000) / workedMs, '1/s', MUST.rowsPerSecond);
    yield figure('rekey.rows_per_second_wall', resealed / seconds, '1/s', MUST.rowsPerSecond);
    yield figure('rekey.rows', resealed, 'rows', 2 * KEYS);
    yield figure('rekey.ack_p50', percentile(beside, 0.5), 'ms', percentile(alone, 0.5));
    yield figure('rekey.ack_p99', percentile(beside, 0.99), 'ms', percentile(alone, 0.99));
    yield figure(
      'rekey.ack_p99_to_must',
      percentile(beside, 0.99) / percentile(alone, 0.99),
      'times',
      MUST.p99Ratio,
    );
    say('giving new keys once more, and sealing every value anew without customers');
    await runJob(desk, jobs, REKEY_JOBS.renew, params);
    yield* processorTime(client, () => runJob(desk, jobs, REKEY_JOBS.reseal));
  } finally {
    await jobs.stop();
    await client.end();
    await desk.close();
  }
}

/** Rows a second of processor time, of this process and of all of PostgreSQL. */
async function* processorTime(
  client: pg.Client,
  reseal: () => ReturnType<typeof runJob>,
): AsyncGenerator<Figure> {
  const { rows } = await client.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() OR datname IS NULL',
  );
  const pids = rows.map(({ pid }) => pid);
  const [programMs, databaseMs] = [processorMs(), processorMsOf(pids)];
  const { result, seconds } = await reseal();
  const usedMs = [processorMs() - programMs, processorMsOf(pids) - databaseMs] as const;
  const resealed = Number(result['resealed']);
  yield figure('rekey.alone_rows_per_second', resealed / seconds, '1/s', MUST.rowsPerSecond);
  const perCore = (resealed * 1_000) / (usedMs[0] + usedMs[1]);
  yield figure('rekey.rows_per_core_second', perCore, '1/s', MUST.rowsPerSecond);
  yield figure('rekey.row_program', (usedMs[0] * 1_000) / resealed, 'µs', 1_000_000 / MUST.rowsPerSecond);
  yield figure('rekey.row_database', (usedMs[1] * 1_000) / resealed, 'µs', 1_000_000 / MUST.rowsPerSecond);
}

function jobsOf({ core, writer }: Desk): Jobs {
  const { uow, clock, ids, crypto, keys: provider, database, installationId } = core;
  const withDb = database.read.bind(database);
  const jobs = createJobs({ uow, clock, ids, log: QUIET_LOG, withDb, timeZone: 'UTC' });
  const announce = (_tx: unknown, dekIds: readonly number[]) => crypto.refresh(dekIds);
  const isForegroundWaiting = () => writer.isWorking;
  const fixed = { suite: 'intl' as const, indexes: [], settleMs: 0, isForegroundWaiting };
  jobs.add(rekeyJobs({ ...fixed, uow, crypto, provider, announce, installationId }));
  return jobs;
}

async function runJob({ core }: Desk, jobs: Jobs, kind: string, params: Record<string, string> = {}) {
  const startedMs = performance.now();
  const id = await core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    const jobId = await jobs.queue.enqueue(tx, kind, params, { key: kind });
    tx.record({ action: 'key.rotate', outcome: 'ok', target: { type: 'job', id: jobId } });
    return jobId;
  });
  for (;;) {
    const row = await core.uow.read((db) => db.one(JOB, { id }));
    if (row?.state === 'succeeded') {
      const result = row.runResult as Record<string, unknown>;
      return { result, seconds: (performance.now() - startedMs) / 1_000 };
    }
    if (row?.errorCode) throw new Error(`${kind}: ${row.state} ${row.errorCode}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function customersAlone(desk: Desk): Promise<number[]> {
  return customers(desk, new Promise((resolve) => setTimeout(resolve, ALONE_MS)));
}

/** Acknowledgements of messages sent one after the other every few milliseconds until the work is done. */
async function customers(desk: Desk, work: Promise<unknown>): Promise<number[]> {
  const conversation = await desk.buildConversation({ profile: { name: '王小明' }, texts: ['您好'] });
  const by = { actor: { type: 'requester' as const, id: conversation.requesterId } };
  const tookMs: number[] = [];
  const sent: Promise<void>[] = [];
  let isOver = false;
  const over = work.finally(() => (isOver = true));
  while (!isOver) {
    const startedMs = performance.now();
    const message = {
      conversationId: conversation.id,
      id: desk.core.ids.next(),
      text: '请问我的卡到哪里了？',
    };
    sent.push(desk.service.receive(by, message).then(() => void tookMs.push(performance.now() - startedMs)));
    await new Promise((resolve) => setTimeout(resolve, SEND_EVERY_MS));
  }
  await Promise.all([over, ...sent]);
  return tookMs;
}

async function touched(client: pg.Client, since: string): Promise<number> {
  let count = 0;
  for (const table of ['requester', 'message', 'conversation']) {
    const { rows } = await client.query<{ n: string }>(
      `SELECT COUNT(*) AS n FROM ${table} WHERE xmin::text::bigint > $1`,
      [since],
    );
    count += Number(rows[0]?.n);
  }
  return count;
}

async function fill(client: pg.Client, desk: Desk, first: number): Promise<void> {
  const { crypto, ids } = desk.core;
  const count = Math.min(ROWS_AT_ONCE, KEYS - first);
  const made = await Promise.all(
    Array.from({ length: count }, async (_, offset) => {
      const [id, conversationId, messageId] = [ids.next(), ids.next(), ids.next()];
      const { dek, row } = await crypto.newDek('requester', id);
      const cell = (table: string, column: string, rowId: string) => ({ table, column, rowId });
      const phone = `138${String(first + offset).padStart(8, '0')}`;
      return {
        ...{ id, conversationId, messageId, dek: row },
        nameEnc: dek.seal(cell('requester', 'name_enc', id), '王小明'),
        phoneEnc: dek.seal(cell('requester', 'phone_enc', id), phone),
        bodyEnc: dek.seal(cell('message', 'body_enc', messageId), '我的卡丢了'.repeat(25)),
      };
    }),
  );
  const of = <K extends keyof (typeof made)[number]>(key: K) => made.map((one) => one[key]);
  const keys = made.map(({ dek }) => dek.id);
  await client.query(
    `INSERT INTO crypto_dek (id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes)
     SELECT d, 'requester', o, $3, 1, 'active', w, now(), 0
     FROM unnest($1::bigint[], $2::text[], $4::bytea[]) AS u (d, o, w)`,
    [keys, of('id'), made[0]?.dek.kekId, made.map(({ dek }) => dek.wrapped)],
  );
  await client.query(
    `INSERT INTO requester (id, dek_id, unit_id, is_identified, name_enc, phone_enc, created_at, updated_at, version)
     SELECT i, d, $5, 1, n, p, now(), now(), 1
     FROM unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::bytea[]) AS u (i, d, n, p)`,
    [of('id'), keys, of('nameEnc'), of('phoneEnc'), ROOT_UNIT_ID],
  );
  await client.query(
    `INSERT INTO conversation (id, requester_id, dek_id, site_id, unit_id, channel, state, opened_month,
       opened_at, last_seq, last_from, last_at, agent_read_seq, robot_misses, closed_at, version)
     SELECT c, i, d, 'demo', $4, 'web', 'closed', 202611, now(), ${MESSAGES_EACH}, 'requester', now(), 0, 0, now(), 1
     FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS u (c, i, d)`,
    [of('conversationId'), of('id'), keys, ROOT_UNIT_ID],
  );
  await client.query(
    `INSERT INTO message (conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, at)
     SELECT c, 202611, 1, m, 'requester', i, 'text', b, now()
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[]) AS u (c, i, m, b)`,
    [of('conversationId'), of('id'), of('messageId'), of('bodyEnc')],
  );
}
