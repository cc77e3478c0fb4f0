import { AppError, type Clock } from '../../kernel/index.ts';
import type { ClusterLog } from './types.ts';
import { createDialer, type Dialer } from './dialer.ts';
import type { Network } from './far-server.ts';
import { createListener, type Tell } from './listener.ts';
import type { Peer } from './members.ts';

/** Answers a call of another process; what it throws as an AppError is thrown there too. */
export type CallHandler = (payload: never) => Promise<unknown>;
/** Hears what another process tells; `nodeId` is its name. */
export type EventHandler = (payload: never, nodeId: string) => void;

/** The ways to and from the other processes. */
export interface Links {
  listen(): Promise<void>;
  /** Keeps a way to each of these, and to nobody else. */
  reach(peers: readonly Peer[]): void;
  call(nodeId: string, payload: unknown): Promise<unknown>;
  onCall(handler: CallHandler): void;
  broadcast: Tell;
  onEvent(topic: string, handler: EventHandler): void;
  onPeer(greet: (tell: Tell) => void): void;
  onGap(listener: () => void): void;
  close(): Promise<void>;
}

interface LinksDeps {
  self: { id: string; incarnation: string };
  socketPath: string;
  network?: Network;
  clock: Clock;
  log: ClusterLog;
  /** Nobody listens at the address of a peer on this machine: its process is gone. */
  onRefused(peer: Peer): void;
}

/**
 * Links of this process: it dials each peer, asks over that link, and hears what the peer tells on it. What a peer
 * asks of this one, and is told by it, goes over the link the peer dialled.
 */
export function createLinks(deps: LinksDeps): Links {
  const { log } = deps;
  const dialers = new Map<string, Dialer>();
  const heard = new Map<string, EventHandler[]>();
  const greetings: ((tell: Tell) => void)[] = [];
  const gaps: (() => void)[] = [];
  let answer: CallHandler | undefined;
  const guarded = (work: () => void) => {
    try {
      work();
    } catch (error) {
      log.warn('link handler failed', {}, error);
    }
  };
  const listener = createListener({
    ...deps,
    answer: (payload) => answer?.(payload as never) ?? Promise.reject(new AppError('server.busy')),
    greet: (tell) => greetings.forEach((greet) => guarded(() => greet(tell))),
  });
  const toPeer = {
    onGap: () => gaps.forEach(guarded),
    onEvent(topic: string, payload: unknown, nodeId: string) {
      for (const handler of heard.get(topic) ?? []) guarded(() => handler(payload as never, nodeId));
    },
  };
  const closeDialer = (key: string) => {
    dialers.get(key)?.close();
    dialers.delete(key);
  };
  return {
    listen: listener.listen,
    reach(peers) {
      const wanted = new Map(peers.map((peer) => [`${peer.id}/${peer.incarnation}`, peer]));
      for (const key of [...dialers.keys()]) if (!wanted.has(key)) closeDialer(key);
      for (const [key, peer] of wanted) {
        if (!dialers.has(key))
          dialers.set(key, createDialer({ ...deps, ...toPeer, peer, proof: deps.network?.proof }));
      }
    },
    call(nodeId, payload) {
      const dialer = [...dialers.values()].find(({ peer }) => peer.id === nodeId);
      return dialer === undefined ? Promise.reject(new AppError('server.busy')) : dialer.call(payload);
    },
    onCall: (handler) => void (answer = handler),
    broadcast: listener.broadcast,
    onEvent: (topic, handler) => void heard.set(topic, [...(heard.get(topic) ?? []), handler]),
    onPeer: (greet) => void greetings.push(greet),
    onGap: (gap) => void gaps.push(gap),
    async close() {
      for (const key of [...dialers.keys()]) closeDialer(key);
      await listener.close();
    },
  };
}
