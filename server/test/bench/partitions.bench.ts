import { readFileSync } from 'node:fs';
import pg from 'pg';
import { readSteps, splitStatements } from '../../../migrations/index.ts';
import { MESSAGE_BATCH } from '../../desk/index.ts';
import { openBatchConnections, openDatabase } from '../../platform/persistence/index.ts';
import { buildDatabase } from '../support/database.ts';
import { figure, isFull, isQuick, percentile, say, type Figure } from './figure.ts';
import { LANES, makeBatches } from './load/raw-insert.ts';

const ROUNDS = isFull() ? 10 : 5;
const BATCHES = isQuick() ? 40 : 120;
const MONTHS = 36;
const FIRST_MONTH = 202612;
const TICK_MS = 10;
/** As many as a statement of a sweep names. */
const REMOVED_AT_ONCE = 500;
const LANE_PIDS = `SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND application_name LIKE 'vaultdesk %'`;
const OWN_PID = 'SELECT pg_backend_pid() AS pid';
/** More than this for keeping messages by months would have to be weighed. */
const MUST_RATIO = 1.03;

/**
 * What keeping messages and the trail in monthly parts costs: processor time of PostgreSQL a row of the batch statement, and of
 * removing conversations as sweeps do; with one table each and with three years of parts, by turns in one run.
 */
export async function* run(): AsyncGenerator<Figure> {
  const flat = await openSide('flat', true);
  const parts = await openSide('parts', false);
  const tookUs = { flat: [] as number[], parts: [] as number[] };
  try {
    for (let round = 0; round <= ROUNDS; round += 1) {
      say(`round ${round} of ${ROUNDS}`);
      for (const side of round % 2 === 0 ? [flat, parts] : [parts, flat]) {
        const us = await side.measure(round);
        // The first round warms both up.
        if (round > 0) tookUs[side.name].push(us);
      }
    }
    const [flatUs, partsUs] = [percentile(tookUs.flat, 0.5), percentile(tookUs.parts, 0.5)];
    yield figure('partitions.flat_cpu', flatUs, 'us of PostgreSQL a row', flatUs);
    yield figure('partitions.parts_cpu', partsUs, 'us of PostgreSQL a row', flatUs);
    yield figure('partitions.cost', partsUs / flatUs, 'of one table', MUST_RATIO);
    const [flatGoneUs, partsGoneUs] = [await flat.removeAll(), await parts.removeAll()];
    yield figure('partitions.flat_removal', flatGoneUs, 'us of PostgreSQL a row', flatGoneUs);
    yield figure('partitions.parts_removal', partsGoneUs, 'us of PostgreSQL a row', flatGoneUs);
  } finally {
    await flat.close();
    await parts.close();
  }
}

async function openSide(name: 'flat' | 'parts', isFlat: boolean) {
  const made = await buildDatabase();
  const client = new pg.Client({ connectionString: made.url });
  await client.connect();
  if (isFlat) {
    const step = readSteps().find((each) => each.name.endsWith('-month-partitions'));
    for (const sql of splitStatements(step?.sql.postgres.undo ?? '', 'postgres')) await client.query(sql);
  } else {
    for (let ahead = 0; ahead < MONTHS; ahead += 1) {
      const month = FIRST_MONTH + Math.floor((ahead + 11) / 12) * 88 + ahead;
      for (const table of ['message', 'audit_event']) {
        await client.query('SELECT add_month_partition($1, $2)', [table, month]);
      }
    }
  }
  const database = await openDatabase({ url: made.url, poolSize: 2 });
  const connections = openBatchConnections(database, MESSAGE_BATCH, LANES);
  return {
    name,
    async measure(round: number): Promise<number> {
      const stores = connections.map((_, lane) => makeBatches(lane, BATCHES, `round-${round}`));
      const before = await processorMs(client, LANE_PIDS);
      await Promise.all(
        connections.map(async (connection, lane) => {
          for (const batch of stores[lane] ?? []) await connection.commit(batch);
        }),
      );
      const rows = stores.flat().reduce((sum, { inserts }) => sum + inserts.length, 0);
      return (((await processorMs(client, LANE_PIDS)) - before) * 1_000) / rows;
    },
    async removeAll(): Promise<number> {
      const { rows } = await client.query<{ id: string }>(
        'SELECT DISTINCT conversation_id AS id FROM message',
      );
      const before = await processorMs(client, OWN_PID);
      let removed = 0;
      for (let at = 0; at < rows.length; at += REMOVED_AT_ONCE) {
        const ids = rows.slice(at, at + REMOVED_AT_ONCE).map(({ id }) => id);
        const statement = { name: 'removal', text: 'DELETE FROM message WHERE conversation_id = ANY($1)' };
        removed += (await client.query({ ...statement, values: [ids] })).rowCount ?? 0;
      }
      return (((await processorMs(client, OWN_PID)) - before) * 1_000) / removed;
    },
    async close() {
      for (const connection of connections) await connection.close();
      await database.close();
      await client.end();
      await made.drop();
    },
  };
}

/** User and system time of server processes; 0 for those not there yet. */
async function processorMs(client: pg.Client, pids: string): Promise<number> {
  const { rows } = await client.query<{ pid: number }>(pids);
  return rows.reduce((sum, { pid }) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }, 0);
}
