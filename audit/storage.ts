import type { AdoptedFork } from './adopted-fork.ts';
import type { AuditColumns, Sequence } from './entry.ts';
import type { LaneKey, LaneRange } from './place.ts';
import type { NumberRange } from './ranges.ts';

export type { LaneKey, NumberRange };

/** A run of a node, as the process registered it before its first entry. */
export interface EpochRow {
  node: string;
  epoch: number;
  /** Lanes 0 … laneCount − 1 may have entries. */
  laneCount: number;
}

/** What sealing needs of an entry. */
export interface LeafRow {
  n: number;
  leaf: Buffer;
  action: string;
}

/** A seal as it is stored. `statement` and `checkpoint` are exact texts; the rest repeats them for search. */
export interface SealRow {
  no: number;
  size: number;
  prevSize: number;
  root: Buffer;
  /** Encoded frontier of the tree at `size`; empty at size 0. */
  frontier: Buffer;
  statement: string;
  checkpoint: string;
  at: Date;
}

/** How far a lane has entries. */
export interface LaneExtent extends LaneKey {
  /** Largest number, 0 without entries. */
  last: number;
  /** Entries there are. */
  count: number;
}

/** An entry as it is stored. */
export interface EventRow extends Sequence, AuditColumns {
  id: string;
  at: Date;
  body: string;
  leaf: Buffer;
}

/** Reading pages of seals and events; enough for verifying, exporting, proving. Every method reads committed rows. */
export interface VerifySource {
  /** Seals with number > `afterNo`, ascending, at most `limit`. */
  readSeals(afterNo: number, limit: number): Promise<SealRow[]>;
  /** Entries of a lane with n > `afterN`, ascending by n, at most `limit`. */
  readEvents(lane: LaneKey, afterN: number, limit: number): Promise<EventRow[]>;
  /** Every lane that has an entry; may count, so O(entries) is allowed. Order does not matter. */
  listLanes(): Promise<LaneExtent[]>;
  /** The newest purge, when there was one: the trail begins behind its seal. */
  lastPurge(): Promise<PurgeMark | undefined>;
  /** Forks that entries `audit.adopt` explain, the newest first, at most 100. */
  listAdoptions(): Promise<AdoptedFork[]>;
}

/** Where a purged trail begins: everything up to the seal `toSeal` was archived; the seal itself stays. */
export interface PurgeMark {
  toSeal: number;
}

/** What sealing and starting an epoch need of the database. Each call is a transaction of its own. */
export interface AuditStorage {
  /** All runs of all nodes. */
  listEpochs(): Promise<EpochRow[]>;
  /** Leaves of a lane with n > `afterN`, ascending by n, at most `limit`; an index range scan. */
  readLeaves(lane: LaneKey, afterN: number, limit: number): Promise<LeafRow[]>;
  /** Body of one entry. */
  readBody(lane: LaneKey, n: number): Promise<string | undefined>;
  /** Largest number of a lane, 0 without entries. */
  lastNumber(lane: LaneKey): Promise<number>;
  /** Numbers above `afterN` and below the lane's largest that have no entry, ascending. */
  listGaps(lane: LaneKey, afterN: number): Promise<NumberRange[]>;
  /** The seal with the largest number. */
  lastSeal(): Promise<SealRow | undefined>;
  /** Seals with number > `afterNo`, ascending, at most `limit`. */
  readSeals(afterNo: number, limit: number): Promise<SealRow[]>;
  /**
   * Inserts a seal and commits. False when a seal with this number exists: another sealer was first.
   * Must be durable when it resolves.
   */
  insertSeal(seal: SealRow): Promise<boolean>;
  /** Entries of ended runs that entries `audit.adopt` explain, of the newest 100 of those. */
  listAdoptedLanes(): Promise<LaneRange[]>;
  /** Forks that entries `audit.adopt` explain, the newest first, at most 100. */
  listAdoptions(): Promise<AdoptedFork[]>;
}
