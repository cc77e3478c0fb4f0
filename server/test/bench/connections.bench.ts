import { join } from 'node:path';
import { figure, isFull, isQuick, say, type Figure } from './figure.ts';
import { Fleet } from './load/fleet.ts';
import { between, readMeter, residentKib } from './load/meter.ts';
import { startInstance } from './load/stage.ts';

/** What one process holds; `--full` has two of them, and a generator has at most 20,000 files open as well. */
const PER_WORKER = 15_000;
const SESSIONS = 500;
/** Opened before the first reading, so that the code for it is compiled and the pools are there. */
const WARM_PAGES = 500;
const SETTLE_MS = 5_000;
const MUST = { kib: 16, tlsKib: 32, cores: 0.1 };
/** Two workers take connections as they can: one may have more than the other. */
const UNEVEN = 'sockets:\n  connectionsMax: 19000\n';

interface Case {
  name: string;
  pages: number;
  workers: number;
  isTls: boolean;
  kib: number;
}

/** Pages that are open and do nothing: memory of each, and what their heartbeats cost; without TLS, then with it. */
export async function* run(): AsyncGenerator<Figure> {
  const workers = isFull() ? 2 : 1;
  const pages = isQuick() ? 3_000 : workers * PER_WORKER;
  yield* idle({ name: 'connections', pages, workers, isTls: false, kib: MUST.kib });
  const tlsPages = isQuick() ? 1_000 : 5_000;
  yield* idle({ name: 'connections.tls', pages: tlsPages, workers: 1, isTls: true, kib: MUST.tlsKib });
}

async function* idle({ name, pages, workers, isTls, kib }: Case): AsyncGenerator<Figure> {
  const { instance, url } = await startInstance({ workers, isTls, settings: UNEVEN });
  const fleet = new Fleet(isTls ? join(instance.home, 'tls', 'server.crt') : undefined);
  try {
    say('warming up');
    await fleet.openPages(url, { count: WARM_PAGES, sessions: SESSIONS });
    await pause(SETTLE_MS);
    const beforeKib = residentKib(instance);
    say(`opening ${pages} connections`);
    const startedMs = performance.now();
    const opened = await fleet.openPages(url, { count: pages - WARM_PAGES, sessions: SESSIONS });
    const openSeconds = (performance.now() - startedMs) / 1000;
    await pause(SETTLE_MS);
    const afterKib = residentKib(instance);
    const idleMs = isFull() ? 60_000 : 35_000;
    say(`idle for ${idleMs / 1000} s`);
    const before = await readMeter(instance);
    await pause(idleMs);
    const used = between(before, await readMeter(instance));
    const left = await fleet.countPages();
    yield figure(`${name}.open`, opened.open, 'connections', pages);
    yield figure(`${name}.dropped`, opened.open - left.open, 'connections', opened.open);
    yield figure(`${name}.memory`, (afterKib - beforeKib) / (pages - WARM_PAGES), 'KiB each', kib);
    yield figure(`${name}.rate`, (pages - WARM_PAGES) / openSeconds, '1/s', pages / 15);
    yield figure(`${name}.idle_server`, used.serverMs / idleMs, 'cores', MUST.cores);
  } finally {
    fleet.close();
    await instance.dispose();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
