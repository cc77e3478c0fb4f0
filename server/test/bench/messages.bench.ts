import { figure, isFull, isQuick, percentile, say, type Figure } from './figure.ts';
import { between, readMeter, type Reading } from './load/meter.ts';
import { measureRawInserts } from './load/raw-insert.ts';
import { openStage, type Stage } from './load/stage.ts';
import type { LoadResult } from './load/visitor-load.ts';

const SENDERS = isQuick() ? 400 : 2_000;
const WARM_MS = 4_000;
const RAW_MS = 4_000;
/** What has to be reached on two cores with the generators beside: see docs/performance.md. */
const MUST = { cpuUs: 120, ratio: 0.12, statements: 1 / 50, pushMs: 2_000 };

/**
 * The whole path of a customer's message: socket, permission, sealing, commit with its audit entry, acknowledgement,
 * and the push to its agent. 2,000 customers who write the next message when the last one is acknowledged.
 */
export async function* run(): AsyncGenerator<Figure> {
  const stage = await openStage(SENDERS);
  try {
    const clusterUrl = stage.instance.status.database.url;
    say('bare statement');
    const rawBefore = await measureRawInserts(clusterUrl, RAW_MS);
    say('warming up');
    await stage.fleet.closedLoop(WARM_MS);
    const { result, used } = await measure(stage, isFull() ? 30_000 : 12_000);
    say('bare statement again');
    const rawAfter = await measureRawInserts(clusterUrl, RAW_MS);
    yield* figuresOf(stage, result, used, (rawBefore + rawAfter) / 2);
  } finally {
    await stage.close();
  }
}

async function measure(stage: Stage, ms: number): Promise<{ result: LoadResult; used: Reading }> {
  say(`measuring for ${ms / 1000} s`);
  stage.agents.reset();
  const before = await readMeter(stage.instance);
  const result = await stage.fleet.closedLoop(ms);
  return { result, used: between(before, await readMeter(stage.instance)) };
}

function* figuresOf(stage: Stage, result: LoadResult, used: Reading, raw: number): Generator<Figure> {
  const perMessageUs = (ms: number) => (ms * 1000) / result.acked;
  const rate = result.acked / result.seconds;
  yield figure('messages.cpu', perMessageUs(used.serverMs + used.databaseMs), 'us', MUST.cpuUs);
  yield figure('messages.cpu_server', perMessageUs(used.serverMs), 'us', MUST.cpuUs);
  yield figure('messages.cpu_database', perMessageUs(used.databaseMs), 'us', MUST.cpuUs);
  yield figure('messages.rate', rate, '1/s', raw);
  yield figure('messages.rate_to_must', rate / raw, 'of the bare statement', MUST.ratio);
  yield figure('messages.ack_p50', percentile(result.ackMs, 0.5), 'ms', MUST.pushMs);
  yield figure('messages.ack_p99', percentile(result.ackMs, 0.99), 'ms', MUST.pushMs);
  yield figure('messages.push_p99', percentile(stage.agents.pushMs, 0.99), 'ms', MUST.pushMs);
  yield figure('messages.statements', used.commits / result.acked, 'per message', MUST.statements);
  yield figure('messages.pushed', stage.agents.pushMs.length, 'frames', result.acked);
  yield figure('messages.lost', result.sent - result.acked, 'messages', result.sent);
  yield figure('messages.out_of_step', result.outOfStep + result.refused, 'messages', result.sent);
}
