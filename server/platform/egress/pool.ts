import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { fault } from './fault.ts';

/** Calls of one owner at once; more are refused, so that one slow peer cannot take what the others need. */
const CALLS_PER_OWNER_MAX = 32;
const SOCKETS_PER_PLACE_MAX = 16;
const IDLE_SOCKETS_PER_PLACE_MAX = 4;
/** Shorter than the five seconds after which common servers close, so that none closes under a request. */
const IDLE_MS = 4_000;
/** Owners whose connections are kept; the one not used for longest goes first. */
const OWNERS_MAX = 500;

/** What a request tells the pool: its own way to connect, and which connections it may share. */
export interface PooledOptions extends ClientRequestArgs {
  /** Place and TLS identity: connections are shared only between equals. */
  placeKey: string;
  dial: () => Promise<Socket>;
}

function destroyThis(this: Duplex): void {
  this.destroy();
}

/** Keeps connections of one owner. */
class OwnerAgent extends Agent {
  constructor() {
    super({
      keepAlive: true,
      maxSockets: SOCKETS_PER_PLACE_MAX,
      maxFreeSockets: IDLE_SOCKETS_PER_PLACE_MAX,
      timeout: IDLE_MS,
      scheduling: 'lifo',
    });
  }

  override getName(options?: ClientRequestArgs): string {
    return (options as PooledOptions).placeKey;
  }

  /** Bytes on a connection that waits for its next use answer no question: it is not used again. */
  override keepSocketAlive(socket: Duplex): boolean {
    socket.once('data', destroyThis);
    return (super.keepSocketAlive as (socket: Duplex) => unknown).call(this, socket) !== false;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    socket.off('data', destroyThis);
    super.reuseSocket(socket, request);
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, socket: Socket) => void,
  ): undefined {
    (options as PooledOptions).dial().then(
      (socket) => callback?.(null, socket),
      (error: Error) => callback?.(error, undefined as unknown as Socket),
    );
    return undefined;
  }
}

interface Pool {
  agent: OwnerAgent;
  callCount: number;
}

/** The kept connections of all owners, apart from each other. */
export interface Pools {
  /** Runs a call with the owner's agent; throws `egress.busy` when too many of its calls are running. */
  use<T>(owner: string, call: (agent: Agent) => Promise<T>): Promise<T>;
  close(): void;
}

/** Makes empty pools. */
export function createPools(): Pools {
  const pools = new Map<string, Pool>();

  function poolOf(owner: string): Pool {
    const pool = pools.get(owner) ?? { agent: new OwnerAgent(), callCount: 0 };
    pools.delete(owner);
    pools.set(owner, pool);
    if (pools.size > OWNERS_MAX) {
      const [oldest, idle] = [...pools].find(([, { callCount }]) => callCount === 0) ?? [];
      if (oldest !== undefined && oldest !== owner) {
        idle?.agent.destroy();
        pools.delete(oldest);
      }
    }
    return pool;
  }

  return {
    async use(owner, call) {
      const pool = poolOf(owner);
      if (pool.callCount >= CALLS_PER_OWNER_MAX) throw fault('egress.busy', 'calls');
      pool.callCount += 1;
      try {
        return await call(pool.agent);
      } finally {
        pool.callCount -= 1;
      }
    },
    close() {
      for (const { agent } of pools.values()) agent.destroy();
      pools.clear();
    },
  };
}
