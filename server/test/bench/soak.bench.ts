import { figure, isFull, isQuick, percentile, say, type Figure } from './figure.ts';
import { readDisk, residentKib } from './load/meter.ts';
import { openStage } from './load/stage.ts';

const CUSTOMERS = isQuick() ? 200 : 1_000;
const PER_SECOND = 1_000;
const SLICE_MS = 15_000;
const MINUTE_MS = 60_000;
const GROWTH_MAX = 1.1;
const KIB_PER_MIB = 1024;
/** What one message wrote in a measurement of its row and its entry alone, sealed beforehand. */
const LOG_BYTES = 550;
const ROW_BYTES = 420;

/** 1,000 messages a second for long: what the server's memory does after the first minutes, and what a message writes. */
export async function* run(): AsyncGenerator<Figure> {
  const wholeMs = (isFull() ? 10 : 2.5) * MINUTE_MS;
  const settledMs = (isFull() ? 2 : 1) * MINUTE_MS;
  const stage = await openStage(CUSTOMERS);
  const late: number[] = [];
  const early: number[] = [];
  const ackMs: number[] = [];
  let [acked, sent] = [0, 0];
  try {
    const before = await readDisk(stage.instance);
    for (let atMs = 0; atMs < wholeMs; atMs += SLICE_MS) {
      stage.agents.reset();
      const result = await stage.fleet.fixedRate(PER_SECOND, SLICE_MS);
      acked += result.acked;
      sent += result.sent;
      ackMs.push(...result.ackMs);
      const mib = residentKib(stage.instance) / KIB_PER_MIB;
      say(`${(atMs + SLICE_MS) / 1000} s: ${mib.toFixed(0)} MiB, ${acked} of ${sent}`);
      if (atMs + SLICE_MS <= settledMs) early.push(mib);
      else late.push(mib);
    }
    const settled = early.at(-1) ?? 0;
    const last = late.at(-1) ?? 0;
    const after = await readDisk(stage.instance);
    yield figure('soak.log', (after.log - before.log) / acked, 'B of write-ahead log a message', LOG_BYTES);
    yield figure(
      'soak.rows',
      (after.rows - before.rows) / acked,
      'B of rows and indexes a message',
      ROW_BYTES,
    );
    yield figure('soak.memory', last, 'MiB', settled);
    yield figure('soak.growth', last / settled, 'of the memory when settled', GROWTH_MAX);
    yield figure('soak.acked', acked, 'messages', sent);
    yield figure('soak.ack_p99', percentile(ackMs, 0.99), 'ms', 500);
  } finally {
    await stage.close();
  }
}
