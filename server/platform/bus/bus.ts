import type { Clock, Ids } from '../../kernel/index.ts';
import type { Database, Tx } from '../persistence/index.ts';
import { sendNotice } from './bus-notice.repo.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { toNotices, type Topics } from './notice.ts';
import { createPostgresFeed } from './postgres-feed.ts';
import { createTableFeed } from './table-feed.ts';

/**
 * Tells every process on one database that something changed: ids alone, never what they stand for. A notice says
 * "look again"; whoever can't afford to miss one also looks again in `onGap`.
 */
export interface Bus {
  /** Tells of ids with the commit of a unit of work; nothing is told when it rolls back. */
  publish(tx: Tx, topic: string, ids: readonly string[]): void;
  /** Tells of ids outside a unit of work; resolves when the database has it. */
  announce(topic: string, ids: readonly string[]): Promise<void>;
  /** Hears of ids, of this process's own ones too; gives back how to stop hearing. */
  subscribe(topic: string, handler: (ids: readonly string[]) => void): () => void;
  /** Called when notices of other processes may have been missed: reload what you hold. */
  onGap(handler: () => void): () => void;
  /** Name of this process among those on the database. */
  readonly nodeId: string;
}

/** What of the bus starts and stops with the process. */
export interface RunningBus extends Bus {
  /** Resolves when notices of others arrive; what is loaded after that misses none. Throws `storage.unavailable`. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** How notices of other processes reach this one. */
export interface Feed {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What a feed says. */
export interface FeedListener {
  /** A notice as it was sent. */
  hear(text: string): void;
  /** Notices may have been missed. */
  gap(): void;
}

/** What the bus reports to the log. */
export interface BusLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>, error?: unknown): void;
}

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
