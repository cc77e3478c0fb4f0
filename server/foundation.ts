import { join } from 'node:path';
import {
  createFolderAnchor,
  createSealer,
  type ProofSource,
  type AuditStorage,
  type Cosigner,
  type Sealer,
  type SealerDeps,
  type SealerNotice,
} from '../audit/index.ts';
import { leasesOf, openCluster } from './foundation-cluster.ts';
import { openSealKeys } from './seal-keys.ts';
import { createTimeService, type TimeService } from './time-service.ts';
import { openKeyProvider } from './wiring-keys.ts';
import { createIds, type Clock, type EventDraft, type Ids } from './kernel/index.ts';
import { createBus, type Bus, type RunningBus } from './platform/bus/index.ts';
import type { Cluster } from './platform/cluster/index.ts';
import type { Config } from './platform/config/index.ts';
import { createCrypto, randomBytes, type Crypto, type KeyProvider } from './platform/crypto/index.ts';
import {
  assertSealedColumns,
  createAuditStorage,
  createDekStore,
  createOutboxWriter,
  createStorageGuard,
  createUnitOfWork,
  openAuditSpool,
  endPredecessors,
  nameSessions,
  openDatabase,
  openInstallation,
  openTrail,
  withFreshLeaves,
  type AuditEmitter,
  type Database,
  type OutboxRow,
  type StorageGuard,
  type Trail,
  type UnitOfWork,
} from './platform/persistence/index.ts';
import type { Lease } from './platform/jobs/index.ts';
import type { Log } from './platform/log/index.ts';

/** What every module and every command stands on: database, keys, the audit trail, units of work. */
export interface Foundation {
  config: Config;
  clock: Clock;
  /** What the machine says of its clock. */
  time: TimeService;
  ids: Ids;
  log: Log;
  database: Database;
  installationId: string;
  crypto: Crypto;
  /** Holds the master keys. */
  keys: KeyProvider;
  trail: Trail;
  uow: UnitOfWork;
  /** Tells the processes on this database what changed. */
  bus: Bus;
  /** The server processes on this database. */
  cluster: Cluster;
  /** The right to do something alone among them. */
  leaseOf(name: string): Lease;
  /** What the others see of this process. */
  gauges: { socketCount(): number };
  /** Whether there is room on the disks of this installation. */
  guard: StorageGuard;
  auditStorage: AuditStorage & ProofSource;
  /** Keeps entries that stand on no other change, in a spool while the database is away. */
  audit: AuditEmitter;
  /** Text of the public key file of the trail, `keys/audit.keys`. */
  auditKeys: string;
  sealer: Sealer;
  /** Signs heads of other installations, as their witness. */
  cosigner: Cosigner;
  /** Signs a text with the key that seals the trail; gives a signed note. The text is no head of a tree. */
  signNote(text: string): string;
  toOutboxRow: (draft: EventDraft) => OutboxRow;
  /** Hears of each commit; `hasEvents` when the outbox has something new. */
  onCommit(listener: (hasEvents: boolean) => void): void;
  /** Tells the listeners of a commit; units of work and batch lanes call it. */
  committed(hasEvents: boolean): void;
  /** Seals what is left, gives keys and connections back. */
  close(): Promise<void>;
}

/** Places in the home folder. */
export function placesOf(home: string) {
  return {
    keys: join(home, 'keys'),
    sealKey: join(home, 'keys', 'seal.key'),
    auditKeys: join(home, 'keys', 'audit.keys'),
    anchorKey: join(home, 'keys', 'anchor.key'),
    anchorPublic: join(home, 'keys', 'anchor.pub'),
    anchors: join(home, 'anchors'),
    stamps: join(home, 'stamps'),
    digests: join(home, 'digests'),
    archive: join(home, 'archive'),
    auditArchive: join(home, 'archive', 'audit'),
    spool: join(home, 'spool'),
    notices: join(home, 'notices'),
    checks: join(home, 'spool', 'checks'),
    tls: join(home, 'tls'),
    links: join(home, 'run'),
    status: join(home, 'status.json'),
  };
}

/** The origin of an installation's trail: the name that its heads carry and its key signs under. */
export function originOf(installationId: string): string {
  return `vaultdesk/${installationId}`;
}

/**
 * Opens everything below the modules on a migrated database. `node` is the process's name in the trail: two
 * processes that run at once must differ in it.
 */
export async function openFoundation(options: {
  config: Config;
  databaseUrl: string;
  clock: Clock;
  log: Log;
  node: string;
  /** Where on the network the other servers reach this process, `host:port`; absent: nowhere. */
  listen?: string;
  /** Folders on whose disks the installation writes; default the home folder. */
  dataFolders?: readonly string[];
  /** Called when the other processes took this one for dead; it must end. Absent: there are no others. */
  onReplaced?: () => void;
}): Promise<Foundation> {
  const { config, clock, log, node } = options;
  const [places, ids] = [placesOf(config.home), createIds({ clock, randomBytes })];
  let later: UnitOfWork | undefined;
  const keys = await openKeyProvider(config, { folder: places.keys, clock, log, later: () => later });
  const [{ provider }, sessions] = [keys, { node, start: ids.next() }];
  const url = nameSessions(options.databaseUrl, sessions);
  const database = await openDatabase({ url, poolSize: config.database.poolSize });
  try {
    await assertSealedColumns(database);
    await endPredecessors(database, sessions);
    const installationId = await openInstallation(database, { clock, ids });
    const store = createDekStore(database);
    const crypto = await createCrypto({ provider, store, clock, installationId, suite: config.crypto.suite });
    const time = createTimeService({ source: config.audit.clockSource, now: () => clock.now() });
    const own = { database, clock, ids, node, installationId, batchLanes: config.chat.laneCount };
    const trail = await openTrail({ ...own, timeState: () => time.read().state });
    const seal = await openSealKeys(config, places, originOf(installationId));
    const { signer, auditKeys, cosigner } = seal;
    const auditStorage = createAuditStorage(database);
    const bus = await openBus({ database, clock, ids, nodeId: node, log }, config, installationId);
    const gauges = { socketCount: () => 0 };
    const cluster = openCluster({ ...options, crypto, folder: places.links, database, ids, bus, gauges });
    // Redis is told after the commit: one who died in between told nobody.
    if (config.bus.url !== undefined) cluster.onGone(() => bus.missed());
    const leaseOf = leasesOf(database, clock, cluster);
    const sealing = leaseOf('sealer');
    const sealed = { storage: withFreshLeaves(auditStorage, trail.leaves), signer };
    const sealer = openSealer({ config, log, clock, ...sealed, mayWork: sealing.hold });
    const folders = options.dataFolders ?? [config.home];
    const guard = createStorageGuard({ folders, now: () => clock.now() });
    const listeners: ((hasEvents: boolean) => void)[] = [() => sealer.wake()];
    const toOutboxRow = createOutboxWriter({ clock, ids });
    const committed = (hasEvents: boolean) => listeners.forEach((listen) => listen(hasEvents));
    const uow = (later = createUnitOfWork({ database, trail, toOutboxRow, onCommit: committed, guard }));
    const audit = await openSpool({ ...{ database, trail, uow, clock, ids }, folder: places.spool, log });
    await audit.replay();
    listeners.push(() => void (audit.waiting > 0 && audit.replay().catch(() => undefined)));
    return {
      ...{ config, clock, time, ids, log, database, installationId, audit },
      ...{ crypto, keys: provider, trail, auditStorage, auditKeys, sealer, cosigner },
      ...{ uow, bus, cluster, leaseOf, gauges, guard, toOutboxRow, committed, signNote: signer.sign },
      onCommit: (listener: (hasEvents: boolean) => void) => void listeners.push(listener),
      async close() {
        guard.close();
        await trail.close().catch((error: unknown) => log.error('audit epoch was not closed', {}, error));
        await sealer.stop();
        await Promise.all([sealing.drop().catch(() => undefined), bus.stop()]);
        for (const part of [crypto, seal, keys]) part.close();
        await database.close();
      },
    };
  } catch (error) {
    keys.close();
    await database.close();
    throw error;
  }
}

/** Notices over the database, or over the Redis server that the configuration names. */
async function openBus(
  deps: Parameters<typeof createBus>[0],
  { bus: { url } }: Config,
  space: string,
): Promise<RunningBus> {
  const bus = createBus(url === undefined ? deps : { ...deps, redis: { url, space } });
  await bus.start();
  return bus;
}

/** The spool of this process: two that run at once must not write one file. */
function openSpool({
  log,
  ...deps
}: Omit<Parameters<typeof openAuditSpool>[0], 'onChange'> & { log: Log }): Promise<AuditEmitter> {
  return openAuditSpool({
    ...deps,
    folder: join(deps.folder, deps.trail.node),
    onChange: (waiting) =>
      waiting > 0 ? log.error('audit.spooling', {}, undefined) : log.info('audit.spool_written'),
  });
}

function openSealer(
  deps: Pick<SealerDeps, 'storage' | 'signer' | 'clock' | 'mayWork'> & { config: Config; log: Log },
): Sealer {
  const { config, log, ...rest } = deps;
  return createSealer({
    ...rest,
    anchors: [createFolderAnchor(placesOf(config.home).anchors)],
    report: createSealerReport(log),
    options: {
      intervalMs: config.audit.sealIntervalMs,
      heartbeatMs: config.audit.heartbeatSeconds * 1_000,
    },
  });
}

/** Sealing is tried several times a second: an outage is logged when it begins and when it ends. */
function createSealerReport(log: Log): (notice: SealerNotice) => void {
  let isFailing = false;
  return (notice) => {
    if (notice.kind === 'sealed' && isFailing) log.info('audit.sealing_again');
    if (notice.kind !== 'failed' || !isFailing) reportSealer(log, notice);
    if (notice.kind === 'sealed' || notice.kind === 'failed') isFailing = notice.kind === 'failed';
  };
}

function reportSealer(log: Log, notice: SealerNotice): void {
  switch (notice.kind) {
    case 'sealed':
      return;
    case 'hole':
      return log.warn('audit.hole', { ranges: notice.ranges.join(' ') });
    case 'anchor-failed':
      return log.error('audit.anchor_failed', { sink: notice.sink }, notice.error);
    case 'failed':
      return log.error('audit.seal_failed', {}, notice.error);
    case 'fork':
      return log.error('audit.fork', { sink: notice.sink }, undefined);
  }
}
