import type { AuditDraft, AuditLane } from '../../../audit/index.ts';
import { AppError, type Clock, type EventDraft, type Ids } from '../../kernel/index.ts';
import { toAuditRow, type AuditEventRow } from './audit.entity.ts';
import type { BatchPlan } from './batch-plan.ts';
import { DatabaseConflict } from './dialect/dialect.ts';
import { freshFigure, type Counted, type FigureRow } from './figure-count.ts';
import type { OutboxRow } from './outbox.entity.ts';
import type { StorageGuard } from './storage-guard.ts';
import type { FreshLeaves } from './fresh-leaves.ts';
import type { Trail } from './trail.ts';
import type { UnitContext } from './unit.ts';

/** What one item writes when its lane takes it. */
export interface BatchRows<I, M> {
  insert: I;
  merge: M;
  /** Of the merged row only what the plan calls `touch` has changed. */
  isTouch: boolean;
  audit: AuditDraft;
  context: UnitContext;
  events: readonly EventDraft[];
  /** What it adds to the counters of reports, or takes away; most messages change none. */
  counts?: readonly Counted[];
}

/**
 * One piece of work for a lane. The lane calls `build` when it is free, so whoever numbers rows may do so there:
 * no other batch of that lane is in flight. `build` may give nothing when there is nothing left to write. When a
 * batch did not happen, `undo` is called for its items in reverse order, and an item may be built again. In the end
 * exactly one of `committed` and `failed` is called.
 */
export interface BatchItem<I, M> {
  build(): BatchRows<I, M> | undefined;
  undo(): void;
  committed(): void;
  failed(error: unknown): void;
}

/** The rows of one batch, ready for the database. */
export interface Batch<I = unknown, M = unknown> {
  inserts: I[];
  /** One for each key: the last values an item of the batch set. */
  merges: M[];
  /** The same for keys of which only the plan's `touch` has changed; no key is in both. */
  touches: M[];
  entries: AuditEventRow[];
  counts: FigureRow[];
  events: OutboxRow[];
}

/** One connection that commits one batch at a time. */
export interface BatchConnection {
  commit(batch: Batch): Promise<void>;
  /** Whether the audit number was stored: tells if a batch whose answer was lost is there. */
  hasNumber(key: { node: string; epoch: number; lane: number; n: number }): Promise<boolean>;
  close(): Promise<void>;
}

/** Limits of the batch writer, from the configuration. */
export interface BatchLimits {
  lanes: number;
  /** Most items of one batch. */
  batchItemsMax: number;
  /** Items waiting in one lane before new ones are refused with `server.busy`. */
  queueItemsMax: number;
  /** How long a batch is tried again while the database does not answer. */
  retryMs: number;
}

const RETRY_PAUSE_MS = 200;
/**
 * A batch costs a third of a millisecond whatever is in it. While several write at once, but few, batches of a lane begin
 * this far from each other; one who writes alone, and a queue that fills a batch, never wait for it.
 */
const SPACING_MS = 8;
const ENOUGH_ITEMS = 64;

interface LaneDeps<I, M> {
  plan: BatchPlan<I, M>;
  limits: BatchLimits;
  clock: Clock;
  ids: Ids;
  installationId: string;
  toOutboxRow: (draft: EventDraft) => OutboxRow;
  onCommit: (hasEvents: boolean) => void;
  /** Told what went wrong in telling of a commit; what is committed stays so. */
  onFault: (error: unknown) => void;
  /** Refuses batches while the disk is full. */
  guard?: StorageGuard;
}

interface Built<I, M> {
  item: BatchItem<I, M>;
  rows: BatchRows<I, M> | undefined;
}

/** One connection, one batch in flight, one audit chain: nothing of a lane can overtake or outlive another. */
class Lane<I, M> {
  readonly #deps: LaneDeps<I, M>;
  readonly #connection: BatchConnection;
  readonly #audit: AuditLane;
  readonly #leaves: FreshLeaves;
  readonly #clockNow: Trail['clockNow'];
  readonly #queue: BatchItem<I, M>[] = [];
  #running: Promise<void> | undefined;
  #begunMs = 0;
  #lastItems = 0;
  /** A batch whose outcome nobody knows yet: nothing may be numbered before it is known. */
  #unresolved: { last: AuditEventRow; rewind: () => void } | undefined;

  constructor(
    deps: LaneDeps<I, M>,
    part: { connection: BatchConnection; audit: AuditLane } & Pick<Trail, 'leaves' | 'clockNow'>,
  ) {
    this.#deps = deps;
    this.#connection = part.connection;
    this.#audit = part.audit;
    this.#leaves = part.leaves;
    this.#clockNow = part.clockNow;
  }

  get depth(): number {
    return this.#queue.length;
  }

  get isWorking(): boolean {
    return this.#running !== undefined;
  }

  push(item: BatchItem<I, M>): void {
    if (this.#queue.length >= this.#deps.limits.queueItemsMax) throw new AppError('server.busy');
    this.#queue.push(item);
    this.#running ??= this.#run();
  }

  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async close(): Promise<void> {
    await this.idle();
    await this.#connection.close();
  }

  async #run(): Promise<void> {
    // Everything that arrives in this turn of the event loop joins the first batch.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const earlyMs = this.#begunMs + SPACING_MS - performance.now();
      if (earlyMs > 0 && this.#lastItems > 1 && this.#queue.length < ENOUGH_ITEMS) await pause(earlyMs);
      this.#begunMs = performance.now();
      const items = this.#queue.splice(0, this.#deps.limits.batchItemsMax);
      this.#lastItems = items.length;
      await this.#flush(items);
    }
    this.#running = undefined;
  }

  async #flush(items: BatchItem<I, M>[]): Promise<void> {
    try {
      this.#deps.guard?.assertWritable();
      await this.#resolveUnknown();
    } catch (error) {
      for (const item of items) item.failed(error);
      return;
    }
    const mark = this.#audit.mark();
    const rewind = () => this.#audit.rewind(mark);
    const built: Built<I, M>[] = [];
    let batch: Batch<I, M>;
    try {
      for (const item of items) built.push({ item, rows: item.build() });
      batch = this.#assemble(built);
      await this.#commit(batch, rewind);
    } catch (error) {
      this.#deps.guard?.note(error);
      if (!this.#unresolved) rewind();
      for (const { item } of built.reverse()) item.undo();
      await this.#settleFailed(items, error);
      return;
    }
    this.#leaves.add(batch.entries);
    // What is committed is never undone, whatever somebody throws who hears of it.
    for (const item of items) {
      try {
        item.committed();
      } catch (error) {
        this.#deps.onFault(error);
      }
    }
    this.#deps.onCommit(batch.events.length > 0);
  }

  /**
   * An outage fails every item. A refusal (a unique key, a check, a fault of ours in one item) makes each half try
   * by itself, in order, until the guilty item stands alone: it takes none of its neighbours along, and costs the
   * lane a commit for each halving and not one for each neighbour.
   */
  async #settleFailed(items: BatchItem<I, M>[], error: unknown): Promise<void> {
    if (items.length === 1 || error instanceof AppError) {
      for (const item of items) item.failed(error);
      return;
    }
    const middle = items.length >> 1;
    await this.#flush(items.slice(0, middle));
    await this.#flush(items.slice(middle));
  }

  #assemble(built: Built<I, M>[]): Batch<I, M> {
    const { key } = this.#deps.plan.merge;
    const last = new Map<unknown, M>();
    const changed = new Set<unknown>();
    const clock = this.#clockNow();
    const batch: Batch<I, M> = { inserts: [], merges: [], touches: [], entries: [], counts: [], events: [] };
    for (const { rows } of built) {
      if (!rows) continue;
      batch.inserts.push(rows.insert);
      const keyValue = (rows.merge as Record<string, unknown>)[key];
      last.set(keyValue, rows.merge);
      if (!rows.isTouch) changed.add(keyValue);
      const { actor, requestId, route } = rows.context;
      const entry = this.#audit.draw(rows.audit, {
        id: this.#deps.ids.next(),
        at: this.#deps.clock.now(),
        installation: this.#deps.installationId,
        actor,
        clock,
        ...(requestId ? { request: { id: requestId, route: route ?? '' } } : {}),
      });
      batch.entries.push(toAuditRow(entry));
      for (const counted of rows.counts ?? []) batch.counts.push(freshFigure(this.#deps.ids, counted));
      for (const event of rows.events) batch.events.push(this.#deps.toOutboxRow(event));
    }
    for (const [keyValue, row] of last) (changed.has(keyValue) ? batch.merges : batch.touches).push(row);
    return batch;
  }

  /** Commits, and after a lost connection finds out whether the commit arrived before trying it again. */
  async #commit(batch: Batch<I, M>, rewind: () => void): Promise<void> {
    const last = batch.entries.at(-1);
    if (last === undefined) return;
    const deadlineMs = this.#deps.clock.now().getTime() + this.#deps.limits.retryMs;
    for (let isRepeated = false; ; isRepeated = true) {
      try {
        await this.#connection.commit(batch);
        return;
      } catch (error) {
        const isLost = error instanceof AppError && error.code === 'storage.unavailable';
        // What was not there when it was looked for may have been on its way still, and now stands in its own.
        if (!isLost && !(isRepeated && error instanceof DatabaseConflict)) throw error;
        this.#unresolved = { last, rewind };
        if (await this.#arrived(last, deadlineMs, error)) return;
        if (!isLost) throw error;
      }
    }
  }

  async #arrived(last: AuditEventRow, deadlineMs: number, error: unknown): Promise<boolean> {
    for (;;) {
      await pause(RETRY_PAUSE_MS);
      try {
        const isThere = await this.#connection.hasNumber(last);
        this.#unresolved = undefined;
        return isThere;
      } catch {
        if (this.#deps.clock.now().getTime() > deadlineMs) throw error;
      }
    }
  }

  async #resolveUnknown(): Promise<void> {
    if (!this.#unresolved) return;
    const { last, rewind } = this.#unresolved;
    if (!(await this.#connection.hasNumber(last))) rewind();
    this.#unresolved = undefined;
  }
}

/** Commits many small writes together: natural batching, no timer, acknowledged only after the commit. */
export interface BatchWriter<I, M> {
  /** Hands an item to the lane of `key`; throws `server.busy` over the high-water mark. */
  append(key: string, item: BatchItem<I, M>): void;
  /** Items waiting in all lanes. */
  readonly depth: number;
  /** Whether somebody waits for a commit now; work in the background then steps back. */
  readonly isWorking: boolean;
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Opens one lane for each connection. A key (a conversation) always goes to the same lane. */
export function createBatchWriter<I, M>(
  deps: LaneDeps<I, M> & { trail: Trail; connections: readonly BatchConnection[] },
): BatchWriter<I, M> {
  const { trail } = deps;
  const { leaves, clockNow } = trail;
  const lanes = deps.connections.map(
    (connection, index) => new Lane(deps, { connection, audit: trail.batchLane(index), leaves, clockNow }),
  );
  return {
    append: (key, item) => (lanes[laneIndex(key, lanes.length)] as Lane<I, M>).push(item),
    get depth() {
      return lanes.reduce((sum, lane) => sum + lane.depth, 0);
    },
    get isWorking() {
      return lanes.some((lane) => lane.isWorking);
    },
    idle: async () => void (await Promise.all(lanes.map((lane) => lane.idle()))),
    close: async () => void (await Promise.all(lanes.map((lane) => lane.close()))),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** FNV-1a over the key's text; ids are random enough that any hash spreads them. */
function laneIndex(key: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % lanes;
}
