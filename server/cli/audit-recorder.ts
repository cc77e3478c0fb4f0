import { open, readFile, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { AuditCliPorts } from '../../audit/index.ts';
import { createIds, systemClock, type Clock, type Ids } from '../kernel/index.ts';
import { randomBytes } from '../platform/crypto/index.ts';
import { createTimeService } from '../time-service.ts';
import {
  createOutboxWriter,
  createUnitOfWork,
  openInstallation,
  openTrail,
  type Database,
  type Tx,
  type UnitOfWork,
} from '../platform/persistence/index.ts';

/** Name in the trail of the command line. Its runs follow each other: see the lock. */
const CLI_NODE = 'cli';
const LOCK_FILE = 'audit-cli.lock';
/** How often a held lock is asked for again, and how long in all. */
const LOCK_RETRY_MS = 100;
const LOCK_TRIES_MAX = 300;

/** What a unit of work of the command line stands on. */
export interface CliWork {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
}

/**
 * Works on the trail under the account of the operating system. Each call is an epoch of its own that is closed again;
 * an epoch closes the one before it, so two calls at once wait for each other.
 */
export async function workOnTrail<T>(
  database: Database,
  home: string,
  work: (tx: Tx, on: CliWork) => Promise<T>,
): Promise<T> {
  const release = await takeLock(join(home, LOCK_FILE));
  try {
    const clock = systemClock;
    const ids = createIds({ clock, randomBytes });
    const installationId = await openInstallation(database, { clock, ids });
    const time = createTimeService({ source: 'auto', now: () => clock.now() });
    const place = { node: CLI_NODE, installationId, batchLanes: 0 };
    const trail = await openTrail({ database, clock, ids, ...place, timeState: () => time.read().state });
    const toOutboxRow = createOutboxWriter({ clock, ids });
    const uow = createUnitOfWork({ database, trail, toOutboxRow, onCommit: () => undefined });
    const actor = { type: 'os', id: userInfo().username } as const;
    try {
      return await uow.run({ actor }, (tx) => work(tx, { uow, clock, ids }));
    } finally {
      await trail.close();
    }
  } finally {
    await release();
  }
}

/** Records what the command line did with the trail. */
export async function recordAuditVerb(
  database: Database,
  home: string,
  entry: Parameters<NonNullable<AuditCliPorts['record']>>[0],
): Promise<void> {
  const { action, target, details } = entry;
  await workOnTrail(database, home, async (tx) =>
    tx.record({
      ...{ action, outcome: 'ok', details: { by: 'command-line', ...details } },
      ...(target === undefined ? {} : { target: { type: 'audit-entry', id: target } }),
    }),
  );
}

/** A file with the id of the process that holds it; one whose process is gone counts for nothing. */
async function takeLock(path: string): Promise<() => Promise<void>> {
  for (let tries = 0; tries < LOCK_TRIES_MAX; tries += 1) {
    try {
      const handle = await open(path, 'wx', 0o600);
      await handle.writeFile(String(process.pid));
      await handle.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isStale(path)) await rm(path, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
  }
  throw new Error('another vaultdesk audit command is at work');
}

async function isStale(path: string): Promise<boolean> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  if (!Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
