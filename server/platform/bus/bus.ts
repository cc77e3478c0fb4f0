import type { Clock, Ids } from '../../kernel/index.ts';
import type { Database, Tx } from '../persistence/index.ts';
import { sendNotice } from './bus-notice.repo.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { toNotices, type Topics } from './notice.ts';
import type { RunningBus, BusLog } from './types.ts';
import { createPostgresFeed } from './postgres-feed.ts';
import { createTableFeed } from './table-feed.ts';

interface BusDeps {
  database: Database;
  clock: Clock;
  ids: Ids;
  nodeId: string;
  log: BusLog;
}

/**
 * The bus on a database: LISTEN and NOTIFY on PostgreSQL, a small table that is looked at on Oracle. A process hears
 * its own notices at once after its commit, whatever becomes of the connection.
 */
export function createBus(deps: BusDeps): RunningBus {
  const { database, nodeId, log } = deps;
  const delivery = createDelivery({ nodeId, log });
  const feed =
    database.dialect.name === 'postgres'
      ? createPostgresFeed({ url: database.url, log }, delivery)
      : createTableFeed(deps, delivery);
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
      tx.beforeCommit(async () => {
        for (const body of toNotices(nodeId, topics)) await sendNotice(tx, deps, body);
      });
      tx.afterCommit(() => deliverOwn(delivery, topics));
    },
    async announce(topic, ids) {
      const topics: Topics = new Map([[topic, new Set(ids)]]);
      await database.read(async (session) => {
        for (const body of toNotices(nodeId, topics)) await sendNotice(session, deps, body);
      });
      deliverOwn(delivery, topics);
    },
    subscribe: delivery.subscribe,
    onGap: delivery.onGap,
    start: () =>
      feed.start().catch((error: unknown) => {
        throw database.dialect.translateError(error);
      }),
    stop: () => feed.stop(),
  };
}

function deliverOwn(delivery: Delivery, topics: Topics): void {
  for (const [topic, ids] of topics) delivery.deliver(topic, [...ids]);
}
