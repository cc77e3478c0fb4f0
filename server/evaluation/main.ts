import process from 'node:process';
import { presentFault, runProcess } from '../cli/process.ts';
import type { Parts } from '../compose.ts';
import type { Foundation } from '../foundation.ts';
import { loadConfig } from '../platform/config/index.ts';
import { printPeople, startIdentityProvider } from './identity-provider.ts';
import { isFirstStart, isJoined, prepareEvaluation, printAccounts } from './prepare.ts';

/** A first start trains; a later one reads the model, and must be ready within ten seconds even without it. */
const ROBOT_WAIT_MS = { first: 45_000, later: 3_000 };

/** `npm start`: an evaluation instance on the loopback, with a demonstration bank in it. */
async function main(): Promise<void> {
  const config = loadConfig({ isEvaluation: true });
  const isFirst = isFirstStart(config.home);
  await runProcess({
    ...{ config, prepare, robotWaitMs: isFirst ? ROBOT_WAIT_MS.first : ROBOT_WAIT_MS.later },
    async onReady() {
      printAccounts(config.home, isFirst);
      if (!isJoined(config)) await printPeople(config.home, isFirst);
    },
  });
}

/** Accounts and the demonstration bank, then the identity provider, which ends with this process. */
async function prepare(foundation: Foundation, parts: Parts): Promise<void> {
  await prepareEvaluation(foundation, parts);
  // A home that joined another one's installation has no people of its own.
  if (!isJoined(foundation.config)) await startIdentityProvider(foundation, parts);
}

try {
  await main();
} catch (error) {
  // Before there is a log: the configuration or the log's folder.
  process.stderr.write(`${presentFault(error)}\n`);
  process.exit(1);
}
