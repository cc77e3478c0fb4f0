import type { Clock, Ids } from '../../kernel/index.ts';
import type { Bus } from '../bus/index.ts';
import type { WithDb } from '../jobs/index.ts';
import { addressOf } from './address.ts';
import { createLinks, type CallHandler, type EventHandler, type Links } from './links.ts';
import type { Network } from './far-server.ts';
import { createMembers } from './members.ts';
import { LEASES_FREE_OF } from './node.repo.ts';
import type { ClusterLog } from './types.ts';

/**
 * The server processes on one database: which of them owns what, and the way to each. One process alone owns
 * everything and asks nobody.
 */
export interface Cluster {
  readonly nodeId: string;
  /** Name of this start of this process, for leases: what a dead one held is freed by it. */
  readonly holder: string;
  /** The process that owns a key (a conversation). */
  ownerOf(key: string): string;
  isMine(key: string): boolean;
  /** False when the others may take this process for dead: it must not change what it owns. */
  mayWrite(): boolean;
  /** Called when keys changed hands. */
  onMoved(listener: () => void): void;
  /** Called when a process is gone, with its name. */
  onGone(listener: (nodeId: string) => void): void;
  /** Called when what another process told may have been missed. */
  onGap(listener: () => void): void;
  /** Asks another process; throws what it throws, or `server.busy` when it is not there. */
  call(nodeId: string, payload: unknown): Promise<unknown>;
  /** Answers the calls of others. */
  onCall(handler: CallHandler): void;
  /** Tells all others; lost where a connection is. */
  broadcast(topic: string, payload: unknown): void;
  onEvent(topic: string, handler: EventHandler): void;
  /** Tells a process that has just come what it must know of this one. */
  onPeer(greet: (tell: (topic: string, payload: unknown) => void) => void): void;
  /** Joins; resolves when this process is known to the others. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What a process among others needs. */
export interface ClusterDeps {
  nodeId: string;
  withDb: WithDb;
  bus: Bus;
  clock: Clock;
  ids: Ids;
  log: ClusterLog;
  /** Unix socket the others reach this process on, in a folder that no other account may enter. */
  socketPath: string;
  /** Where processes of other machines or homes reach this one; absent: they do not. */
  network?: Network;
  /** Open sockets of customers and agents, for the others to see. */
  socketCount(): number;
  /** The others took this process for dead, or another one has its name: it must end. */
  onReplaced(): void;
}

/** A process alone on its database. */
export function createAlone(deps: { nodeId: string; ids: Ids; withDb: WithDb; clock: Clock }): Cluster {
  const { nodeId } = deps;
  const nothing = () => undefined;
  return {
    nodeId,
    holder: `${nodeId}/${deps.ids.next()}`,
    ownerOf: () => nodeId,
    isMine: () => true,
    mayWrite: () => true,
    ...{ onMoved: nothing, onGone: nothing, onGap: nothing, onCall: nothing, broadcast: nothing },
    ...{ onEvent: nothing, onPeer: nothing },
    call: () => Promise.reject(new Error('There is no other process.')),
    start: () => freeLeases(deps),
    stop: () => Promise.resolve(),
  };
}

/** A process among others. */
export function createCluster(deps: ClusterDeps): Cluster {
  const { nodeId, ids, log } = deps;
  const incarnation = ids.next();
  const self = { id: nodeId, incarnation };
  const { socketPath, network } = deps;
  const members = createMembers({ ...deps, ...self, address: addressOf(socketPath, network?.place) });
  const links: Links = createLinks({
    ...{ self, log, socketPath, clock: deps.clock, ...(network ? { network } : {}) },
    onRefused: (peer) => void members.remove(peer).catch(() => undefined),
  });
  members.onChange(({ peers }) => links.reach(peers));
  return {
    nodeId,
    holder: members.holder,
    ownerOf: members.ownerOf,
    isMine: (key) => members.ownerOf(key) === nodeId,
    mayWrite: members.mayWrite,
    onMoved: (listener) => members.onChange(() => listener()),
    onGone: members.onGone,
    onGap: links.onGap,
    call: links.call,
    onCall: links.onCall,
    broadcast: links.broadcast,
    onEvent: links.onEvent,
    onPeer: links.onPeer,
    async start() {
      await freeLeases(deps);
      await links.listen();
      await members.start();
    },
    async stop() {
      await members.stop();
      await links.close();
    },
  };
}

/** What an earlier start of this process held when it was killed is free at once: two never run under one name. */
async function freeLeases(deps: { nodeId: string; withDb: WithDb; clock: Clock }): Promise<void> {
  const params = { holders: `${deps.nodeId}/%`, now: deps.clock.now() };
  await deps.withDb((db) => db.run(LEASES_FREE_OF, params));
}
