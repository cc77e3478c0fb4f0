import { laneText, type LaneKey } from './place.ts';
import type { LaneExtent, VerifySource } from './storage.ts';
import type { TrailStart } from './trail-start.ts';
import type { LaneBook } from './verify-lanes.ts';
import type { FinishContext } from './verify.ts';

const ROWS_PER_PAGE = 1_000;

/** Whether a lane ended before the purge: the trail behind it knows a later run of the node, and nothing of this lane. */
export function isPurgedLane(lane: LaneKey, { statement }: TrailStart, lanes: LaneBook): boolean {
  const isKnown = [...lanes.all()].some(({ key }) => laneText(key) === laneText(lane));
  return !isKnown && statement.lanes.some(({ node, epoch }) => node === lane.node && epoch > lane.epoch);
}

/**
 * Reports entries that stand where a purge removed everything. While the purge is still at work they are what it has
 * not come to yet: a warning says so.
 */
export async function findPurged(
  source: VerifySource,
  start: TrailStart,
  { lanes, findings }: Pick<FinishContext, 'lanes' | 'findings'>,
): Promise<void> {
  const [first] = await source.readSeals(0, 1);
  if (first !== undefined && first.no < start.statement.no)
    return findings.warn('a purge is at work', `seals ${first.no} to ${start.statement.no}`);
  for (const extent of await source.listLanes()) {
    const to = isPurgedLane(extent, start, lanes) ? extent.last : (toOf(start, extent)?.to ?? 0);
    const [id, isThere] = await firstForeign(source, { ...extent, to }, start, lanes);
    if (isThere) findings.add('extra', start.statement.size, id);
  }
}

function toOf({ statement }: TrailStart, lane: LaneKey): { to: number } | undefined {
  return statement.lanes.find((one) => laneText(one) === laneText(lane));
}

/** The first row with a number the purge removed; one that filled an open hole behind the purge belongs to what is left. */
async function firstForeign(
  source: VerifySource,
  lane: LaneExtent & { to: number },
  { statement }: TrailStart,
  lanes: LaneBook,
): Promise<[id: string | null, isThere: boolean]> {
  const open = statement.open.filter((range) => laneText(range) === laneText(lane));
  const isFilled = (n: number) =>
    open.some(({ from, to }) => from <= n && n <= to) &&
    !lanes.get(lane).holes.some(([from, to]) => from <= n && n <= to);
  for (let n = 0; n < lane.to;) {
    const rows = (await source.readEvents(lane, n, ROWS_PER_PAGE)).filter((row) => row.n <= lane.to);
    const foreign = rows.find((row) => !isFilled(row.n));
    if (foreign !== undefined) return [foreign.id, true];
    if (rows.length === 0) break;
    n = rows.at(-1)!.n;
  }
  return [null, false];
}
