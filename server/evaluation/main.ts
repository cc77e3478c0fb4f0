import process from 'node:process';
import { AppError, LIMITS, presentStartError, StartError, systemClock } from '../kernel/index.ts';
import { startServer, type RunningServer } from '../main.ts';
import { loadConfig } from '../platform/config/index.ts';
import { createLog } from '../platform/log/index.ts';
import { isFirstStart, prepareEvaluation, printAccounts } from './prepare.ts';

/** A first start trains; a later one reads the model, and must be ready within ten seconds even without it. */
const ROBOT_WAIT_MS = { first: 45_000, later: 3_000 };

/** `npm start`: an evaluation instance on the loopback, with a demonstration bank in it. */
async function main(): Promise<void> {
  const config = loadConfig({ isEvaluation: true });
  const log = createLog({
    home: config.home,
    level: config.log.level,
    fileMegabytes: config.log.fileMegabytes,
    fileCount: config.log.fileCount,
    now: () => systemClock.now(),
  });
  const isFirst = isFirstStart(config.home);
  let server: RunningServer | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (signal: string) => {
    // A second Ctrl-C does not hurry the drain: what is in flight must be committed.
    stopping ??= (async () => {
      process.stdout.write(`\n${signal}: draining …\n`);
      const timer = setTimeout(() => process.exit(1), LIMITS.drainMs + 5_000);
      timer.unref();
      await server?.stop();
      await log.close();
      process.exit(0);
    })();
  };
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGTERM', () => stop('SIGTERM'));
  try {
    server = await startServer({ config, log, prepare: prepareEvaluation });
  } catch (error) {
    process.stderr.write(`${presentFault(error)}\n`);
    log.error('start failed', {}, error);
    await log.close();
    process.exit(1);
  }
  await waitForRobot(server, isFirst ? ROBOT_WAIT_MS.first : ROBOT_WAIT_MS.later);
  printAccounts(config.home, isFirst);
  process.stdout.write(`vaultdesk ready ${server.url}\n`);
}

/** The first answers shall be answers: waits until the robot has learnt, but not for ever on a slow machine. */
async function waitForRobot(server: RunningServer, limitMs: number): Promise<void> {
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
