import type { AuditDraft } from './draft.ts';
import {
  assertEntry,
  buildBody,
  columnsOf,
  isNodeName,
  type AuditColumns,
  type Sequence,
  type Stamp,
} from './entry.ts';
import { HASH_BYTES, leafHash } from './hash.ts';
import { formatRange, rangeLength, toRanges } from './ranges.ts';

/** An entry with its number, ready to be inserted in the transaction of its act. */
export interface SequencedEntry extends Sequence {
  id: string;
  at: Date;
  /** Canonical JSON, kept exactly. */
  body: string;
  /** RFC 9162 leaf hash of the body, 32 bytes. */
  leaf: Buffer;
  /** Leaf hash of entry n − 1; only in chained lanes. */
  prev?: Buffer;
  columns: AuditColumns;
  /** Numbers this entry declares void; only on `audit.void`. */
  voids?: readonly number[];
}

/** State of a lane to go back to; opaque. */
export interface LaneMark {
  readonly n: number;
  readonly prev: Buffer;
  readonly lastAtMs: number;
}

/** Hands out the numbers of one lane. One process owns a lane; nothing is shared with other nodes. */
export interface AuditLane {
  readonly node: string;
  readonly epoch: number;
  readonly lane: number;
  readonly isChained: boolean;
  /** The last number drawn; 0 before the first. */
  readonly lastN: number;
  /**
   * Numbers an entry. The caller inserts it, or calls `abandon` (lane of units of work) or `rewind` (chained lane).
   * @throws AuditEntryError when it cannot stand in the trail; then no number was drawn.
   */
  draw(draft: AuditDraft, stamp: Stamp): SequencedEntry;
  /**
   * Tells that an entry's transaction rolled back for certain. After a lost connection during COMMIT call nothing:
   * the sealer names the hole when it stays open, and seals the row when it turns up.
   */
  abandon(entry: Pick<SequencedEntry, 'n' | 'voids'>): void;
  /** Draws the `audit.void` entry for abandoned numbers (at most 1,000), if there are any. Insert it like any entry. */
  takeVoids(stamp: Stamp): SequencedEntry | undefined;
  /** The state before a batch. */
  mark(): LaneMark;
  /** Goes back to a mark: the one batch in flight rolled back, so its numbers were never seen. Chained lanes only. */
  rewind(mark: LaneMark): void;
}

/** What a lane is made from. */
export interface LaneOptions {
  /** Name of the process in the trail: letters, digits, dot, dash, underscore; at most 40. */
  node: string;
  /** The run of that node, from 1. */
  epoch: number;
  /** 0 is the lane of units of work; batch lanes count from 1. */
  lane: number;
  /** Each entry carries the leaf hash of the one before; for lanes with one batch in flight. */
  chained: boolean;
  clock?: { now(): Date };
}

const VOIDS_PER_ENTRY_MAX = 1_000;
/** Stamps of concurrent units come a little out of order; only a larger step back is the clock's. */
const CLOCK_BACK_TOLERANCE_MS = 5_000;
const NO_PREV = Buffer.alloc(HASH_BYTES);

/** Makes a lane that begins at number 1. Epochs are never continued: a restart is a new epoch. */
export function createAuditLane(options: LaneOptions): AuditLane {
  assertOptions(options);
  const { node, epoch, lane, chained } = options;
  const clock = options.clock ?? { now: () => new Date() };
  const abandoned = new Set<number>();
  let state: LaneMark = { n: 0, prev: NO_PREV, lastAtMs: 0 };

  function draw(draft: AuditDraft, stamp: Stamp): SequencedEntry {
    assertEntry(draft, stamp, clock.now());
    const seq: Sequence = { node, epoch, lane, n: state.n + 1 };
    const atMs = stamp.at.getTime();
    const backMs = state.lastAtMs - atMs;
    const prev = chained ? state.prev : undefined;
    // An entry from the spool is of an earlier instant: that is no clock going back.
    const isLate = stamp.clock?.late !== undefined;
    const clockBackMs = !isLate && backMs > CLOCK_BACK_TOLERANCE_MS ? backMs : undefined;
    const body = buildBody(draft, stamp, { seq, prev, clockBackMs });
    const leaf = leafHash(body);
    state = {
      n: seq.n,
      prev: leaf,
      lastAtMs: clockBackMs === undefined ? Math.max(atMs, state.lastAtMs) : atMs,
    };
    return { ...seq, id: stamp.id, at: stamp.at, body, leaf, prev, columns: columnsOf(draft, stamp.actor) };
  }

  return {
    node,
    epoch,
    lane,
    isChained: chained,
    get lastN() {
      return state.n;
    },
    draw,
    abandon(entry) {
      if (chained) throw new Error('a chained lane is rewound, not voided');
      for (const n of [entry.n, ...(entry.voids ?? [])]) abandoned.add(n);
    },
    takeVoids(stamp) {
      if (abandoned.size === 0) return undefined;
      const voids = [...abandoned].sort((a, b) => a - b).slice(0, VOIDS_PER_ENTRY_MAX);
      const entry = draw(voidDraft(voids), stamp);
      for (const n of voids) abandoned.delete(n);
      return { ...entry, voids };
    },
    mark: () => state,
    rewind(mark) {
      if (!chained) throw new Error('only a chained lane is rewound');
      state = mark;
    },
  };
}

function voidDraft(numbers: readonly number[]): AuditDraft {
  const ranges = toRanges(numbers);
  const count = ranges.reduce((sum, range) => sum + rangeLength(range), 0);
  return { action: 'audit.void', outcome: 'ok', details: { numbers: ranges.map(formatRange), count } };
}

function assertOptions({ node, epoch, lane }: LaneOptions): void {
  const isPlace = Number.isSafeInteger(epoch) && epoch >= 1 && Number.isSafeInteger(lane) && lane >= 0;
  if (!isNodeName(node) || !isPlace)
    throw new Error('a lane needs a node name, an epoch from 1, a lane from 0');
}
