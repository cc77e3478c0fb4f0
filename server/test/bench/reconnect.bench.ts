import { figure, isQuick, percentile, say, type Figure } from './figure.ts';
import { Fleet } from './load/fleet.ts';
import { between, readMeter } from './load/meter.ts';
import { startInstance } from './load/stage.ts';

const PAGES = isQuick() ? 2_000 : 10_000;
const SESSIONS = 500;
const ROBOT_MS = 8_000;
const MUST_MS = 15_000;

/**
 * Everybody's connection is cut at once, each customer has missed a message, and all come back without the jitter that
 * the widget has: the time until every page is in step again.
 */
export async function* run(): AsyncGenerator<Figure> {
  const { instance, url } = await startInstance();
  const fleet = new Fleet();
  try {
    say(`opening ${PAGES} connections`);
    await fleet.openPages(url, { count: PAGES, sessions: SESSIONS });
    say('cutting them off');
    await fleet.cut();
    // The robot answers the messages meanwhile; its work is not that of coming back.
    await new Promise((resolve) => setTimeout(resolve, ROBOT_MS));
    say('all come back');
    const before = await readMeter(instance);
    const { inStepMs, inStep } = await fleet.storm();
    const used = between(before, await readMeter(instance));
    yield figure('reconnect.in_step', inStep, 'connections', PAGES);
    yield figure('reconnect.all_ms', Math.max(...inStepMs), 'ms', MUST_MS);
    yield figure('reconnect.p50_ms', percentile(inStepMs, 0.5), 'ms', MUST_MS);
    yield figure('reconnect.cpu', (used.serverMs + used.databaseMs) / PAGES, 'ms each', MUST_MS / PAGES);
  } finally {
    fleet.close();
    await instance.dispose();
  }
}
