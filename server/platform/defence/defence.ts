import { AppError, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import type { Bus } from '../bus/index.ts';
import type { Tx, UnitOfWork } from '../persistence/index.ts';
import {
  BLOCKS_MAX,
  countBlocks,
  findBlock,
  forgetBlocks,
  insertBlock,
  listActiveBlocks,
  releaseBlocks,
} from './address-block.repo.ts';
import type { AddressBlockRow } from './address-block.entity.ts';
import { blockMs, FADE_MS, POINTS_MAX, pointsOf, type BlockReason, type Sighting } from './defence.rules.ts';

/** Tells the other processes that blocks changed. */
const TOPIC = 'defence.blocks';
const DAY_MS = 24 * 60 * 60_000;
/** Blocks are looked up for so long after their end, then forgotten. */
const KEPT_MS = 30 * DAY_MS;
/** Addresses whose points are remembered; beyond, the one seen longest ago is forgotten. */
const ADDRESSES_MAX = 50_000;
/** Blocks being written at once; a flood of addresses must not become a flood of transactions. */
const WRITING_MAX = 20;

/** What active defence needs. */
export interface DefenceDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  bus: Bus;
  /** Addresses that are never turned away: listed proxies, the loopback, networks that the configuration names. */
  isSpared(address: string): boolean;
  /** Somebody was turned away; in the unit of work that keeps it. */
  tell(tx: Tx, block: { id: string; address: string; reason: BlockReason; minutes: number }): Promise<void>;
  onFault(error: unknown): void;
}

/**
 * Watches what addresses ask for, and turns away for a while those that look for holes or guess passwords. Points are
 * counted in each process; a block is a row, and every process hears of it. A blocked address gets no public answer;
 * who is signed in there goes on working, so that a scanner behind a shared address does not lock out its colleagues.
 */
export class Defence {
  readonly #deps: DefenceDeps;
  readonly #points = new Map<string, { points: number; atMs: number }>();
  #blocked = new Map<string, number>();
  readonly #writing = new Set<string>();
  #unsubscribe: (() => void)[] = [];

  constructor(deps: DefenceDeps) {
    this.#deps = deps;
  }

  /** Reads the blocks in force, and hears of changes from then on. */
  async start(): Promise<void> {
    const { bus, onFault } = this.#deps;
    const reload = () => void this.reload().catch(onFault);
    this.#unsubscribe = [bus.subscribe(TOPIC, reload), bus.onGap(reload)];
    await this.reload();
  }

  stop(): void {
    for (const stop of this.#unsubscribe) stop();
    this.#unsubscribe = [];
  }

  /** Seconds for which an address is still turned away; 0 when it is not. */
  blockedSeconds(address: string): number {
    const endMs = this.#blocked.get(address);
    if (endMs === undefined) return 0;
    const leftMs = endMs - this.#deps.clock.now().getTime();
    if (leftMs > 0) return Math.ceil(leftMs / 1_000);
    this.#blocked.delete(address);
    return 0;
  }

  /** Counts what an address asked for; resolves when what followed is written, which nobody need wait for. */
  async note(address: string, sighting: Sighting): Promise<void> {
    const found = pointsOf(sighting);
    if (found === undefined || this.#deps.isSpared(address) || this.blockedSeconds(address) > 0) return;
    if (this.#add(address, found.points) < POINTS_MAX) return;
    if (this.#writing.has(address) || this.#writing.size >= WRITING_MAX) return;
    this.#writing.add(address);
    try {
      await this.#block(address, found.reason);
      this.#points.delete(address);
    } catch (error) {
      this.#deps.onFault(error);
    } finally {
      this.#writing.delete(address);
    }
  }

  /** Lets an address in again, whatever blocks it has. Throws `request.not_found` for a block that is no more in force. */
  async release(tx: Tx, id: string): Promise<void> {
    const block = await findBlock(tx, id);
    const now = this.#deps.clock.now();
    if (block === undefined || block.releasedAt !== null || block.endsAt <= now)
      throw new AppError('request.not_found');
    await releaseBlocks(tx, { address: block.address, now, by: tx.context.actor.id });
    tx.record({ action: 'address.release', outcome: 'ok', target: { type: 'address-block', id } });
    this.#points.delete(block.address);
    this.#tellAll(tx);
  }

  /** Reads the blocks in force anew. */
  async reload(): Promise<void> {
    const rows = await this.#deps.uow.read((db) => listActiveBlocks(db, this.#deps.clock.now()));
    // The one that ends last comes first, and counts.
    this.#blocked = new Map(rows.reverse().map(({ address, endsAt }) => [address, endsAt.getTime()]));
  }

  /** Points of an address, those of before faded. */
  #add(address: string, points: number): number {
    const nowMs = this.#deps.clock.now().getTime();
    const known = this.#points.get(address) ?? { points: 0, atMs: nowMs };
    const faded = known.points - ((nowMs - known.atMs) / FADE_MS) * POINTS_MAX;
    const total = Math.max(0, faded) + points;
    this.#points.delete(address);
    this.#points.set(address, { points: total, atMs: nowMs });
    if (this.#points.size > ADDRESSES_MAX) this.#points.delete(this.#points.keys().next().value as string);
    return total;
  }

  async #block(address: string, reason: BlockReason): Promise<void> {
    const { uow, clock, ids, tell } = this.#deps;
    const now = clock.now();
    const row = await uow.run({ actor: { ...SYSTEM_ACTOR, ip: address } }, async (tx) => {
      const earlier = await countBlocks(tx, address, new Date(now.getTime() - DAY_MS));
      const lastsMs = blockMs(earlier);
      const block: AddressBlockRow = {
        ...{ id: ids.next(), address, reason, blockedAt: now },
        ...{ endsAt: new Date(now.getTime() + lastsMs), releasedById: null, releasedAt: null },
      };
      await forgetBlocks(tx, new Date(now.getTime() - KEPT_MS));
      await insertBlock(tx, block);
      const minutes = Math.round(lastsMs / 60_000);
      const details = { minutes };
      const target = { type: 'address-block', id: block.id };
      tx.record({ action: 'address.block', outcome: 'ok', reason, target, details });
      await tell(tx, { id: block.id, address, reason, minutes });
      this.#tellAll(tx);
      return block;
    });
    if (this.#blocked.size < BLOCKS_MAX) this.#blocked.set(address, row.endsAt.getTime());
  }

  #tellAll(tx: Tx): void {
    this.#deps.bus.publish(tx, TOPIC, ['changed']);
  }
}
