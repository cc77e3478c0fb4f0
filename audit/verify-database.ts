import { laneText, type LaneRange } from './place.ts';
import type { TrailKeys } from './keys.ts';
import { findPurged, isPurgedLane } from './verify-purged.ts';
import type { EventRow, LaneExtent, VerifySource } from './storage.ts';
import { parseStart, writeStart, type TrailStart } from './trail-start.ts';
import { hasSameColumns, parseEvent } from './verify-event.ts';
import { hashTextOf, leafHash } from './hash.ts';
import type { LaneState } from './verify-lanes.ts';
import {
  verifyTrail,
  type FinishContext,
  type LedgerItem,
  type LedgerReader,
  type VerifyInput,
} from './verify.ts';
import type { VerifyResult } from './verify-result.ts';
import type { SealCursor } from './verify-seal.ts';

const SEALS_PER_PAGE = 500;
const EVENTS_PER_PAGE = 1_000;
/** A seal is made each quarter second and waits five for holes: an older entry it does not hold was put in later. */
const UNSEALED_AGE_MS_MAX = 60_000;

/** A trail that is purged while it is verified is verified again from where it then begins, so many times at most. */
const TRIES_MAX = 3;

/** Verifies the trail of a database. `inputOf` gives keys and anchors anew for each try. */
export async function verifyDatabaseTrail(
  source: VerifySource,
  inputOf: () => VerifyInput,
): Promise<VerifyResult> {
  for (let tries = 1; ; tries += 1) {
    const before = await source.lastPurge();
    const result = await verifyTrail(createDatabaseReader(source), inputOf());
    const isPurgedMeanwhile = before?.toSeal !== (await source.lastPurge())?.toSeal;
    if (result.status !== 'tampered' || !isPurgedMeanwhile || tries === TRIES_MAX) return result;
  }
}

/** The page a lane is read from, and the first row not yet asked for. */
interface LanePage {
  rows: EventRow[];
  at: number;
}

/** Reads a trail from a database, page by page. */
export function createDatabaseReader(source: VerifySource): LedgerReader {
  const pages = new Map<string, LanePage>();

  /** Rows of a lane from `from` on, at least one when there is any; seals ask for them in order. */
  async function rowsFrom(range: LaneRange, from: number): Promise<EventRow[]> {
    const text = laneText(range);
    const page = pages.get(text) ?? { rows: [], at: 0 };
    const isBehind = from < (page.rows[page.at]?.n ?? from);
    if (!isBehind) {
      while (page.at < page.rows.length && page.rows[page.at]!.n < from) page.at += 1;
      if (page.at < page.rows.length) return page.rows.slice(page.at, page.at + range.to - from + 1);
      const rows = await source.readEvents(range, from - 1, EVENTS_PER_PAGE);
      pages.set(text, { rows, at: 0 });
      return rows;
    }
    // A late filling lies back; it must not push out the page the lane is read from.
    return source.readEvents(range, from - 1, Math.min(range.to - from + 1, EVENTS_PER_PAGE));
  }

  return {
    start: (keys) => startOfPurged(source, keys),
    async *seals(afterNo) {
      for (let no = afterNo; ;) {
        const seals = await source.readSeals(no, SEALS_PER_PAGE);
        for (const row of seals) yield { statement: row.statement, checkpoint: row.checkpoint, row };
        const last = seals.at(-1);
        if (last === undefined) return;
        no = last.no;
      }
    },
    async *items(range) {
      for (let from = range.from; from <= range.to;) {
        const rows = (await rowsFrom(range, from)).filter((row) => row.n <= range.to);
        const last = rows.at(-1);
        if (last === undefined) return;
        yield rows.map(itemOf);
        from = last.n + 1;
      }
    },
    async finish(context) {
      pages.clear();
      let eventCount = 0;
      const { start } = context;
      for (const extent of await source.listLanes()) {
        if (start !== undefined && isPurgedLane(extent, start, context.lanes)) continue;
        eventCount += await finishLane(source, extent, context);
      }
      if (start !== undefined) await findPurged(source, start, context);
      return eventCount;
    },
    close: async () => pages.clear(),
  };
}

/** A purged trail is taken up behind the seal that the purge left; everything of that seal has to fit. */
async function startOfPurged(
  source: VerifySource,
  keys: TrailKeys,
): Promise<TrailStart | 'broken' | undefined> {
  const purge = await source.lastPurge();
  if (purge === undefined) return undefined;
  const [seal] = await source.readSeals(purge.toSeal - 1, 1);
  const start = seal?.no === purge.toSeal ? parseStart(writeStart(seal), keys) : undefined;
  return start === undefined ? 'broken' : { ...start, isPurged: true };
}

function itemOf(row: EventRow): LedgerItem {
  return { n: row.n, body: row.body, leaf: hashTextOf(row.leaf), row };
}

/** Checks the entries beyond the last seal, and rows that stand in numbers passed over. */
async function finishLane(source: VerifySource, extent: LaneExtent, context: FinishContext): Promise<number> {
  const lane = context.lanes.get(extent);
  const sealedCount = lane.count;
  let unsealedCount = 0;
  let countedCount = 0;
  for (let n = lane.to; ;) {
    const rows = await source.readEvents(extent, n, EVENTS_PER_PAGE);
    for (const row of rows) {
      checkUnsealed(row, lane, context);
      if (row.n <= extent.last) countedCount += 1;
    }
    unsealedCount += rows.length;
    const last = rows.at(-1);
    if (last === undefined || context.findings.isFull()) break;
    n = last.n;
  }
  if (unsealedCount > 0)
    context.findings.warn('entries not sealed yet', `${laneText(extent)}: ${unsealedCount}`);
  if (extent.count > sealedCount + countedCount) await findExtra(source, lane, context);
  return unsealedCount;
}

function checkUnsealed(row: EventRow, lane: LaneState, { lanes, findings, lastSeal }: FinishContext): void {
  const index = lastSeal.size;
  const event = parseEvent(row.body);
  if (typeof event === 'string') return findings.add(event, index, row.id);
  const isPlace =
    event.n === row.n && event.lane === row.lane && event.epoch === row.epoch && event.node === row.node;
  if (!isPlace) return findings.add('place', index, row.id);
  if (!row.leaf.equals(leafHash(row.body))) findings.add('leaf', index, row.id);
  if (!hasSameColumns(row, event)) findings.add('column', index, row.id);
  if (isOld(row, lastSeal)) findings.add('extra', index, row.id);
  const isHole = row.n > lane.to + 1;
  lanes.advance(lane, row.n, index);
  // An entry may still be on its way; the sealer will wait for it, and name it if it does not come.
  if (isHole) lane.unnamed.pop();
  lanes.follow(lane, event, { index, leaf: hashTextOf(row.leaf) });
}

function isOld(row: EventRow, lastSeal: SealCursor): boolean {
  return row.at.getTime() < lastSeal.atMs - UNSEALED_AGE_MS_MAX;
}

async function findExtra(source: VerifySource, lane: LaneState, context: FinishContext): Promise<void> {
  const { findings, lastSeal } = context;
  for (const [from, to] of lane.holes) {
    for (const row of await source.readEvents(lane.key, from - 1, Math.min(to - from + 1, EVENTS_PER_PAGE))) {
      if (row.n <= to && isOld(row, lastSeal)) findings.add('extra', lastSeal.size, row.id);
    }
  }
}
