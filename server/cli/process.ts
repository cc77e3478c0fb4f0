import process from 'node:process';
import type { Parts } from '../compose.ts';
import type { Foundation } from '../foundation.ts';
import { AppError, LIMITS, presentStartError, StartError, systemClock } from '../kernel/index.ts';
import { startServer, startWorker, type RunningServer } from '../main.ts';
import type { Config } from '../platform/config/index.ts';
import { createLog, type Log } from '../platform/log/index.ts';
import { startPrimary, workerNumber, type RunningPrimary } from '../primary.ts';
import { openWorkerLink } from '../worker-link.ts';

/** What a stop may take beyond the drain, for the database. */
const END_MS = 15_000;

/** What a process of the server is started with, by `npm start` and by `vaultdesk run`. */
export interface ProcessOptions {
  config: Config;
  /** Makes what an evaluation instance has in it. */
  prepare?: (foundation: Foundation, parts: Parts) => Promise<void>;
  /** How long the ready line waits for the robot. */
  robotWaitMs: number;
  /** Called when the server serves, in the process that people started, before the ready line. */
  onReady?: () => Promise<void> | void;
}

/**
 * Runs the server in this process until a signal ends it: as the one process, as the supervisor of several, or as the
 * worker that a supervisor started. Prints `vaultdesk ready URL`; a start that fails prints one line on standard error
 * and ends the process with 1.
 */
export async function runProcess(options: ProcessOptions): Promise<void> {
  const { config } = options;
  const worker = workerNumber(process.argv);
  const log = createLog({
    home: config.home,
    level: config.log.level,
    fileMegabytes: config.log.fileMegabytes,
    fileCount: config.log.fileCount,
    now: () => systemClock.now(),
    ...(worker === undefined ? {} : { fileName: `vaultdesk-${worker}`, terminal: undefined }),
  });
  process.on('SIGUSR1', refuseDebugger);
  if (worker !== undefined) return work(options, log);
  let server: RunningPrimary | undefined;
  const stop = stopOnce(log, () => server?.stop());
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGTERM', () => stop('SIGTERM'));
  try {
    server = config.workers > 1 ? await startPrimary({ config, log }) : await serve(options, log);
  } catch (error) {
    process.stderr.write(`${presentFault(error)}\n`);
    log.error('start failed', {}, error);
    await log.close();
    process.exit(1);
  }
  await server.learned;
  await options.onReady?.();
  process.stdout.write(`vaultdesk ready ${server.url}\n`);
}

/** Without a listener of ours this signal opens the debugger, and with it every key, to whoever reaches the loopback. */
function refuseDebugger(): void {}

/** The others have taken its conversations: what it holds in memory is of no use, and it starts anew. */
function endReplaced(log: Log): void {
  log.error('taken for dead by the other processes');
  void log.close().finally(() => process.exit(1));
}

/** One process does everything. */
async function serve(options: ProcessOptions, log: Log): Promise<RunningPrimary> {
  const { config, prepare, robotWaitMs } = options;
  const server = await startServer({
    ...{ config, log, onReplaced: () => endReplaced(log) },
    ...(prepare ? { prepare } : {}),
  });
  return { ...server, learned: waitForRobot(server, robotWaitMs) };
}

/** One of several processes; the primary says where it works, and when it ends. */
async function work({ config, prepare, robotWaitMs }: ProcessOptions, log: Log): Promise<void> {
  const link = openWorkerLink();
  let server: RunningServer | undefined;
  const stop = stopOnce(log, () => server?.stop());
  // Ctrl-C reaches every process of the terminal; the primary decides when a worker ends.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  link.onStop(() => stop());
  const place = await link.place();
  try {
    server = await startWorker({
      ...{ config, log, place, onReplaced: () => endReplaced(log) },
      ...(prepare ? { prepare } : {}),
    });
  } catch (error) {
    log.error('start failed', {}, error);
    await link.tell({ t: 'failed', fault: presentFault(error) });
    await log.close();
    process.exit(1);
  }
  await link.tell({ t: 'ready', url: server.url });
  if (!place.isFirst) return;
  await waitForRobot(server, robotWaitMs);
  await link.tell({ t: 'learned' });
}

/** Ends the process, once: a second Ctrl-C does not hurry the drain, since what is in flight must be committed. */
function stopOnce(log: Log, end: () => Promise<void> | undefined): (signal?: string) => void {
  let stopping: Promise<void> | undefined;
  return (signal) => {
    stopping ??= (async () => {
      if (signal !== undefined) process.stdout.write(`\n${signal}: draining …\n`);
      const timer = setTimeout(() => process.exit(1), LIMITS.drainMs + END_MS);
      timer.unref();
      await end();
      await log.close();
      process.exit(0);
    })();
  };
}

/** The first answers shall be answers: waits until the robot has learnt, but not for ever on a slow machine. */
async function waitForRobot(server: RunningServer, limitMs: number): Promise<void> {
  const waited = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
  await Promise.race([server.parts.robot.refresh(), waited]);
}

/** The one line of a start that failed. */
export function presentFault(error: unknown): string {
  if (error instanceof StartError) return presentStartError(error);
  if (error instanceof AppError) {
    const explanation = error.details?.explanation;
    return `vaultdesk: ${error.message} ${explanation ?? ''} [${error.code}]`;
  }
  const named = error as { code?: unknown; message?: unknown };
  return `vaultdesk: ${String(named.message ?? 'The start failed.')} [${String(named.code ?? 'server.internal')}]`;
}
