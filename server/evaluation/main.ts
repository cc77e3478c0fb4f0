import process from 'node:process';
import { AppError, LIMITS, presentStartError, StartError, systemClock } from '../kernel/index.ts';
import { startServer, type RunningServer } from '../main.ts';
import { loadConfig } from '../platform/config/index.ts';
import { createLog } from '../platform/log/index.ts';
import { isFirstStart, prepareEvaluation, printAccounts } from './prepare.ts';

const ROBOT_WAIT_MS = 45_000;

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
  await waitForRobot(server);
  printAccounts(config.home, isFirst);
  process.stdout.write(`vaultdesk ready ${server.url}\n`);
}

/** The first answers shall be answers: waits until the robot has learnt, but not for ever on a slow machine. */
async function waitForRobot(server: RunningServer): Promise<void> {
  const waited = new Promise<void>((resolve) => setTimeout(resolve, ROBOT_WAIT_MS).unref());
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

await main();
