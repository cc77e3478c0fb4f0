import { figure, isFull, isQuick, percentile, say, type Figure } from './figure.ts';
import { between, readMeter } from './load/meter.ts';
import { openStage, type Stage } from './load/stage.ts';

const CUSTOMERS = isQuick() ? 400 : 2_000;
const AGENTS = isQuick() ? 10 : 50;
const WARM_MS = 4_000;
/** The daily average of the largest rival's whole cloud, and three times that for its busy hour. */
const RATES = [
  { name: 'fixed_rate.2963', perSecond: 2_963, ms: 20_000, fullMs: 60_000, mustMs: 500 },
  { name: 'fixed_rate.8900', perSecond: 8_900, ms: 10_000, fullMs: 30_000, mustMs: 2_000 },
];

/**
 * Messages at a fixed rate, sent at their time whether or not earlier ones are acknowledged: 50 agents receive all, each
 * of 40 customers; then the same rate with the robot on, which answers behind them.
 */
export async function* run(): AsyncGenerator<Figure> {
  const [average] = RATES as [(typeof RATES)[number], ...unknown[]];
  const stage = await openStage(CUSTOMERS, AGENTS);
  try {
    say('warming up');
    await stage.fleet.fixedRate(average.perSecond, WARM_MS);
    for (const rate of RATES) yield* hold(stage, rate);
  } finally {
    await stage.close();
  }
  const withRobot = await openStage(CUSTOMERS, 0);
  try {
    say('warming up, the robot is on');
    await withRobot.fleet.fixedRate(average.perSecond, WARM_MS);
    yield* hold(withRobot, { ...average, name: 'fixed_rate.2963_robot' });
    yield figure(
      'fixed_rate.2963_robot.waiting',
      await eventsWaiting(withRobot),
      'events',
      average.perSecond,
    );
  } finally {
    await withRobot.close();
  }
}

/** Events that the robot has not come to yet; none is lost, they stand in the database. */
async function eventsWaiting({ instance }: Stage): Promise<number> {
  const rows = await instance.sql('SELECT COUNT(*) AS waiting FROM outbox_event WHERE state = 0');
  return Number((rows[0] as { waiting: string }).waiting);
}

async function* hold(stage: Stage, rate: (typeof RATES)[number]): AsyncGenerator<Figure> {
  const { name, perSecond, mustMs } = rate;
  const ms = isFull() ? rate.fullMs : rate.ms;
  say(`${perSecond} messages a second for ${ms / 1000} s`);
  stage.agents.reset();
  const before = await readMeter(stage.instance);
  const startedMs = performance.now();
  const result = await stage.fleet.fixedRate(perSecond, ms);
  const used = between(before, await readMeter(stage.instance));
  const { pushMs } = stage.agents;
  const cores = (used.serverMs + used.databaseMs) / (performance.now() - startedMs);
  yield figure(`${name}.sent`, result.sent, 'messages', (perSecond * ms) / 1000);
  yield figure(`${name}.acked`, result.acked, 'messages', result.sent);
  yield figure(`${name}.ack_p50`, percentile(result.ackMs, 0.5), 'ms', mustMs);
  yield figure(`${name}.ack_p99`, percentile(result.ackMs, 0.99), 'ms', mustMs);
  yield figure(`${name}.push_p99`, percentile(pushMs, 0.99), 'ms', mustMs);
  yield figure(`${name}.pushed`, pushMs.length, 'frames', result.acked);
  yield figure(`${name}.cores`, cores, 'cores', 1);
  yield figure(`${name}.out_of_step`, result.outOfStep + result.refused, 'messages', result.sent);
}
