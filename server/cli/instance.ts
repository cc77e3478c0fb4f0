import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { IS_RELEASE, StartError } from '../kernel/index.ts';
import { placesOf } from '../foundation.ts';
import type { ServerStatus } from '../status-file.ts';
import { homeOf, loadConfig, type Config } from '../platform/config/index.ts';
import { startDatabase } from '../platform/database/index.ts';
import { openDatabase, type Database } from '../platform/persistence/index.ts';

/**
 * The configuration of the instance in VAULTDESK_HOME. Where no database is configured, the home holds one of its own:
 * an evaluation instance, which a release knows nothing of.
 */
export function loadInstanceConfig(): Config {
  const isEvaluation = !IS_RELEASE && existsSync(join(homeOf(), 'evaluation-accounts.json'));
  return loadConfig({ isEvaluation });
}

/** The configuration of a home folder that a backup is restored into: an empty one gets a database of its own. */
export function loadRestoreConfig(): Config {
  const isInstalled = existsSync(join(homeOf(), 'config.yaml'));
  return isInstalled ? loadInstanceConfig() : loadConfig({ isEvaluation: true });
}

/** What the status file says; `stopped` when there is none, or its process is gone. */
export function readStatus(config: Config): ServerStatus | { state: 'stopped' } {
  const { status } = placesOf(config.home);
  if (!existsSync(status)) return { state: 'stopped' };
  const known = JSON.parse(readFileSync(status, 'utf8')) as ServerStatus;
  return isRunning(known.pids.server) ? known : { state: 'stopped' };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one that runs.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Opens the instance's database. A stopped evaluation instance has its PostgreSQL started, until `stop`, and its
 * administrator's connection is given as well. Close the database first.
 */
export async function openInstanceDatabase(
  config: Config,
): Promise<{ database: Database; administratorUrl: string | undefined; stop(): Promise<void> }> {
  const status = readStatus(config);
  const quiet = { info: () => undefined, warn: () => undefined };
  const isOwn = status.state === 'stopped' && !config.database.url;
  if (isOwn) requireHome(config);
  const embedded = isOwn ? await startDatabase({ home: config.home, log: quiet }) : undefined;
  const stop = async () => void (await embedded?.stop());
  const url = config.database.url ?? embedded?.url ?? ('database' in status ? status.database.url : '');
  try {
    const database = await openDatabase({ url, poolSize: 4 });
    return { database, administratorUrl: embedded?.ownerUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A command must not make an empty instance of a mistyped home folder. */
function requireHome(config: Config): void {
  if (existsSync(join(config.home, 'keys'))) return;
  throw new StartError({
    code: 'instance.missing',
    sentence: `There is no instance in ${config.home}.`,
    remedy: 'Set VAULTDESK_HOME to the home folder of the instance, or start it first.',
  });
}

/** Runs `work` on the instance's database. */
export async function withDatabase<T>(
  config: Config,
  work: (database: Database, administratorUrl: string | undefined) => Promise<T>,
): Promise<T> {
  const { database, administratorUrl, stop } = await openInstanceDatabase(config);
  try {
    return await work(database, administratorUrl);
  } finally {
    await database.close();
    await stop();
  }
}

/** An address behind `--name`; `@FILE` reads it from a file, so that no password stands in the list of processes. */
export function urlArgument(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  const value = at < 0 ? undefined : args[at + 1];
  return value?.startsWith('@') ? readFileSync(value.slice(1), 'utf8').trim() : value;
}
