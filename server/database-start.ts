import { migrateUp, protectTrail, releaseTrail, schemaStatus } from '../migrations/index.ts';
import { systemClock } from './kernel/index.ts';
import type { Config } from './platform/config/index.ts';
import { OWNER, startDatabase, superviseDatabase, type EmbeddedDatabase } from './platform/database/index.ts';
import type { Log } from './platform/log/index.ts';
import {
  addMonthPartitions,
  assertCopyWhole,
  assertDatabaseFits,
  openDatabase,
  type Database,
} from './platform/persistence/index.ts';
import { assertFeatures, openSchemaPort } from './schema-port.ts';

/** The database the server works on, running and migrated. */
export interface StartedDatabase {
  /** Connection of the server. */
  url: string;
  /** What `status.json` says of it. */
  about: { url: string; dataDir: string | null };
  /** The one in the home folder; undefined where the configuration names another. */
  embedded: EmbeddedDatabase | undefined;
  stop(): Promise<void>;
}

/**
 * Starts and watches the PostgreSQL of the home folder, or takes the configured database; refuses one that does not
 * fit and a schema newer than this program, and applies the pending steps.
 */
export async function startMigrated(options: {
  config: Config;
  log: Log;
  /** The embedded PostgreSQL died and is back, with another process id. */
  onRestarted(): Promise<void>;
}): Promise<StartedDatabase> {
  const { config, log, onRestarted } = options;
  const embedded = config.database.url ? undefined : await startDatabase({ home: config.home, log });
  const supervisor = embedded && superviseDatabase(embedded, { log, onRestarted });
  const stop = async () => {
    await supervisor?.stop();
    await embedded?.stop();
  };
  const url = config.database.url ?? (embedded as EmbeddedDatabase).url;
  try {
    await migrate(config, url, log, embedded?.ownerUrl);
  } catch (error) {
    await stop();
    throw error;
  }
  const about = { url: embedded?.ownerUrl ?? withoutPassword(url), dataDir: embedded?.dataDir ?? null };
  return { url, about, embedded, stop };
}

/** What is shown of the address: the status file outlives a changed password, and is copied into reports. */
function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:@/?#]*):[^@/?#]*@/, '$1@');
}

/** Rows of a month without a part go to the default one, so a fault here is told and stops nothing. */
async function makeMonths(database: Database, log: Log): Promise<void> {
  try {
    const { blocked } = await addMonthPartitions(database, systemClock.now());
    if (blocked.length > 0) log.warn('rows came before the part of their month', { count: blocked.length });
  } catch (error) {
    log.warn('monthly parts are not made', {}, error);
  }
}

async function migrate(
  config: Config,
  databaseUrl: string,
  log: Log,
  administratorUrl: string | undefined,
): Promise<void> {
  const { port, close } = await openSchemaPort(databaseUrl);
  try {
    const database = await openDatabase({ url: databaseUrl, poolSize: 2 });
    try {
      const isCompatible = config.database.family === 'compatible';
      await assertDatabaseFits(database, { isVersionKnown: !isCompatible });
      if (isCompatible) await assertFeatures(port);
      // Said at every start, until somebody sends the result of `npm run test:oracle` of a real server.
      if (port.dialect === 'oracle')
        log.warn('this version was never run against a real oracle by its makers');
      const up = async () => void (await migrateUp({ port, now: () => systemClock.now() }));
      await (administratorUrl === undefined ? up() : withTrailReleased(administratorUrl, up));
      await assertCopyWhole(database);
      await makeMonths(database, log);
    } finally {
      await database.close();
    }
  } finally {
    await close();
  }
}

/**
 * Applies steps on the PostgreSQL of the home folder. Its trail is owned by a role nobody can sign in as, which the
 * administrator gives back to the server's login for the time of the steps, if any are pending.
 */
export async function withTrailReleased(administratorUrl: string, up: () => Promise<void>): Promise<void> {
  const { port, close } = await openSchemaPort(administratorUrl);
  try {
    const { pending } = await schemaStatus({ port, now: () => systemClock.now() });
    if (pending.length > 0) await releaseTrail(port, OWNER);
    await up();
    await protectTrail(port, OWNER);
  } finally {
    await close();
  }
}
