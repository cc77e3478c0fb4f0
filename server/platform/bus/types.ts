import type { Tx } from '../persistence/index.ts';

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
  /** Another process ended and may not have told everything: whoever holds something loads it anew. */
  missed(): void;
}

/** How notices of other processes reach this one. */
export interface Feed {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A feed that sends by itself, after the commit, in the place of the database. */
export interface SendingFeed extends Feed {
  /** Hands notices on; what cannot be sent now is sent later, or the others are told that they missed some. */
  send(bodies: readonly string[]): Promise<void>;
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
