import process from 'node:process';
import type { Parts } from '../compose.ts';
import type { Foundation } from '../foundation.ts';
import { AppError, LIMITS, presentStartError, StartError, systemClock } from '../kernel/index.ts';
import { startServer, startWorker, type RunningServer } from '../main.ts';
import { loadConfig, type Config } from '../platform/config/index.ts';
import { createLog, type Log } from '../platform/log/index.ts';
import { startPrimary, workerNumber, type RunningPrimary } from '../primary.ts';
import { openWorkerLink } from '../worker-link.ts';
import { printPeople, startIdentityProvider } from './identity-provider.ts';
import { isFirstStart, isJoined, prepareEvaluation, printAccounts } from './prepare.ts';

/** What a stop may take beyond the drain, for the database. */
const END_MS = 15_000;
/** A first start trains; a later one reads the model, and must be ready within ten seconds even without it. */
const ROBOT_WAIT_MS = { first: 45_000, later: 3_000 };

/** `npm start`: an evaluation instance on the loopback, with a demonstration bank in it. */
async function main(): Promise<void> {
  const config = loadConfig({ isEvaluation: true });
  const worker = workerNumber(process.argv);
  const log = createLog({
    home: config.home,
    level: config.log.level,
    fileMegabytes: config.log.fileMegabytes,
    fileCount: config.log.fileCount,
    now: () => systemClock.now(),
    ...(worker === undefined ? {} : { fileName: `vaultdesk-${worker}`, terminal: undefined }),
  });
  if (worker !== undefined) return work({ config, log });
  const isFirst = isFirstStart(config.home);
  let server: RunningPrimary | undefined;
  const stop = stopOnce(log, () => server?.stop());
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGTERM', () => stop('SIGTERM'));
  try {
    server = config.workers > 1 ? await startPrimary({ config, log }) : await serve({ config, log, isFirst });
  } catch (error) {
    process.stderr.write(`${presentFault(error)}\n`);
    log.error('start failed', {}, error);
    await log.close();
    process.exit(1);
  }
  await server.learned;
  printAccounts(config.home, isFirst);
  if (!isJoined(config)) await printPeople(config.home, isFirst);
  process.stdout.write(`vaultdesk ready ${server.url}\n`);
}

/** Accounts and the demonstration bank, then the identity provider, which ends with this process. */
async function prepare(foundation: Foundation, parts: Parts): Promise<void> {
  await prepareEvaluation(foundation, parts);
  // A home that joined another one's installation has no people of its own.
  if (!isJoined(foundation.config)) await startIdentityProvider(foundation, parts);
}

/** The others have taken its conversations: what it holds in memory is of no use, and it starts anew. */
function endReplaced(log: Log): void {
  log.error('taken for dead by the other processes');
  void log.close().finally(() => process.exit(1));
}

/** One process does everything. */
async function serve(options: { config: Config; log: Log; isFirst: boolean }): Promise<RunningPrimary> {
  const server = await startServer({ ...options, prepare, onReplaced: () => endReplaced(options.log) });
  return { ...server, learned: waitForRobot(server, options.isFirst) };
}

/** One of several processes; the primary says where it works, and when it ends. */
async function work({ config, log }: { config: Config; log: Log }): Promise<void> {
  const link = openWorkerLink();
  let server: RunningServer | undefined;
  const stop = stopOnce(log, () => server?.stop());
  // Ctrl-C reaches every process of the terminal; the primary decides when a worker ends.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  link.onStop(() => stop());
  const isFirst = isFirstStart(config.home);
  const place = await link.place();
  try {
    server = await startWorker({ config, log, place, onReplaced: () => endReplaced(log), prepare });
  } catch (error) {
    log.error('start failed', {}, error);
    await link.tell({ t: 'failed', fault: presentFault(error) });
    await log.close();
    process.exit(1);
  }
  await link.tell({ t: 'ready', url: server.url });
  if (!place.isFirst) return;
  await waitForRobot(server, isFirst);
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
async function waitForRobot(server: RunningServer, isFirst: boolean): Promise<void> {
  const limitMs = isFirst ? ROBOT_WAIT_MS.first : ROBOT_WAIT_MS.later;
  const waited = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
  await Promise.race([server.parts.robot.refresh(), waited]);
}

function presentFault(error: unknown): string {
  if (error instanceof StartError) return presentStartError(error);
  if (error instanceof AppError) {
    const explanation = error.details?.explanation;
    return `vaultdesk: ${error.message} ${explanation ?? ''} [${error.code}]`;
  }
  const named = error as { code?: unknown; message?: unknown };
  return `vaultdesk: ${String(named.message ?? 'The start failed.')} [${String(named.code ?? 'server.internal')}]`;
}

try {
  await main();
} catch (error) {
  // Before there is a log: the configuration or the log's folder.
  process.stderr.write(`${presentFault(error)}\n`);
  process.exit(1);
}
