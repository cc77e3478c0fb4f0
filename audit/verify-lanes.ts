import { parseEpochStart } from './epoch.ts';
import { hashBytesOf, type HashText } from './hash.ts';
import { parseAdoptedLanes } from './overrun.ts';
import { laneText, type LaneKey, type LaneRange } from './place.ts';
import type { NumberRange } from './ranges.ts';
import { countNumbers, parseVoids, subtractRanges } from './sealer-lanes.ts';
import type { SealStatement } from './seal.ts';
import type { ParsedEvent } from './verify-event.ts';
import { createSayings, type TrailSayings } from './verify-sayings.ts';
import type { Findings } from './verify-result.ts';

/** What verification remembers of a lane. Memory grows with its holes only. */
export interface LaneState {
  readonly key: LaneKey;
  /** Largest number seen. */
  to: number;
  /** Leaf of entry `to`; undefined after a hole. */
  leaf: HashText | undefined;
  isChained: boolean | undefined;
  /** The latest instant so far. */
  lastAt: string;
  /** Numbers passed over and not filled since. */
  holes: NumberRange[];
  /** Those of them that nothing has named yet, with the index at which they were passed. */
  unnamed: { range: NumberRange; index: number }[];
  /** Those that only a seal named as pending. */
  pending: NumberRange[];
  /** Entries counted. */
  count: number;
}

/** The lanes of a trail while it is verified. */
export interface LaneBook {
  /** Takes up the lanes as a seal states them; what lies before it is not seen. */
  begin(state: Pick<SealStatement, 'lanes' | 'open'>): void;
  get(key: LaneKey): LaneState;
  all(): Iterable<LaneState>;
  /** Takes the next number of a lane: continues it, or fills a hole. False when neither: it was there before. */
  advance(lane: LaneState, n: number, index: number): boolean;
  /** Checks the chain and the clock of an entry, and takes in what it says of numbers. */
  follow(lane: LaneState, event: ParsedEvent, at: { index: number; leaf: HashText }): void;
  /** Names holes that a seal calls pending. */
  namePending(ranges: readonly LaneRange[]): void;
  /** What the entries seen so far say of the trail itself. */
  readonly sayings: TrailSayings;
  /** Reports holes nobody named, and lanes that end elsewhere than stated. */
  finish(size: number): void;
}

const CLOCK_TOLERANCE_MS = 5_000;
const NO_PREV = '00'.repeat(32);

/** Makes an empty book that reports into `findings`. */
export function createLaneBook(findings: Findings): LaneBook {
  const lanes = new Map<string, LaneState>();
  const ends = new Map<string, number>();
  const sayings = createSayings();
  let isBegunLate = false;

  function get(key: LaneKey): LaneState {
    const text = laneText(key);
    let lane = lanes.get(text);
    if (lane === undefined) {
      const { node, epoch, lane: number } = key;
      lane = { ...EMPTY_LANE, key: { node, epoch, lane: number }, holes: [], unnamed: [], pending: [] };
      lanes.set(text, lane);
    }
    return lane;
  }

  function takeIn(event: ParsedEvent): void {
    if (event.action === 'audit.void') {
      const voids = parseVoids(event.details);
      const lane = get(event);
      name(lane, voids);
      lane.pending = subtractRanges(lane.pending, voids);
    }
    sayings.takeIn(event);
    const adopted = event.action === 'audit.adopt' ? parseAdoptedLanes(event.details) : [];
    for (const range of adopted) ends.set(laneText(range), range.to);
    if (event.action !== 'audit.epoch-start' && event.action !== 'audit.epoch-close') return;
    const start = parseEpochStart(event.details);
    if (start === undefined) return;
    for (const end of start.closed) ends.set(laneText(end), end.last);
    for (const { from, to, ...key } of start.missing) name(get(key), [[from, to]]);
  }

  return {
    begin(state) {
      isBegunLate = true;
      beginLanes(state, get);
    },
    get,
    all: () => lanes.values(),
    advance,
    follow(lane, event, { index, leaf }) {
      followChain(lane, event, { index, findings });
      lane.leaf = event.n === lane.to ? leaf : lane.leaf;
      // Instants of one form: their texts stand in the order of their times.
      const isBefore = event.at < lane.lastAt;
      if (event.clockBackMs > 0) findings.warn('clock went back', `index ${index}`);
      else if (isBefore && !event.isLate && isFarBefore(event.at, lane.lastAt))
        findings.warn('clock not monotonic', `index ${index}`);
      if (!isBefore || event.clockBackMs > 0) lane.lastAt = event.at;
      takeIn(event);
    },
    namePending(ranges) {
      for (const { from, to, ...key } of ranges) {
        const lane = get(key);
        name(lane, [[from, to]]);
        lane.pending.push([from, to]);
      }
    },
    sayings,
    finish: (size) => finishLanes(lanes, { ends, findings, size, isBegunLate }),
  };
}

function beginLanes(
  { lanes, open }: Pick<SealStatement, 'lanes' | 'open'>,
  get: (key: LaneKey) => LaneState,
): void {
  for (const { to, ...key } of lanes) get(key).to = to;
  for (const { from, to, ...key } of open) {
    get(key).holes.push([from, to]);
    get(key).pending.push([from, to]);
  }
}

/** Takes ranges that something names out of the holes that nothing has named. */
function name(lane: LaneState, ranges: readonly NumberRange[]): void {
  if (lane.unnamed.length === 0) return;
  lane.unnamed = lane.unnamed.flatMap(({ range, index }) =>
    subtractRanges([range], ranges).map((rest) => ({ range: rest, index })),
  );
}

const EMPTY_LANE = { to: 0, leaf: undefined, isChained: undefined, lastAt: '', count: 0 };

function isFarBefore(at: string, last: string): boolean {
  return Date.parse(at) < Date.parse(last) - CLOCK_TOLERANCE_MS;
}

function advance(lane: LaneState, n: number, index: number): boolean {
  if (n <= lane.to) {
    const holes = subtractRanges(lane.holes, [[n, n]]);
    if (countNumbers(holes) === countNumbers(lane.holes)) return false;
    lane.holes = holes;
    lane.pending = subtractRanges(lane.pending, [[n, n]]);
    lane.unnamed = lane.unnamed.flatMap((hole) =>
      subtractRanges([hole.range], [[n, n]]).map((range) => ({ range, index: hole.index })),
    );
    lane.count += 1;
    return true;
  }
  if (n > lane.to + 1) {
    const range: NumberRange = [lane.to + 1, n - 1];
    lane.holes.push(range);
    lane.unnamed.push({ range, index });
    lane.leaf = undefined;
  }
  lane.to = n;
  lane.count += 1;
  return true;
}

function followChain(
  lane: LaneState,
  event: ParsedEvent,
  { index, findings }: { index: number; findings: Findings },
): void {
  const isChained = event.prev !== undefined;
  const isWrong = isChained && event.n === lane.to && !isPrev(event, lane);
  if (isWrong || (lane.isChained ?? isChained) !== isChained) findings.add('prev', index, event.id);
  lane.isChained ??= isChained;
}

/** Whether the entry names the leaf before it; behind a hole nobody knows that leaf. */
function isPrev({ n, prev }: ParsedEvent, { leaf }: LaneState): boolean {
  if (n === 1) return prev === NO_PREV;
  return leaf === undefined || prev === hashBytesOf(leaf).toString('hex');
}

function finishLanes(
  lanes: Map<string, LaneState>,
  context: { ends: Map<string, number>; findings: Findings; size: number; isBegunLate: boolean },
): void {
  const { ends, findings, size, isBegunLate } = context;
  for (const [text, lane] of lanes) {
    // A chained lane is rewound after a rollback, so a number it lacks was there once.
    const lost = lane.isChained ? lane.holes.map((range) => ({ range, index: size })) : lane.unnamed;
    for (const { index } of lost) findings.add('missing', index);
    for (const [from] of lane.pending) findings.warn('numbers that never came', `${text}/${from}`);
    const end = ends.get(text);
    if (end === undefined) continue;
    if (lane.to > end) findings.add('extra', size);
  }
  for (const [text, end] of ends) {
    const to = lanes.get(text)?.to ?? 0;
    // A lane that ended before the trail is taken up is not seen at all.
    if (to < end && !(isBegunLate && to === 0)) findings.add('missing', size);
  }
}
