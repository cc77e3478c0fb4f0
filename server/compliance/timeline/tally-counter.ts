import { parseStatement, type AuditStorage, type LaneRange, type SealRow } from '../../../audit/index.ts';
import type { Clock, TimeZone } from '../../kernel/index.ts';
import {
  createLoop,
  createPace,
  type Lease,
  type Loop,
  type LoopLog,
  type Pace,
  type WithDb,
} from '../../platform/jobs/index.ts';
import { listPurges } from '../purge/purge.repo.ts';
import { addTallies, listEntries, oldestDay, readPlace, removeTallies } from './tally.repo.ts';
import { joinRanges, TallySums } from './tally.rules.ts';

/** Limits of counting; durations in milliseconds. */
export const TALLY_LIMITS = {
  /** How often the trail is looked at. */
  lookMs: 5_000,
  sealsPerRead: 50,
  /** A turn ends with the seal that reaches this many entries. */
  entriesPerTurn: 5_000,
  entriesPerRead: 5_000,
  /** A whole day is behind a purge when it began this long before its end, whatever the zone does to its clocks. */
  dayMsMax: 26 * 3_600_000,
  /** Days that are forgotten in one turn. */
  daysPerTurn: 10,
} as const;

const DAY_MS = 86_400_000;

/** What the counter needs. */
export interface TallyCounterDeps {
  trail: Pick<AuditStorage, 'readSeals'>;
  withDb: WithDb;
  /** All rows of the work, or none. */
  inTransaction: WithDb;
  clock: Clock;
  zone: TimeZone;
  /** One process does it. */
  lease: Pick<Lease, 'hold'>;
  log: Omit<LoopLog, 'name'>;
  pace?: Pace;
}

/**
 * Counts sealed entries for the charts, each exactly once: sums and the number of the last seal are written together.
 * It runs behind the trail, so that those who write entries pay nothing for it.
 */
export class TallyCounter {
  readonly #deps: TallyCounterDeps;
  readonly #loop: Loop;
  readonly #pace: Pace;
  #lookedAtMs = 0;

  constructor(deps: TallyCounterDeps) {
    this.#deps = deps;
    this.#pace = deps.pace ?? createPace();
    this.#loop = createLoop(() => this.look(), { ...deps.log, name: 'audit tally' });
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** One look of the loop; does nothing while it is not time, or another process does it. */
  async look(): Promise<void> {
    const nowMs = this.#deps.clock.now().getTime();
    if (Math.abs(nowMs - this.#lookedAtMs) < TALLY_LIMITS.lookMs) return;
    this.#lookedAtMs = nowMs;
    if (await this.#deps.lease.hold()) await this.catchUp();
  }

  /** Counts everything that is sealed, and forgets what was purged; gives the number of entries counted. */
  async catchUp(): Promise<number> {
    let total = 0;
    for (;;) {
      const startedMs = performance.now();
      const counted = await this.#turn();
      if (counted === undefined) break;
      total += counted;
      if (counted >= TALLY_LIMITS.entriesPerTurn) await this.#pace.rest(performance.now() - startedMs);
      if (!(await this.#deps.lease.hold())) return total;
    }
    await this.#forget();
    return total;
  }

  /** Counts the next seals; undefined when there are none. */
  async #turn(): Promise<number | undefined> {
    const { trail, withDb, inTransaction, zone } = this.#deps;
    const { sealNo } = await withDb(readPlace);
    const seals = takeSeals(await trail.readSeals(sealNo, TALLY_LIMITS.sealsPerRead));
    const last = seals.at(-1);
    if (last === undefined) return undefined;
    const sums = new TallySums(zone);
    const ranges = joinRanges(seals.flatMap((seal) => this.#rangesOf(seal)));
    let count = 0;
    for (const range of ranges) count += await this.#countRange(range, sums);
    const place = { from: sealNo, to: last.no, countedTo: last.at };
    await inTransaction((db) => addTallies(db, { acts: sums.acts, actors: sums.actors }, place));
    return count;
  }

  #rangesOf(seal: SealRow): readonly LaneRange[] {
    const ranges = parseStatement(seal.statement)?.ranges;
    // Verification tells what is wrong with it.
    if (ranges === undefined) this.#deps.log.warn('audit tally: a seal is unreadable', { seal: seal.no });
    return ranges ?? [];
  }

  async #countRange({ from, to, ...lane }: LaneRange, sums: TallySums): Promise<number> {
    const limit = TALLY_LIMITS.entriesPerRead;
    let count = 0;
    for (let afterN = from - 1; afterN < to;) {
      const page = await this.#deps.withDb((db) => listEntries(db, lane, { afterN, toN: to, limit }));
      for (const entry of page) sums.add(entry);
      count += page.length;
      if (page.length < limit) break;
      afterN = page.at(-1)?.n ?? to;
    }
    return count;
  }

  /** What was purged is no longer to be counted; the day in which the purge ends stays as it was. */
  async #forget(): Promise<void> {
    const { withDb, inTransaction } = this.#deps;
    const [purge] = await withDb((db) => listPurges(db, undefined, 1));
    if (purge === undefined) return;
    const endMs = purge.untilAt.getTime() - TALLY_LIMITS.dayMsMax;
    for (;;) {
      const oldest = await withDb(oldestDay);
      if (oldest === undefined || oldest.getTime() >= endMs) return;
      const before = new Date(Math.min(endMs, oldest.getTime() + TALLY_LIMITS.daysPerTurn * DAY_MS));
      await inTransaction((db) => removeTallies(db, before));
    }
  }
}

function takeSeals(seals: readonly SealRow[]): SealRow[] {
  const first = seals[0]?.prevSize ?? 0;
  const end = seals.findIndex(({ size }) => size - first >= TALLY_LIMITS.entriesPerTurn);
  return end < 0 ? [...seals] : seals.slice(0, end + 1);
}
