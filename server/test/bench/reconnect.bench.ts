import { join } from 'node:path';
import { figure, isQuick, percentile, say, type Figure } from './figure.ts';
import { Fleet } from './load/fleet.ts';
import { between, readMeter } from './load/meter.ts';
import { startInstance } from './load/stage.ts';

const SESSIONS = 500;
const ROBOT_MS = 8_000;
const MUST_MS = 15_000;

/**
 * Everybody's connection is cut at once, each customer has missed a message, and all come back without the jitter that
 * the widget has: the time until every page is in step again. Without TLS, then with it.
 */
export async function* run(): AsyncGenerator<Figure> {
  yield* storm('reconnect', isQuick() ? 2_000 : 10_000, false);
  yield* storm('reconnect.tls', isQuick() ? 1_000 : 5_000, true);
}

async function* storm(name: string, pages: number, isTls: boolean): AsyncGenerator<Figure> {
  const { instance, url } = await startInstance({ isTls });
  const fleet = new Fleet(isTls ? join(instance.home, 'tls', 'server.crt') : undefined);
  try {
    say(`opening ${pages} connections`);
    await fleet.openPages(url, { count: pages, sessions: SESSIONS });
    say('cutting them off');
    await fleet.cut();
    // The robot answers the messages meanwhile; its work is not that of coming back.
    await new Promise((resolve) => setTimeout(resolve, ROBOT_MS));
    say('all come back');
    const before = await readMeter(instance);
    const { inStepMs, inStep } = await fleet.storm();
    const used = between(before, await readMeter(instance));
    yield figure(`${name}.in_step`, inStep, 'connections', pages);
    yield figure(`${name}.all_ms`, Math.max(...inStepMs), 'ms', MUST_MS);
    yield figure(`${name}.p50_ms`, percentile(inStepMs, 0.5), 'ms', MUST_MS);
    yield figure(`${name}.cpu`, (used.serverMs + used.databaseMs) / pages, 'ms each', MUST_MS / pages);
  } finally {
    fleet.close();
    await instance.dispose();
  }
}
