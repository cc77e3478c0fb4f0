import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createFolderAnchor,
  createKeyFile,
  createNoteSigner,
  createSealer,
  generateSealKey,
  type ProofSource,
  type AuditStorage,
  type Sealer,
  type SealerDeps,
  type SealerNotice,
} from '../audit/index.ts';
import { leasesOf, openCluster } from './foundation-cluster.ts';
import { createIds, type Clock, type EventDraft, type Ids } from './kernel/index.ts';
import { createBus, type Bus } from './platform/bus/index.ts';
import type { Cluster } from './platform/cluster/index.ts';
import type { Config } from './platform/config/index.ts';
import {
  createCrypto,
  createFileKeyProvider,
  createSecretFile,
  ensureSecretFolder,
  randomBytes,
  readSecretFile,
  type Crypto,
  type KeyProvider,
} from './platform/crypto/index.ts';
import {
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
    anchors: join(home, 'anchors'),
    stamps: join(home, 'stamps'),
    archive: join(home, 'archive'),
    spool: join(home, 'spool'),
    notices: join(home, 'notices'),
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
  /** Folders on whose disks the installation writes; default the home folder. */
  dataFolders?: readonly string[];
  /** Called when the other processes took this one for dead; it must end. Absent: there are no others. */
  onReplaced?: () => void;
}): Promise<Foundation> {
  const { config, clock, log, node } = options;
  const [places, ids] = [placesOf(config.home), createIds({ clock, randomBytes })];
  const provider = await createFileKeyProvider({ folder: places.keys });
  const sessions = { node, start: ids.next() };
  const url = nameSessions(options.databaseUrl, sessions);
  const database = await openDatabase({ url, poolSize: config.database.poolSize });
  try {
    await endPredecessors(database, sessions);
    const installationId = await openInstallation(database, { clock, ids });
    const store = createDekStore(database);
    const crypto = await createCrypto({ provider, store, clock, installationId, suite: config.crypto.suite });
    const { laneCount: batchLanes } = config.chat;
    const trail = await openTrail({ database, clock, ids, node, installationId, batchLanes });
    const { signer, auditKeys } = await openSealKey(places, originOf(installationId));
    const auditStorage = createAuditStorage(database);
    const bus = createBus({ database, clock, ids, nodeId: node, log });
    await bus.start();
    const gauges = { socketCount: () => 0 };
    const cluster = openCluster({ ...options, folder: places.links, database, ids, bus, gauges });
    const leaseOf = leasesOf(database, clock, cluster);
    const sealing = leaseOf('sealer');
    const sealer = openSealer({ config, log, clock, storage: auditStorage, signer, mayWork: sealing.hold });
    const guard = createStorageGuard({
      folders: options.dataFolders ?? [config.home],
      now: () => clock.now(),
    });
    const listeners: ((hasEvents: boolean) => void)[] = [() => sealer.wake()];
    const toOutboxRow = createOutboxWriter({ clock, ids });
    const committed = (hasEvents: boolean) => {
      for (const listener of listeners) listener(hasEvents);
    };
    const uow = createUnitOfWork({ database, trail, toOutboxRow, onCommit: committed, guard });
    const audit = await openSpool({ ...{ database, trail, uow, clock, ids }, folder: places.spool, log });
    await audit.replay();
    listeners.push(() => void (audit.waiting > 0 && audit.replay().catch(() => undefined)));
    return {
      ...{ config, clock, ids, log, database, installationId, audit },
      ...{ crypto, keys: provider, trail, auditStorage, auditKeys, sealer },
      ...{ uow, bus, cluster, leaseOf, gauges, guard, toOutboxRow, committed },
      onCommit: (listener: (hasEvents: boolean) => void) => void listeners.push(listener),
      async close() {
        guard.close();
        await trail.close().catch((error: unknown) => log.error('audit epoch was not closed', {}, error));
        await sealer.stop();
        await Promise.all([sealing.drop().catch(() => undefined), bus.stop()]);
        crypto.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
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

/** The key that signs tree heads; made with its public key file at the first start. */
async function openSealKey(places: ReturnType<typeof placesOf>, origin: string) {
  await mkdir(places.anchors, { recursive: true, mode: 0o700 });
  await ensureSecretFolder(places.keys);
  const known = await readSecretFile(places.sealKey);
  const pem = known?.toString('utf8') ?? generateSealKey();
  const signer = createNoteSigner(origin, pem);
  if (known === undefined) await createSecretFile(places.sealKey, pem);
  // Does nothing when the file is there; a kill between the two files is mended by the next start.
  await createSecretFile(places.auditKeys, createKeyFile(signer));
  return { signer, auditKeys: await readFile(places.auditKeys, 'utf8') };
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
