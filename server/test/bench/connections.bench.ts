import { figure, isFull, isQuick, say, type Figure } from './figure.ts';
import { Fleet } from './load/fleet.ts';
import { between, readMeter, residentKib } from './load/meter.ts';
import { startInstance } from './load/stage.ts';

/** What one process holds; a generator has at most 20,000 files open as well. */
const PAGES = isQuick() ? 3_000 : 15_000;
const SESSIONS = 500;
/** Opened and closed before the first reading, so that the code for it is compiled and the pools are there. */
const WARM_PAGES = 500;
const SETTLE_MS = 5_000;
const MUST = { kib: 16, cores: 0.1 };

/** Pages that are open and do nothing, in `tls.mode: front`: memory of each, and what their heartbeats cost. */
export async function* run(): AsyncGenerator<Figure> {
  const { instance, url } = await startInstance();
  const fleet = new Fleet();
  try {
    say('warming up');
    await fleet.openPages(url, { count: WARM_PAGES, sessions: SESSIONS });
    await pause(SETTLE_MS);
    const beforeKib = residentKib(instance);
    say(`opening ${PAGES} connections`);
    const startedMs = performance.now();
    const opened = await fleet.openPages(url, { count: PAGES, sessions: SESSIONS });
    const openSeconds = (performance.now() - startedMs) / 1000;
    await pause(SETTLE_MS);
    const afterKib = residentKib(instance);
    const idleMs = isFull() ? 60_000 : 35_000;
    say(`idle for ${idleMs / 1000} s`);
    const before = await readMeter(instance);
    await pause(idleMs);
    const used = between(before, await readMeter(instance));
    const left = await fleet.countPages();
    yield figure('connections.open', opened.open, 'connections', PAGES + WARM_PAGES);
    yield figure('connections.dropped', opened.open - left.open, 'connections', opened.open);
    yield figure('connections.memory', (afterKib - beforeKib) / PAGES, 'KiB each', MUST.kib);
    yield figure('connections.rate', PAGES / openSeconds, '1/s', PAGES / 15);
    yield figure('connections.idle_server', used.serverMs / idleMs, 'cores', MUST.cores);
  } finally {
    fleet.close();
    await instance.dispose();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
