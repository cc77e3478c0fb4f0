import cluster, { type Worker } from 'node:cluster';
import process from 'node:process';
import { startMigrated, type StartedDatabase } from './database-start.ts';
import { LIMITS } from './kernel/index.ts';
import type { Config } from './platform/config/index.ts';
import type { Log } from './platform/log/index.ts';
import { writeStatus } from './status-file.ts';
import { VERSION } from './version.ts';
import type { FromWorker, ToWorker } from './worker-link.ts';

/** A worker that dies is started again after this; each time twice as long, until one has lived for a minute. */
const RESTART_FIRST_MS = 100;
const RESTART_MAX_MS = 10_000;
const STEADY_MS = 60_000;
/** A worker that has not drained by then is killed. */
const STOP_MS = LIMITS.drainMs + 6_000;

/** The argument that makes a process the worker of this number. */
export function workerArgument(number: number): string {
  return `worker-${number}`;
}

/** The number of a worker, from its arguments; undefined in the process that people start. */
export function workerNumber(args: readonly string[]): number | undefined {
  const found = cluster.isWorker ? /^worker-(\d+)$/.exec(args[2] ?? '') : null;
  return found ? Number(found[1]) : undefined;
}

/** The running processes of this server. */
export interface RunningPrimary {
  url: string;
  /** Resolves when the first worker's robot answers, or was waited for long enough. */
  learned: Promise<void>;
  /** Drains and stops the workers, then the database. */
  stop(): Promise<void>;
}

interface Slot {
  number: number;
  worker: Worker | undefined;
  waitMs: number;
  bornMs: number;
  retry: NodeJS.Timeout | undefined;
}

/**
 * Starts the database and the configured number of workers, which share the port; starts again what dies. It serves
 * nothing itself and holds no key. The first worker alone makes what an installation has once, before the others come.
 */
export async function startPrimary(options: { config: Config; log: Log }): Promise<RunningPrimary> {
  const { config, log } = options;
  // Workers accept from the shared socket themselves. Handed round, a connection on its way to a worker that is
  // killed would belong to nobody, and its client would wait for ever.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const running: { primary?: Primary } = {};
  const database = await startMigrated({
    ...{ config, log },
    onRestarted: async () => void (await running.primary?.tellStatus()),
  });
  const primary = new Primary(options, database);
  running.primary = primary;
  try {
    await primary.start();
  } catch (error) {
    await primary.stop();
    throw error;
  }
  return primary;
}

class Primary implements RunningPrimary {
  url = '';
  readonly learned: Promise<void>;
  #onLearned: () => void = () => undefined;
  readonly #options: { config: Config; log: Log };
  readonly #database: StartedDatabase;
  readonly #slots: Slot[];
  #isStopping = false;
  #isReady = false;

  constructor(options: { config: Config; log: Log }, database: StartedDatabase) {
    this.learned = new Promise((resolve) => (this.#onLearned = resolve));
    this.#options = options;
    this.#database = database;
    this.#slots = Array.from({ length: options.config.workers }, (_, index) => ({
      number: index + 1,
      worker: undefined,
      waitMs: RESTART_FIRST_MS,
      bornMs: 0,
      retry: undefined,
    }));
  }

  async start(): Promise<void> {
    const [first, ...others] = this.#slots as [Slot, ...Slot[]];
    this.url = await this.#fork(first, true);
    this.#isReady = true;
    await this.tellStatus();
    // One that does not start is tried again, as one that died.
    await Promise.allSettled(others.map((slot) => this.#fork(slot, false)));
    await this.tellStatus();
    this.#options.log.info('server ready', { url: this.url, count: this.#slots.length });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#slots.map((slot) => stopWorker(slot)));
    await this.#database.stop();
  }

  async tellStatus(): Promise<void> {
    if (!this.#isReady) return;
    const workers = this.#slots.flatMap(({ worker }) => worker?.process.pid ?? []);
    const database = this.#database.embedded?.pid ?? null;
    await writeStatus(this.#options.config, {
      state: 'ready',
      url: this.url,
      version: VERSION,
      pids: { server: process.pid, workers, database },
      database: this.#database.about,
    });
  }

  /** Starts a worker; resolves with its address when it serves, rejects when it ends before. */
  #fork(slot: Slot, isFirst: boolean): Promise<string> {
    cluster.setupPrimary({ args: [workerArgument(slot.number)] });
    const worker = cluster.fork();
    slot.worker = worker;
    slot.bornMs = performance.now();
    const send = (message: ToWorker) => worker.isConnected() && worker.send(message);
    return new Promise((resolve, reject) => {
      let fault: string | undefined;
      worker.on('message', (message: FromWorker) => {
        if (message.t === 'hello') {
          const { url: databaseUrl, about } = this.#database;
          const place = workerPlace(this.#options.config, slot.number);
          send({ t: 'start', place: { ...place, databaseUrl, dataDir: about.dataDir, isFirst } });
        }
        if (message.t === 'failed') fault = message.fault;
        if (message.t === 'ready') resolve(message.url);
        if (message.t === 'learned') this.#onLearned();
      });
      worker.on('error', () => undefined);
      worker.once('exit', (code, signal) => {
        slot.worker = undefined;
        reject(new Error(fault ?? `Worker ${slot.number} ended (${signal ?? code}) before it served.`));
        this.#mourn(slot, signal === null ? { status: code } : { signal });
      });
    });
  }

  #mourn(slot: Slot, how: { status: number } | { signal: string }): void {
    if (this.#isStopping || !this.#isReady) return;
    const { log } = this.#options;
    log.warn('worker ended', { worker: slot.number, ...how });
    if (performance.now() - slot.bornMs > STEADY_MS) slot.waitMs = RESTART_FIRST_MS;
    slot.retry = setTimeout(() => {
      this.#fork(slot, false).then(
        () => this.tellStatus(),
        (error: unknown) => log.warn('worker does not start', { worker: slot.number }, error),
      );
      void this.tellStatus();
    }, slot.waitMs);
    slot.waitMs = Math.min(RESTART_MAX_MS, slot.waitMs * 2);
  }
}

/** Name of a worker, and its place on the network: each takes the port after the one before. */
function workerPlace(
  { cluster: { node, listen } }: Config,
  number: number,
): { node: string; listen?: string } {
  const name = `${node}.${number}`;
  if (listen === undefined) return { node: name };
  const portAt = listen.lastIndexOf(':') + 1;
  return { node: name, listen: `${listen.slice(0, portAt)}${Number(listen.slice(portAt)) + number - 1}` };
}

async function stopWorker({ worker, retry }: Slot): Promise<void> {
  clearTimeout(retry);
  if (worker === undefined || worker.isDead()) return;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const timer = setTimeout(() => worker.process.kill('SIGKILL'), STOP_MS);
  if (worker.isConnected()) worker.send({ t: 'stop' } satisfies ToWorker);
  else worker.process.kill('SIGKILL');
  await ended;
  clearTimeout(timer);
}
