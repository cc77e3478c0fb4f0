import { parseEpochStart } from './epoch.ts';
import { laneRangeText, laneText, parseLaneRange, type LaneKey, type LaneRange } from './place.ts';
import type { AuditStorage } from './storage.ts';

/** What looking for overruns needs of the database. */
export type OverrunSource = Pick<AuditStorage, 'listEpochs' | 'readBody' | 'lastNumber' | 'listAdoptedLanes'>;

/** Entries `audit.epoch-start` that an epoch begins with; each names 60 lanes. */
const PARTS_MAX = 100;

/**
 * Entries of an ended run that stand behind the number its successor ended it with: two processes work under one name, or a
 * copy of the machine goes on by itself. What an entry `audit.adopt` names is explained. Cost: a few reads for each node.
 */
export async function findOverrun(source: OverrunSource): Promise<LaneRange | undefined> {
  const newest = new Map<string, number>();
  for (const { node, epoch } of await source.listEpochs())
    newest.set(node, Math.max(newest.get(node) ?? 0, epoch));
  let adopted: readonly LaneRange[] | undefined;
  for (const [node, epoch] of newest) {
    if (epoch === 1) continue;
    for (const { last: end, ...lane } of await endsOf(source, { node, epoch, lane: 0 })) {
      const last = await source.lastNumber(lane);
      if (last <= end) continue;
      adopted ??= await source.listAdoptedLanes();
      const known = adopted.filter((range) => laneText(range) === laneText(lane)).map(({ to }) => to);
      const from = Math.max(end, ...known) + 1;
      if (last >= from) return { ...lane, from, to: last };
    }
  }
  return undefined;
}

async function endsOf(source: OverrunSource, lane: LaneKey): Promise<(LaneKey & { last: number })[]> {
  const ends: (LaneKey & { last: number })[] = [];
  for (let n = 1; n <= PARTS_MAX; n += 1) {
    const body = await source.readBody(lane, n);
    const event =
      body === undefined ? undefined : (JSON.parse(body) as { action?: string; details?: unknown });
    const start = event?.action === 'audit.epoch-start' ? parseEpochStart(event.details) : undefined;
    if (start === undefined) break;
    ends.push(...start.closed);
  }
  return ends;
}

/** The details of the entry `audit.adopt` that explains an overrun. */
export function adoptedLaneDetails(range: LaneRange): Record<string, string[]> {
  return { lanes: [laneRangeText(range)] };
}

/** The ranges that such details name; none when one of them is malformed. */
export function parseAdoptedLanes(details: unknown): LaneRange[] {
  const { lanes } = (details ?? {}) as { lanes?: unknown };
  const ranges = Array.isArray(lanes) ? lanes.map(parseLaneRange) : [];
  const known = ranges.filter((range) => range !== undefined);
  return known.length === ranges.length ? known : [];
}
