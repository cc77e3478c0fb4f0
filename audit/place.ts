import { isNodeName, type Sequence } from './entry.ts';
import { formatRange, parseRange, type NumberRange } from './ranges.ts';

/** One lane of one run of a node. */
export type LaneKey = Omit<Sequence, 'n'>;

/** Numbers of a lane, inclusive. */
export interface LaneRange extends LaneKey {
  from: number;
  to: number;
}

const INTEGER_PATTERN = /^(0|[1-9][0-9]{0,15})$/;

/** Text of a lane, `NODE/EPOCH/LANE`. */
export function laneText({ node, epoch, lane }: LaneKey): string {
  return `${node}/${epoch}/${lane}`;
}

/** Text of a range of a lane, `NODE/EPOCH/LANE/FROM-TO`, or `NODE/EPOCH/LANE/N` for one number. */
export function laneRangeText(range: LaneRange): string {
  return `${laneText(range)}/${formatRange([range.from, range.to])}`;
}

/** Reads `NODE/EPOCH/LANE/FROM-TO`; undefined for anything else. */
export function parseLaneRange(text: unknown): LaneRange | undefined {
  if (typeof text !== 'string') return undefined;
  const cut = text.lastIndexOf('/');
  const range: NumberRange | undefined = parseRange(text.slice(cut + 1));
  const key = parseLane(text.slice(0, Math.max(cut, 0)));
  return key === undefined || range === undefined ? undefined : { ...key, from: range[0], to: range[1] };
}

/** Reads `NODE/EPOCH/LANE/NUMBER` where the number may be 0: how far a lane has come. */
export function parseLanePosition(text: unknown): (LaneKey & { to: number }) | undefined {
  if (typeof text !== 'string') return undefined;
  const cut = text.lastIndexOf('/');
  const key = parseLane(text.slice(0, Math.max(cut, 0)));
  const isNumber = INTEGER_PATTERN.test(text.slice(cut + 1));
  return key !== undefined && isNumber ? { ...key, to: Number(text.slice(cut + 1)) } : undefined;
}

function parseLane(text: string): LaneKey | undefined {
  const [node = '', epoch = '', lane = '', ...rest] = text.split('/');
  const isLane = INTEGER_PATTERN.test(epoch) && INTEGER_PATTERN.test(lane) && rest.length === 0;
  return isLane && epoch !== '0' && isNodeName(node)
    ? { node, epoch: Number(epoch), lane: Number(lane) }
    : undefined;
}

/** The order in which the lanes of one seal stand: node, then epoch, then lane. */
export function compareLanes(a: LaneKey, b: LaneKey): number {
  if (a.node !== b.node) return a.node < b.node ? -1 : 1;
  return a.epoch - b.epoch || a.lane - b.lane;
}
