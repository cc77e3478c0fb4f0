import type { Clock } from '../../kernel/index.ts';
import type { Bus } from '../bus/index.ts';
import type { WithDb } from '../jobs/index.ts';
import { DatabaseConflict } from '../persistence/index.ts';
import type { ClusterLog } from './types.ts';
import type { ServerNodeRow } from './node.entity.ts';
import {
  LEASES_FREE,
  NODE_BEAT,
  NODE_INSERT,
  NODE_LEAVE,
  NODE_REMOVE_STILL,
  NODE_REPLACE,
  NODES,
  NODES_MAX,
} from './node.repo.ts';
import { createRing, type Ring } from './ring.ts';

/** A process that can be reached. */
export interface Peer {
  id: string;
  incarnation: string;
  address: string;
}

/** How often a process says that it lives, and looks at the others. */
export const BEAT_MS = 1_000;
/** Looks in a row that find a process standing still before it counts as dead: five seconds. */
export const STILL_LOOKS_MAX = 5;
/** A look that took longer says nothing about the others: the database was slow for all of them. */
const SLOW_LOOK_MS = 2 * BEAT_MS;
/** A look sooner after the last one than this was asked for by a notice. */
const EARLY_LOOK_MS = 0.9 * BEAT_MS;
/** Without a beat for this long a process writes nothing: a second later others may have taken over. */
const WRITES_FOR_MS = (STILL_LOOKS_MAX - 1) * BEAT_MS;
const TOPIC = 'cluster.members';

interface MembersDeps {
  id: string;
  incarnation: string;
  address: string;
  withDb: WithDb;
  bus: Bus;
  clock: Clock;
  log: ClusterLog;
  socketCount(): number;
  onReplaced(): void;
  /** Milliseconds that never jump; of this process unless a spec counts them. */
  nowMs?: () => number;
}

/** Who is there, and who owns what. */
export interface Members {
  readonly holder: string;
  ownerOf(key: string): string;
  mayWrite(): boolean;
  onChange(listener: (view: { peers: readonly Peer[] }) => void): void;
  onGone(listener: (nodeId: string) => void): void;
  /** Takes a process that is known to be dead out of the view, at every other process too. */
  remove(peer: Peer): Promise<void>;
  /** Beats, and looks at the others; called once a second. */
  look(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Keeps the view of the processes. No clock is compared between two of them: a process is dead when the count in its
 * row stands still over looks of this one, so that neither a jump of the time nor a slow database kills anybody.
 */
export function createMembers(deps: MembersDeps): Members {
  return new MemberView(deps);
}

class MemberView implements Members {
  readonly holder: string;
  readonly #deps: MembersDeps;
  readonly #nowMs: () => number;
  readonly #changes: ((view: { peers: readonly Peer[] }) => void)[] = [];
  readonly #gone: ((nodeId: string) => void)[] = [];
  readonly #still = new Map<string, { beat: number; looks: number }>();
  #known = new Map<string, Peer>();
  #ring: Ring;
  #beat = 0;
  #writesUntilMs = -Infinity;
  #lookedAtMs = -Infinity;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isIn = false;
  #unsubscribe: () => void = () => undefined;

  constructor(deps: MembersDeps) {
    this.#deps = deps;
    this.#nowMs = deps.nowMs ?? (() => performance.now());
    this.holder = holderOf(deps);
    this.#ring = createRing([deps.id]);
  }

  readonly ownerOf = (key: string): string => this.#ring.ownerOf(key);

  readonly mayWrite = (): boolean => this.#nowMs() < this.#writesUntilMs;

  readonly onChange = (listener: (view: { peers: readonly Peer[] }) => void): void => {
    this.#changes.push(listener);
  };

  readonly onGone = (listener: (nodeId: string) => void): void => {
    this.#gone.push(listener);
  };

  async start(): Promise<void> {
    const { withDb, clock, bus, id, incarnation, address } = this.#deps;
    const now = clock.now();
    await withDb(async (db) => {
      await db.run(NODE_REPLACE, { id });
      const row = { id, incarnation, beat: 0, address, socketCount: 0, startedAt: now, seenAt: now };
      await db.run(NODE_INSERT, row);
    }).catch((error: unknown) => {
      if (!(error instanceof DatabaseConflict)) throw error;
      throw new Error(`Two processes called ${id} start at once.`, { cause: error });
    });
    this.#isIn = true;
    this.#unsubscribe = bus.subscribe(TOPIC, () => void this.look().catch(() => undefined));
    await this.look();
    await bus.announce(TOPIC, [id]);
    this.#timer = setInterval(() => void this.look().catch(() => undefined), BEAT_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    if (!this.#isIn) return;
    this.#isIn = false;
    clearInterval(this.#timer);
    this.#unsubscribe();
    await this.#looking?.catch(() => undefined);
    this.#writesUntilMs = -Infinity;
    const { withDb, id, incarnation, bus } = this.#deps;
    await withDb((db) => db.run(NODE_LEAVE, { id, incarnation }));
    await bus.announce(TOPIC, [id]);
  }

  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async remove(peer: Peer): Promise<void> {
    const { withDb, bus } = this.#deps;
    const { id, incarnation } = peer;
    const isRemoved = await withDb((db) => db.run(NODE_LEAVE, { id, incarnation }));
    if (isRemoved === 0) return;
    await this.#bury(peer);
    await this.look();
    await bus.announce(TOPIC, [id]);
  }

  async #look(): Promise<void> {
    if (!this.#isIn) return;
    const { withDb, clock, id, incarnation, onReplaced } = this.#deps;
    const sentMs = this.#nowMs();
    const seen = { socketCount: this.#deps.socketCount(), seenAt: clock.now() };
    const rows = await withDb(async (db) => {
      const beat = { whereId: id, whereIncarnation: incarnation, beat: (this.#beat += 1), ...seen };
      return (await db.run(NODE_BEAT, beat)) === 1 ? db.all(NODES, { limit: NODES_MAX }) : undefined;
    });
    if (rows === undefined) {
      this.#isIn = false;
      this.#writesUntilMs = -Infinity;
      return onReplaced();
    }
    this.#writesUntilMs = sentMs + WRITES_FOR_MS;
    await this.#judge(rows);
  }

  async #judge(rows: readonly ServerNodeRow[]): Promise<void> {
    const nowMs = this.#nowMs();
    const isSlow = nowMs - this.#lookedAtMs > SLOW_LOOK_MS;
    // Looks that follow a notice come early, and count for nothing.
    const isEarly = nowMs - this.#lookedAtMs < EARLY_LOOK_MS;
    if (!isEarly) this.#lookedAtMs = nowMs;
    const alive: ServerNodeRow[] = [];
    for (const row of rows) {
      const key = holderOf(row);
      const before = this.#still.get(key);
      const isStill = row.id !== this.#deps.id && before?.beat === row.beat && !isSlow;
      const looks = isStill ? (before?.looks ?? 0) + (isEarly ? 0 : 1) : 0;
      this.#still.set(key, { beat: row.beat, looks });
      if (looks < STILL_LOOKS_MAX || !(await this.#removeStill(row))) alive.push(row);
    }
    const held = new Set(alive.map(holderOf));
    for (const key of this.#still.keys()) if (!held.has(key)) this.#still.delete(key);
    this.#take(alive);
  }

  async #removeStill(row: ServerNodeRow): Promise<boolean> {
    const { id, incarnation, beat } = row;
    const { withDb, bus, log } = this.#deps;
    if ((await withDb((db) => db.run(NODE_REMOVE_STILL, { id, incarnation, beat }))) === 0) return false;
    log.warn('server process stands still', { node: id });
    await this.#bury(row);
    await bus.announce(TOPIC, [id]);
    return true;
  }

  /** The work a dead process did alone is done elsewhere at once. */
  async #bury(peer: Peer): Promise<void> {
    const { withDb, clock } = this.#deps;
    await withDb((db) => db.run(LEASES_FREE, { holder: holderOf(peer), now: clock.now() }));
  }

  #take(rows: readonly ServerNodeRow[]): void {
    const next = new Map(rows.map((row) => [holderOf(row), row as Peer]));
    const gone = [...this.#known].filter(([key]) => !next.has(key)).map(([, peer]) => peer);
    const came = [...next].filter(([key]) => !this.#known.has(key)).map(([, peer]) => peer);
    if (gone.length === 0 && came.length === 0) return;
    this.#known = next;
    this.#ring = createRing(rows.map(({ id }) => id));
    const { id: ownId, log } = this.#deps;
    const peers = [...next.values()].filter(({ id }) => id !== ownId);
    log.info('server processes changed', { count: rows.length });
    for (const listener of this.#changes) listener({ peers });
    for (const { id } of gone) for (const listener of this.#gone) listener(id);
  }
}

function holderOf({ id, incarnation }: { id: string; incarnation: string }): string {
  return `${id}/${incarnation}`;
}
