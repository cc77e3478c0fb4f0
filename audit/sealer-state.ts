import { sha256 } from './hash.ts';
import { parseEpochStart } from './epoch.ts';
import { laneText, type LaneKey, type LaneRange } from './place.ts';
import { NO_SEAL_HASH, parseStatement } from './seal.ts';
import type { LaneWork } from './sealer-lanes.ts';
import type { EpochRow, SealRow } from './storage.ts';
import { decodeFrontier, emptyFrontier, frontierRoot, type Frontier } from './tree.ts';

/** All the sealer remembers between seals. */
export interface SealerState {
  no: number;
  frontier: Frontier;
  /** Hash of the last statement. */
  hash: Buffer;
  atMs: number;
  lanes: Map<string, LaneWork>;
}

/** A last seal from which nothing may be continued: it is not what it claims to be. */
export class SealStateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SealStateError';
  }
}

/**
 * The state after a seal. The stored frontier is believed only because it folds to the root of the signed head.
 * @throws SealStateError
 */
export function stateOf(seal: SealRow | undefined): SealerState {
  if (seal === undefined) {
    return { no: 0, frontier: emptyFrontier(), hash: NO_SEAL_HASH, atMs: 0, lanes: new Map() };
  }
  const statement = parseStatement(seal.statement);
  const frontier = decodeFrontier(seal.size, seal.frontier);
  if (statement === undefined || frontier === undefined)
    throw new SealStateError('the last seal is malformed');
  const isSame = statement.no === seal.no && statement.size === seal.size;
  if (!isSame || !frontierRoot(frontier).equals(statement.root)) {
    throw new SealStateError('the last seal contradicts itself');
  }
  const lanes = new Map<string, LaneWork>();
  for (const { to, ...key } of statement.lanes) lanes.set(laneText(key), createLaneWork(key, to));
  for (const { from, to, ...key } of statement.open) {
    const work = lanes.get(laneText(key));
    if (work !== undefined) work.open = [...work.open, [from, to]];
  }
  return { no: seal.no, frontier, hash: sha256(seal.statement), atMs: seal.at.getTime(), lanes };
}

/** A lane of which nothing beyond `to` is sealed. */
export function createLaneWork(key: LaneKey, to = 0): LaneWork {
  return { key, to, open: [], sightings: [], end: undefined };
}

/** Adds the lanes of runs that began since. Runs older than the newest known of their node have retired. */
export function addEpochs(lanes: Map<string, LaneWork>, epochs: readonly EpochRow[]): void {
  const newest = new Map<string, number>();
  for (const { key } of lanes.values()) newest.set(key.node, Math.max(newest.get(key.node) ?? 0, key.epoch));
  for (const { node, epoch, laneCount } of epochs) {
    if (epoch <= (newest.get(node) ?? 0)) continue;
    for (let lane = 0; lane < laneCount; lane += 1) {
      const key = { node, epoch, lane };
      lanes.set(laneText(key), createLaneWork(key));
    }
  }
}

/** Takes in what a sealed `audit.epoch-start` says: ends of older lanes, and holes that will stay. */
export function applyEpochStart(lanes: Map<string, LaneWork>, key: LaneKey, details: unknown): void {
  const start = parseEpochStart(details);
  if (start === undefined) return;
  for (const end of start.closed) {
    const work = lanes.get(laneText(end));
    if (work !== undefined && end.node === key.node && end.epoch < key.epoch) work.end = end.last;
  }
  for (const work of lanes.values()) {
    if (work.key.node === key.node && work.key.epoch < key.epoch && work.to === 0) work.end ??= 0;
  }
}

/** Takes a lane up again behind its end, as far as an entry `audit.adopt` explains what stands there. */
export function reopenLane(lanes: Map<string, LaneWork>, { from, to, ...key }: LaneRange): void {
  const work = lanes.get(laneText(key)) ?? createLaneWork(key, from - 1);
  lanes.set(laneText(key), { ...work, end: Math.max(work.end ?? 0, to) });
}

/** Drops lanes that are sealed to their stated end; their open holes stay named in the seals that passed them. */
export function retireLanes(lanes: Map<string, LaneWork>): void {
  for (const [text, work] of lanes) {
    if (work.end !== undefined && work.to >= work.end) lanes.delete(text);
  }
}

/** The open holes of all lanes, in the order of the lanes. */
export function openRanges(lanes: Iterable<LaneWork>): LaneRange[] {
  return [...lanes].flatMap(({ key, open }) => open.map(([from, to]) => ({ ...key, from, to })));
}
