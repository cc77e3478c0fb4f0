import { canonicalJson, parseCanonical, type CanonicalValue } from './canonical.ts';
import { HASH_BYTES } from './hash.ts';
import {
  laneRangeText,
  laneText,
  parseLanePosition,
  parseLaneRange,
  type LaneKey,
  type LaneRange,
} from './place.ts';

/** What a seal says; its canonical JSON is hashed into the signed head. docs/compliance/audit-format.md §4. */
export interface SealStatement {
  origin: string;
  /** Dense from 1. */
  no: number;
  size: number;
  prevSize: number;
  root: Buffer;
  /** The leaves added, in their order. */
  ranges: readonly LaneRange[];
  /** Holes that stayed open for five seconds and are passed over here. */
  pending: readonly LaneRange[];
  /** How far each lane in use is sealed, and which of its holes are still open. */
  lanes: readonly (LaneKey & { to: number })[];
  open: readonly LaneRange[];
  /** SHA-256 of the statement before; all zero in seal 1. */
  prev: Buffer;
  at: Date;
  keyId: string;
}

/** Version of the statement's format. */
export const SEAL_VERSION = 1;

const INSTANT_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The statement's canonical JSON. */
export function writeStatement(statement: SealStatement): string {
  return canonicalJson({
    v: SEAL_VERSION,
    origin: statement.origin,
    no: statement.no,
    size: statement.size,
    prev_size: statement.prevSize,
    root: statement.root.toString('hex'),
    ranges: statement.ranges.map(laneRangeText),
    pending: statement.pending.map(laneRangeText),
    lanes: statement.lanes.map((lane) => `${laneText(lane)}/${lane.to}`),
    open: statement.open.map(laneRangeText),
    prev: statement.prev.toString('hex'),
    at: statement.at.toISOString(),
    key: statement.keyId,
  });
}

/** Reads a statement; undefined when it is not canonical or lacks something. */
export function parseStatement(text: string): SealStatement | undefined {
  let value: Record<string, CanonicalValue>;
  try {
    value = parseCanonical(text) as Record<string, CanonicalValue>;
  } catch {
    return undefined;
  }
  if (value === null || typeof value !== 'object' || value.v !== SEAL_VERSION) return undefined;
  const { origin, no, size, prev_size: prevSize, at, key: keyId } = value;
  const isNamed = typeof origin === 'string' && typeof keyId === 'string';
  const isTimed = typeof at === 'string' && INSTANT_PATTERN.test(at) && !Number.isNaN(Date.parse(at));
  if (!isNamed || !isTimed || !isCount(no) || !isCount(size) || !isCount(prevSize)) return undefined;
  const [root, prev] = [parseHash(value.root), parseHash(value.prev)];
  const [ranges, pending, open] = [value.ranges, value.pending, value.open].map(parseRangeList);
  const lanes = parseList(value.lanes, parseLanePosition);
  if (!root || !prev || !ranges || !pending || !open || !lanes) return undefined;
  return { origin, no, size, prevSize, root, ranges, pending, lanes, open, prev, at: new Date(at), keyId };
}

function parseRangeList(value: CanonicalValue | undefined): LaneRange[] | undefined {
  return parseList(value, parseLaneRange);
}

function parseList<T>(
  value: CanonicalValue | undefined,
  parse: (text: CanonicalValue) => T | undefined,
): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: T[] = [];
  for (const text of value as CanonicalValue[]) {
    const item = parse(text);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

function parseHash(value: CanonicalValue | undefined): Buffer | undefined {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? Buffer.from(value, 'hex') : undefined;
}

function isCount(value: CanonicalValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The `prev` of seal 1. */
export const NO_SEAL_HASH = Buffer.alloc(HASH_BYTES);
