import type { AnchorRecord } from './anchors.ts';
import { hashTextOf, leafHash, NO_HASH_TEXT, type HashText } from './hash.ts';
import { textOfCharacters } from './lines.ts';
import type { TrailKeys } from './keys.ts';
import type { LaneRange } from './place.ts';
import type { EventRow } from './storage.ts';
import type { TrailStart } from './trail-start.ts';
import { emptyFrontier } from './tree.ts';
import { createAnchorWalk, type AnchorWalk } from './verify-anchors.ts';
import { hasSameColumns, parseEvent } from './verify-event.ts';
import { createLaneBook, type LaneBook, type LaneState } from './verify-lanes.ts';
import { createFindings, firstOf, type Findings, type VerifyResult } from './verify-result.ts';
import { growTree, treeFrom, treeRoot, type VerifyTree } from './verify-tree.ts';
import { checkSeal, SEAL_START, type CheckedSeal, type SealCursor, type SealTexts } from './verify-seal.ts';

/** An entry where the trail has it, or, in a filtered export, only its leaf hash. */
export interface LedgerItem {
  /** Number in its lane, from where it was found. */
  n: number;
  /** Undefined for a left-out entry. With `bodyLeaf`, a character for each byte. */
  body: string | undefined;
  /** Leaf hash of the bytes as they stand, when the reader has them; else it is computed from `body`. */
  bodyLeaf?: HashText;
  /** Leaf hash stored beside the entry. */
  leaf: HashText | undefined;
  /** The row, when it came from a database. */
  row?: EventRow;
}

/** What is known when the last seal was walked. */
export interface FinishContext {
  lanes: LaneBook;
  findings: Findings;
  lastSeal: SealCursor;
  keys: TrailKeys;
  /** Where the trail was taken up, when not at seal 1. */
  start: TrailStart | undefined;
}

/** A trail to verify, read once from front to back in bounded memory. */
export interface LedgerReader {
  /** The seal behind which the trail is taken up; `broken` when what says so does not hold. Absent: at seal 1. */
  start?(keys: TrailKeys): Promise<TrailStart | 'broken' | undefined>;
  /** Seals with number > `afterNo`, ascending. */
  seals(afterNo: number): AsyncIterable<SealTexts>;
  /** Entries of a range in the order of n; absent ones are left out. Ranges are asked for in the order of the seals. */
  items(range: LaneRange): AsyncIterable<readonly LedgerItem[]>;
  /** What lies beyond the seals; reports it itself. */
  finish(context: FinishContext): Promise<number>;
  close(): Promise<void>;
}

/** What a trail is verified against. */
export interface VerifyInput {
  keys: TrailKeys;
  /** One stream of records for each anchor. */
  anchors: readonly AsyncIterable<AnchorRecord>[];
  /** Anchors that keep a head only now and then, like time stamps. */
  sparseAnchors?: readonly AsyncIterable<AnchorRecord>[];
}

interface Walk {
  input: VerifyInput;
  findings: Findings;
  lanes: LaneBook;
  tree: VerifyTree;
  /** False once a leaf is missing or wrong: no later root can fit, and saying so again helps nobody. */
  isTreeWhole: boolean;
  cursor: SealCursor;
  start: TrailStart | undefined;
  eventCount: number;
}

/**
 * Verifies a trail from its bodies: form, columns, counters, chains, seals, roots, signatures, anchors. Stored hashes
 * are compared, never believed. Memory does not grow with the trail. Hashes are kept as characters on the way, which is what costs least.
 */
export async function verifyTrail(reader: LedgerReader, input: VerifyInput): Promise<VerifyResult> {
  const findings = createFindings();
  const walk: Walk = {
    input,
    findings,
    lanes: createLaneBook(findings),
    tree: treeFrom(emptyFrontier()),
    isTreeWhole: true,
    cursor: SEAL_START,
    start: undefined,
    eventCount: 0,
  };
  const { keys } = input;
  const anchors = [
    ...input.anchors.map((records) => createAnchorWalk(records, { keys, findings })),
    ...(input.sparseAnchors ?? []).map((one) => createAnchorWalk(one, { keys, findings, isSparse: true })),
  ];
  try {
    const isBegun = await begin(reader, walk, anchors);
    if (isBegun && (await walkSeals(reader, walk, anchors))) await walkRest(reader, walk, anchors);
  } finally {
    for (const anchor of anchors) await anchor.close();
    await reader.close();
  }
  return resultOf(walk, anchors);
}

/** Takes up the state of the seal behind which the trail begins. False when there is none to trust. */
async function begin(reader: LedgerReader, walk: Walk, anchors: readonly AnchorWalk[]): Promise<boolean> {
  const start = await reader.start?.(walk.input.keys);
  if (start === undefined) return true;
  if (start === 'broken') {
    walk.findings.add('start', null);
    return false;
  }
  const { statement, hash, checkpoint, frontier } = start;
  const { no, size, prevSize, at } = statement;
  walk.start = start;
  walk.tree = treeFrom(frontier);
  walk.cursor = { no, size, hash, atMs: at.getTime() };
  walk.lanes.begin(statement);
  for (const anchor of anchors) await anchor.compare({ no, prevSize, hash, checkpoint }, { isStart: true });
  return true;
}

/** False when the walk cannot go on. */
async function walkSeals(reader: LedgerReader, walk: Walk, anchors: readonly AnchorWalk[]): Promise<boolean> {
  for await (const seal of reader.seals(walk.cursor.no)) {
    const checked = checkSeal(seal, walk.cursor, { keys: walk.input.keys, findings: walk.findings });
    if (checked === undefined) return false;
    await walkLeaves(reader, walk, checked.statement.ranges);
    closeSeal(walk, checked);
    const { no, prevSize } = checked.statement;
    for (const anchor of anchors) {
      await anchor.compare({ no, prevSize, hash: checked.hash, checkpoint: seal.checkpoint });
    }
    if (walk.findings.isFull()) return false;
  }
  return true;
}

async function walkLeaves(reader: LedgerReader, walk: Walk, ranges: readonly LaneRange[]): Promise<void> {
  for (const range of ranges) {
    let expected = range.from;
    let index = walk.cursor.size;
    const lane = walk.lanes.get(range);
    for await (const items of reader.items(range)) {
      for (const item of items) {
        for (; expected < item.n; expected += 1, index += 1) miss(walk, index);
        takeItem(walk, item, { range, lane, index });
        expected += 1;
        index += 1;
      }
    }
    for (; expected <= range.to; expected += 1, index += 1) miss(walk, index);
    walk.cursor = { ...walk.cursor, size: index };
    if (walk.findings.isFull()) return;
  }
}

function miss(walk: Walk, index: number): void {
  walk.isTreeWhole = false;
  walk.findings.add('missing', index);
}

function takeItem(
  walk: Walk,
  item: LedgerItem,
  { range, lane, index }: { range: LaneRange; lane: LaneState; index: number },
): void {
  const { findings, lanes } = walk;
  if (!lanes.advance(lane, item.n, index)) findings.add('seal-content', index, item.row?.id ?? null);
  if (item.body === undefined) {
    const leaf = item.leaf ?? NO_HASH_TEXT;
    lane.leaf = item.n === lane.to ? leaf : lane.leaf;
    growTree(walk.tree, leaf);
    return;
  }
  walk.eventCount += 1;
  const leaf = item.bodyLeaf ?? hashTextOf(leafHash(item.body));
  growTree(walk.tree, leaf);
  const event = parseEvent(item.body);
  const id = idOf(event, item);
  if (typeof event !== 'string') event.id = id ?? event.id;
  const isLeafWrong = item.leaf !== undefined && item.leaf !== leaf;
  if (isLeafWrong) {
    findings.add('leaf', index, id);
    walk.isTreeWhole = false;
  }
  if (typeof event === 'string') {
    if (!isLeafWrong) findings.add(event, index, id);
    return;
  }
  const isPlace =
    event.n === item.n &&
    event.lane === range.lane &&
    event.epoch === range.epoch &&
    event.node === range.node;
  if (!isPlace) findings.add('place', index, id);
  if (item.row !== undefined && !hasSameColumns(item.row, event)) findings.add('column', index, item.row.id);
  if (isPlace) lanes.follow(lane, event, { index, leaf: isLeafWrong ? item.leaf! : leaf });
}

function idOf(event: ReturnType<typeof parseEvent>, { row, bodyLeaf }: LedgerItem): string | null {
  if (typeof event === 'string') return row?.id ?? null;
  return bodyLeaf === undefined || /^[\x20-\x7e]*$/.test(event.id) ? event.id : textOfCharacters(event.id);
}

function closeSeal(walk: Walk, { statement, hash }: CheckedSeal): void {
  if (walk.isTreeWhole && !treeRoot(walk.tree).equals(statement.root)) {
    walk.isTreeWhole = false;
    walk.findings.add('root', statement.prevSize);
  }
  walk.lanes.namePending(statement.pending);
  walk.cursor = { no: statement.no, size: statement.size, hash, atMs: statement.at.getTime() };
}

async function walkRest(reader: LedgerReader, walk: Walk, anchors: readonly AnchorWalk[]): Promise<void> {
  // A running trail grows while it is read; its seals are in the database before they are anchored.
  for (const anchor of anchors) {
    if ((await anchor.next()) !== undefined && !(await walkSeals(reader, walk, anchors))) return;
  }
  const { findings, cursor } = walk;
  for (const anchor of anchors) {
    const isCut = await anchor.finish(cursor.no, walk.lanes.sayings.adoptions);
    if (isCut) findings.add('tail-cut', cursor.size);
    else if (!anchor.isSparse && anchor.lastNo() < cursor.no)
      findings.warn('newest seals not anchored', `after seal ${anchor.lastNo()}`);
  }
  walk.eventCount += await reader.finish({
    ...{ lanes: walk.lanes, findings, lastSeal: cursor },
    ...{ keys: walk.input.keys, start: walk.start },
  });
  const { start } = walk;
  const isNamed = start?.isPurged !== true || walk.lanes.sayings.hasPurge(start.statement.no, start.hash);
  if (!isNamed) findings.add('start', start.statement.size);
  walk.lanes.finish(cursor.size);
}

function resultOf(walk: Walk, anchors: readonly AnchorWalk[]): VerifyResult {
  for (const anchor of anchors) anchor.settle(walk.lanes.sayings.adoptions);
  const anchorCount = anchors.reduce((sum, anchor) => sum + anchor.count(), 0);
  const findings = [...walk.findings.list];
  if (anchorCount === 0) walk.findings.warn('no anchor: a cut or rewritten trail would not show');
  const unbroken = anchorCount > 0 ? 'whole' : 'not-provable';
  return {
    status: findings.length > 0 ? 'tampered' : unbroken,
    size: walk.cursor.size,
    root: walk.cursor.no === 0 ? '' : treeRoot(walk.tree).toString('hex'),
    events: walk.eventCount,
    anchors: anchorCount,
    firstBad: firstOf(findings),
    warnings: walk.findings.warnings(),
    findings,
  };
}
