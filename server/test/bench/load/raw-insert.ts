import process from 'node:process';
import pg from 'pg';
import { createPostgresPort, migrateUp } from '../../../../migrations/index.ts';
import { createAuditLane } from '../../../../audit/index.ts';
import { MESSAGE_BATCH } from '../../../desk/index.ts';
import { createIds, systemClock } from '../../../kernel/index.ts';
import { randomBytes } from '../../../platform/crypto/index.ts';
import { openBatchConnections, openDatabase, toAuditRow } from '../../../platform/persistence/index.ts';

type BatchConnection = ReturnType<typeof openBatchConnections>[number];
type Batch = Parameters<BatchConnection['commit']>[0];

/** Connections at work. */
export const LANES = 2;
const IN_FLIGHT = 500;
const CONVERSATIONS = 2_000;
const BATCHES_PER_SECOND = 60;
/** Envelope of a message of the load: 34 bytes around about 110. */
const BODY = Buffer.concat([Buffer.of(0xe1, 1), Buffer.alloc(142, 7)]);

/**
 * The rate of the bare statement: the same rows, made and sealed beforehand, over the same two connections with 500
 * in flight, into a database of its own in the same cluster. Rows a second.
 */
export async function measureRawInserts(clusterUrl: string, ms: number): Promise<number> {
  const name = `bench_raw_${process.pid}`;
  await administer(clusterUrl, `CREATE DATABASE ${name}`);
  const url = clusterUrl.replace(/\/[^/?]*(?=\?|$)/, `/${name}`);
  try {
    await migrate(url);
    const database = await openDatabase({ url, poolSize: 2 });
    const connections = openBatchConnections(database, MESSAGE_BATCH, LANES);
    try {
      return await race(connections, ms);
    } finally {
      for (const connection of connections) await connection.close();
      await database.close();
    }
  } finally {
    await administer(clusterUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

async function race(connections: readonly BatchConnection[], ms: number): Promise<number> {
  // A machine that runs out of prepared rows before the time is over is measured by what it had.
  const stores = connections.map((_, lane) => makeBatches(lane, Math.ceil((ms * BATCHES_PER_SECOND) / 1000)));
  const startedMs = performance.now();
  const counts = await Promise.all(
    connections.map(async (connection, lane) => {
      let rows = 0;
      for (const batch of stores[lane] ?? []) {
        if (performance.now() - startedMs > ms) break;
        await connection.commit(batch);
        rows += batch.inserts.length;
      }
      return rows;
    }),
  );
  const total = counts.reduce((sum, rows) => sum + rows, 0);
  return (total * 1000) / (performance.now() - startedMs);
}

/** Batches of new conversations of one lane, sealed beforehand; `node` keeps the numbers of several makings apart. */
export function makeBatches(lane: number, count: number, node = 'bench'): Batch[] {
  const ids = createIds({ clock: systemClock, randomBytes });
  const trail = createAuditLane({ node, epoch: 1, lane: lane + 1, chained: true });
  const perLane = CONVERSATIONS / LANES;
  const conversations = Array.from({ length: perLane }, () => ({
    id: ids.next(),
    requesterId: ids.next(),
    seq: 0,
  }));
  let next = 0;
  return Array.from({ length: count }, () => {
    const batch: Batch = { inserts: [], merges: [], touches: [], entries: [], counts: [], events: [] };
    for (let row = 0; row < IN_FLIGHT / LANES; row += 1) {
      const conversation = conversations[next % perLane] as (typeof conversations)[number];
      next += 1;
      conversation.seq += 1;
      const at = systemClock.now();
      const id = ids.next();
      batch.inserts.push(messageOf(conversation, id, at));
      batch.touches.push({ ...MERGED, id: conversation.id, lastSeq: conversation.seq, lastAt: at });
      const draft = {
        action: 'message.receive',
        outcome: 'ok',
        target: { type: 'conversation', id: conversation.id },
        customer: conversation.requesterId,
        details: { seq: conversation.seq, messageId: id },
      } as const;
      const actor = { type: 'requester', id: conversation.requesterId, ip: '127.0.0.11' };
      const stamp = { id: ids.next(), at, installation: 'bench', actor };
      batch.entries.push(toAuditRow(trail.draw(draft, stamp)));
    }
    return batch;
  });
}

function messageOf(conversation: { id: string; requesterId: string; seq: number }, id: string, at: Date) {
  return {
    conversationId: conversation.id,
    openedMonth: 202611,
    seq: conversation.seq,
    id,
    sender: 'requester',
    senderId: conversation.requesterId,
    kind: 'text',
    bodyEnc: BODY,
    meta: null,
    at,
  };
}

const MERGED = {
  state: 'assigned',
  skillGroupId: null,
  assigneeId: null,
  lastFrom: 'requester',
  agentReadSeq: 0,
  robotMisses: 0,
  handoverReason: null,
  queuedAt: null,
  assignedAt: null,
  firstResponseAt: null,
  closedAt: null,
  version: 2,
};

async function migrate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await migrateUp({ port: createPostgresPort(client), now: () => systemClock.now() });
  } finally {
    await client.end();
  }
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
