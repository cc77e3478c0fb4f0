import { setTimeout as wait } from 'node:timers/promises';
import { readAll, SETTLE_MS, TicketMaker, Writer } from '../support/fault-load.ts';
import { openVisitor, startListening, untilReady } from '../support/instance-client.ts';
import { Instance } from '../support/instance.ts';
import { figure, isFull, isQuick, percentile, say, type Figure } from './figure.ts';

/** 200 kills with `--full`; 20 with `--quick`. */
const KILLS = isFull() ? 200 : isQuick() ? 20 : 60;
const WORKERS = 2;
const VISITORS = 8;
const LOOK_MS = 5;

/** What is struck, in turn: a worker more often than the rest, as it happens. */
const BLOWS = ['worker', 'worker', 'worker', 'database', 'worker', 'worker', 'server'] as const;

/** Kills of worker, database, and the whole server under load; counts what was lost, doubled, or out of order. */
export async function* run(): AsyncGenerator<Figure> {
  const instance = new Instance({ VAULTDESK_WORKERS: String(WORKERS) });
  try {
    await startListening(instance);
    const sessions = await Promise.all(Array.from({ length: VISITORS }, () => openVisitor(instance)));
    const writers = sessions.map((session) => new Writer(instance, session));
    const tickets = new TicketMaker(instance);
    const acked = () => writers.reduce((sum, { acked: own }) => sum + own.size, 0);
    const resumedMs: Record<string, number[]> = {};
    for (let kill = 0; kill < KILLS; kill += 1) {
      const blow = BLOWS[kill % BLOWS.length] as (typeof BLOWS)[number];
      await until(() => instance.status.pids.workers.length === WORKERS, 'workers');
      const before = acked();
      await until(() => acked() > before + VISITORS * 5, 'acknowledgements');
      await wait(Math.random() * 50);
      await strike(instance, blow, kill);
      const struckMs = performance.now();
      await until(() => writers.every(isAnsweredSince(struckMs)), 'every visitor');
      const took = Math.max(...writers.map(({ ackedAtMs }) => ackedAtMs - struckMs));
      resumedMs[blow] = [...(resumedMs[blow] ?? []), took];
      say(`${kill + 1}/${KILLS} ${blow}: every visitor acknowledged after ${Math.round(took)} ms`);
    }
    await Promise.all([...writers.map((writer) => writer.finish()), tickets.finish()]);
    yield figure('faults.kills', KILLS, 'kills', KILLS);
    for (const [blow, times] of Object.entries(resumedMs)) {
      yield figure(`faults.${blow}.resumed_p50`, percentile(times, 0.5), 'ms', 2_000);
      yield figure(`faults.${blow}.resumed_max`, Math.max(...times), 'ms', 10_000);
    }
    const told = await count(instance, writers);
    yield figure('faults.acknowledged', acked(), 'messages', told.stored);
    yield figure('faults.lost_doubled_or_out_of_order', told.wrong, 'messages', told.stored);
    yield figure('faults.tickets', tickets.made.size, 'tickets', tickets.made.size);
    yield figure('faults.tickets_wrong', await wrongTickets(tickets), 'tickets', tickets.made.size);
    const { code } = await instance.vaultdesk('audit', 'verify');
    yield figure('faults.trail_faults', code === 0 ? 0 : 1, 'trails', 1);
  } finally {
    await instance.dispose();
  }
}

const isAnsweredSince = (atMs: number) => (writer: Writer) => writer.ackedAtMs > atMs;

async function strike(instance: Instance, blow: (typeof BLOWS)[number], kill: number): Promise<void> {
  if (blow === 'worker') return void instance.killWorker(kill % WORKERS);
  if (blow === 'database') {
    instance.killDatabase();
    return untilReady(instance);
  }
  await instance.kill();
  await startListening(instance);
}

/** Messages that are not there exactly once, at their place, under the number that was acknowledged. */
async function count(
  instance: Instance,
  writers: readonly Writer[],
): Promise<{ stored: number; wrong: number }> {
  let [stored, wrong] = [0, 0];
  for (const { session, acked, sentOrder, contradictions } of writers) {
    wrong += contradictions.length;
    const messages = await readAll(instance, session);
    wrong += messages.filter(({ seq }, index) => seq !== index + 1).length;
    const own = messages.filter(({ from }) => from === 'requester');
    stored += own.length;
    wrong += Math.abs(own.length - sentOrder.length);
    wrong += own.filter(
      ({ id, seq }, index) => id !== sentOrder[index] || acked.get(id as string) !== seq,
    ).length;
  }
  return { stored, wrong };
}

async function wrongTickets(tickets: TicketMaker): Promise<number> {
  let wrong = tickets.surprises.length;
  const numbers = new Set<number>();
  for (const [key, { id, number }] of tickets.made) {
    const again = (await tickets.post(key)).json as { id?: string; number?: number } | undefined;
    if (again?.id !== id || again.number !== number || numbers.has(number)) wrong += 1;
    numbers.add(number);
  }
  return wrong;
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + SETTLE_MS;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`${what}: nothing after ${SETTLE_MS / 1_000} s`);
    await wait(LOOK_MS);
  }
}
