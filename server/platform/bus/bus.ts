import { StartError, type Clock, type Ids } from '../../kernel/index.ts';
import type { Database, Tx } from '../persistence/index.ts';
import { sendNotice } from './bus-notice.repo.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { toNotices, type Topics } from './notice.ts';
import type { RunningBus, BusLog, Feed } from './types.ts';
import { createPostgresFeed } from './postgres-feed.ts';
import { createRedisFeed } from './redis-feed.ts';
import { createTableFeed } from './table-feed.ts';

interface BusDeps {
  database: Database;
  clock: Clock;
  ids: Ids;
  nodeId: string;
  log: BusLog;
  /** A Redis server that carries the notices; `space` is the name of the installation there. */
  redis?: { url: string; space: string };
}

/**
 * The bus on a database: LISTEN and NOTIFY on PostgreSQL, a small table that is looked at on Oracle; or over Redis,
 * which is told after the commit. A process hears its own notices at once after its commit, whatever becomes of the
 * connection.
 */
export function createBus(deps: BusDeps): RunningBus {
  const { database, nodeId, log } = deps;
  const delivery = createDelivery({ nodeId, log });
  const redis = deps.redis && createRedisFeed({ ...deps.redis, log }, delivery);
  const feed = redis ?? feedOf(deps, delivery);
  const fail = (error: unknown) => {
    throw error instanceof StartError ? error : database.dialect.translateError(error);
  };
  const open = new WeakMap<Tx, Topics>();
  return {
    nodeId,
    publish(tx, topic, ids) {
      const known = open.get(tx);
      const topics = known ?? new Map<string, Set<string>>();
      const told = topics.get(topic) ?? new Set<string>();
      topics.set(topic, told);
      for (const id of ids) told.add(id);
      if (known) return;
      open.set(tx, topics);
      let bodies: string[] = [];
      tx.beforeCommit(async () => {
        bodies = toNotices(nodeId, topics);
        if (!redis) for (const body of bodies) await sendNotice(tx, deps, body);
      });
      tx.afterCommit(() => {
        deliverOwn(delivery, topics);
        void redis?.send(bodies);
      });
    },
    async announce(topic, ids) {
      const topics: Topics = new Map([[topic, new Set(ids)]]);
      const bodies = toNotices(nodeId, topics);
      if (redis) await redis.send(bodies);
      else {
        await database.read(async (session) => {
          for (const body of bodies) await sendNotice(session, deps, body);
        });
      }
      deliverOwn(delivery, topics);
    },
    subscribe: delivery.subscribe,
    onGap: delivery.onGap,
    missed: () => delivery.gap(),
    start: () => feed.start().catch(fail),
    stop: () => feed.stop(),
  };
}

/** The way that needs nothing but the database. */
function feedOf(deps: BusDeps, delivery: Delivery): Feed {
  const { database, log } = deps;
  return database.dialect.name === 'postgres'
    ? createPostgresFeed({ url: database.url, log }, delivery)
    : createTableFeed(deps, delivery);
}

function deliverOwn(delivery: Delivery, topics: Topics): void {
  for (const [topic, ids] of topics) delivery.deliver(topic, [...ids]);
}
