import {
  laneRangeText,
  laneText,
  parseStatement,
  type AuditStorage,
  type EventRow,
  type LaneRange,
  type ProofSource,
} from '../../../audit/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Metrics } from '../../platform/http/index.ts';
import {
  createLoop,
  createPace,
  type Lease,
  type Loop,
  type LoopLog,
  type Pace,
  type WithDb,
} from '../../platform/jobs/index.ts';
import { readEntryBody, wordsOf } from './entry-words.ts';
import { BLOCK_ENTRIES_MAX, packPlaces } from './postings.ts';
import type { AuditBlockRow } from './word-index.entity.ts';
import { rangesOf } from './word-places.ts';
import { findLastBlock, finishBlock, insertBlock, putWords } from './word-index.repo.ts';

/** Limits of the indexer; durations in milliseconds. */
export const WORD_INDEX_LIMITS = {
  /** A block that is not full is closed when its first seal is so old; until then its entries are not findable. */
  openMs: 15_000,
  /** How often a quiet trail is looked at. */
  lookMs: 5_000,
  /** Seals read at once. */
  sealsPerRead: 50,
} as const;

/** What the indexer needs. */
export interface WordIndexerDeps {
  trail: Pick<AuditStorage & ProofSource, 'readSeals' | 'readEvents'>;
  withDb: WithDb;
  clock: Clock;
  /** One process does it. */
  lease: Pick<Lease, 'hold'>;
  log: Omit<LoopLog, 'name'>;
  metrics?: Metrics;
  /** Instead of the one that leaves the time to conversations, for whoever waits for the index. */
  pace?: Pace;
}

/** The leaf the next block begins with: so many leaves of the seal are taken. */
interface Position {
  sealNo: number;
  taken: number;
}

interface Gathered {
  ranges: LaneRange[];
  count: number;
  end: Position;
  firstSealAt: Date | undefined;
}

/**
 * Makes sealed entries findable by their words, in the background and outside of every transaction that writes
 * entries: those pay nothing for it. Blocks follow the leaves of the tree, so what was indexed never moves.
 */
export class WordIndexer {
  readonly #deps: WordIndexerDeps;
  readonly #loop: Loop;
  readonly #pace: Pace;
  /** Behind seals without entries there is nothing to gather again. */
  #next: (Position & { blockNo: number }) | undefined;
  #lookedAtMs = 0;
  #indexed = 0;
  #isStopping = false;

  constructor(deps: WordIndexerDeps) {
    this.#deps = deps;
    this.#pace = deps.pace ?? createPace();
    this.#loop = createLoop(() => this.look(), { ...deps.log, name: 'audit words' });
    const help = 'Entries of the audit trail made findable by words since the start.';
    deps.metrics?.gauge('vaultdesk_audit_words_indexed_total', help, () => this.#indexed);
  }

  start(): void {
    this.#loop.start();
  }

  /** What is left is gone on with at the next start. */
  stop(): Promise<void> {
    this.#isStopping = true;
    return this.#loop.stop();
  }

  /** One look of the loop; does nothing while it is not time, or another process does it. */
  async look(): Promise<void> {
    const nowMs = this.#deps.clock.now().getTime();
    if (Math.abs(nowMs - this.#lookedAtMs) < WORD_INDEX_LIMITS.lookMs) return;
    this.#lookedAtMs = nowMs;
    if (await this.#deps.lease.hold()) await this.catchUp();
    else this.#next = undefined;
  }

  /** Indexes everything that may be; gives the number of entries. */
  async catchUp(): Promise<number> {
    let count = 0;
    for (;;) {
      const startedMs = performance.now();
      const done = await this.#indexBlock();
      if (done === 0) return count;
      count += done;
      this.#indexed += done;
      const tookMs = performance.now() - startedMs;
      if (done === BLOCK_ENTRIES_MAX) await this.#pace.rest(tookMs, () => this.#isStopping);
      if (this.#isStopping || !(await this.#deps.lease.hold())) return count;
    }
  }

  async #indexBlock(): Promise<number> {
    this.#next ??= await this.#findNext();
    const { blockNo } = this.#next;
    const gathered = await this.#gather(this.#next);
    if (gathered.count === 0) {
      this.#next = { ...gathered.end, blockNo };
      return 0;
    }
    const ageMs = this.#deps.clock.now().getTime() - (gathered.firstSealAt?.getTime() ?? 0);
    if (gathered.count < BLOCK_ENTRIES_MAX && ageMs < WORD_INDEX_LIMITS.openMs) return 0;
    const rows = await this.#readAll(gathered.ranges);
    await this.#deps.withDb((db) => insertBlock(db, blockOf(blockNo, gathered, rows)));
    await this.#write(blockNo, rows);
    this.#next = { ...gathered.end, blockNo: blockNo + 1 };
    return gathered.count;
  }

  /** Where to go on; a block that a killed process left is finished first, with the entries it was begun with. */
  async #findNext(): Promise<Position & { blockNo: number }> {
    const last = await this.#deps.withDb(findLastBlock);
    if (last === undefined) return { sealNo: 1, taken: 0, blockNo: 1 };
    if (!last.isDone) await this.#write(last.blockNo, await this.#readAll(rangesOf(last)));
    return { sealNo: last.endSealNo, taken: last.endTaken, blockNo: last.blockNo + 1 };
  }

  async #gather(from: Position): Promise<Gathered> {
    const { trail, log } = this.#deps;
    const gathered: Gathered = { ranges: [], count: 0, end: { ...from }, firstSealAt: undefined };
    for (;;) {
      const seals = await trail.readSeals(gathered.end.sealNo - 1, WORD_INDEX_LIMITS.sealsPerRead);
      for (const seal of seals) {
        const ranges = parseStatement(seal.statement)?.ranges;
        // Verification tells what is wrong with it; the seals behind it are to be found all the same.
        if (ranges === undefined) log.warn('audit words: a seal is unreadable', { seal: seal.no });
        takeSeal(gathered, seal.no, ranges ?? []);
        if (gathered.count > 0) gathered.firstSealAt ??= seal.at;
        if (gathered.count === BLOCK_ENTRIES_MAX) return gathered;
      }
      if (seals.length < WORD_INDEX_LIMITS.sealsPerRead) return gathered;
    }
  }

  /** The entries of ranges in their order; `undefined` stands for one that is gone. */
  async #readAll(ranges: readonly LaneRange[]): Promise<(EventRow | undefined)[]> {
    const byLane = new Map<string, LaneRange>();
    for (const range of ranges) {
      const known = byLane.get(laneText(range));
      const from = Math.min(range.from, known?.from ?? range.from);
      byLane.set(laneText(range), { ...range, from, to: Math.max(range.to, known?.to ?? range.to) });
    }
    const rows = new Map<string, EventRow>();
    for (const [lane, { from, to, ...key }] of byLane) {
      for (let after = from - 1; after < to;) {
        const page = await this.#deps.trail.readEvents(key, after, Math.min(to - after, BLOCK_ENTRIES_MAX));
        for (const row of page) rows.set(`${lane}/${row.n}`, row);
        const last = page.at(-1);
        if (last === undefined || last.n > to) break;
        after = last.n;
      }
    }
    return ranges.flatMap((range) => {
      const lane = laneText(range);
      return Array.from({ length: range.to - range.from + 1 }, (_, i) =>
        rows.get(`${lane}/${range.from + i}`),
      );
    });
  }

  async #write(blockNo: number, rows: readonly (EventRow | undefined)[]): Promise<void> {
    const places = new Map<string, number[]>();
    rows.forEach((row, place) => {
      if (row === undefined) return;
      for (const word of wordsOf(row, readEntryBody(row.body))) {
        const list = places.get(word);
        if (list === undefined) places.set(word, [place]);
        else list.push(place);
      }
    });
    const words = [...places].map(([word, list]) => ({ word, places: packPlaces(list) }));
    // One statement each: what a kill leaves half is finished by whoever comes next.
    await this.#deps.withDb((db) => putWords(db, blockNo, words));
    await this.#deps.withDb((db) => finishBlock(db, blockNo));
  }
}

/** Takes what fits of a seal; moves the end behind what was taken. */
function takeSeal(gathered: Gathered, sealNo: number, ranges: readonly LaneRange[]): void {
  let skip = sealNo === gathered.end.sealNo ? gathered.end.taken : 0;
  let taken = 0;
  for (const range of ranges) {
    const length = range.to - range.from + 1;
    const skipped = Math.min(skip, length);
    const used = Math.min(length - skipped, BLOCK_ENTRIES_MAX - gathered.count);
    skip -= skipped;
    taken += skipped + used;
    if (used > 0) {
      const from = range.from + skipped;
      gathered.ranges.push({ ...range, from, to: from + used - 1 });
      gathered.count += used;
    }
    if (skipped + used < length) {
      gathered.end = { sealNo, taken };
      return;
    }
  }
  gathered.end = { sealNo: sealNo + 1, taken: 0 };
}

function blockOf(
  blockNo: number,
  { ranges, count, end, firstSealAt }: Gathered,
  rows: readonly (EventRow | undefined)[],
): AuditBlockRow {
  const times = rows.flatMap((row) => (row === undefined ? [] : [row.at.getTime()]));
  // All of them may be purged already.
  if (times.length === 0) times.push(firstSealAt?.getTime() ?? 0);
  return {
    blockNo,
    entryCount: count,
    laneRanges: ranges.map(laneRangeText),
    firstAt: new Date(Math.min(...times)),
    lastAt: new Date(Math.max(...times)),
    ...{ endSealNo: end.sealNo, endTaken: end.taken, isDone: false },
  };
}
