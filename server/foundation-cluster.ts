import { join } from 'node:path';
import type { Clock, Ids } from './kernel/index.ts';
import type { Bus } from './platform/bus/index.ts';
import { createAlone, createCluster, createLinkProof, type Cluster } from './platform/cluster/index.ts';
import type { Crypto } from './platform/crypto/index.ts';
import { createLease, type Lease } from './platform/jobs/index.ts';
import type { Log } from './platform/log/index.ts';
import type { Database } from './platform/persistence/index.ts';

/** A lease that another process holds is asked for again after this. */
const LEASE_REFUSED_MS = 500;

/** The process among the others, or alone. */
export function openCluster(deps: {
  clock: Clock;
  log: Log;
  node: string;
  /** Where the links' sockets are. */
  folder: string;
  /** Where on the network the other servers reach this process, `host:port`. */
  listen?: string | undefined;
  crypto: Crypto;
  onReplaced?: () => void;
  database: Database;
  ids: Ids;
  bus: Bus;
  gauges: { socketCount(): number };
}): Cluster {
  const { clock, log, node: nodeId, database, ids, bus, gauges, onReplaced, listen, crypto } = deps;
  const shared = {
    nodeId,
    ids,
    clock,
    withDb: <T>(work: Parameters<typeof database.read<T>>[0]) => database.read(work),
  };
  if (onReplaced === undefined) return createAlone(shared);
  return createCluster({
    ...{ ...shared, bus, log, onReplaced },
    ...(listen === undefined ? {} : { network: { place: placeOf(listen), proof: createLinkProof(crypto) } }),
    socketPath: join(deps.folder, `${nodeId}.sock`),
    socketCount: () => gauges.socketCount(),
  });
}

function placeOf(listen: string): { host: string; port: number } {
  const end = listen.lastIndexOf(':');
  return { host: listen.slice(0, end).replace(/^\[|\]$/g, ''), port: Number(listen.slice(end + 1)) };
}

/** Rights to do something alone, asked for by name. */
export function leasesOf(database: Database, clock: Clock, { holder }: Cluster): (name: string) => Lease {
  return (name) =>
    createLease({
      withDb: (work) => database.read(work),
      ...{ clock, name, holder },
      refusedMs: LEASE_REFUSED_MS,
    });
}
