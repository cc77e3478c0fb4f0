import type { LaneRange } from '../../../audit/index.ts';
import type { TimeZone } from '../../kernel/index.ts';
import type { AuditTallyActorRow, AuditTallyRow } from './tally.entity.ts';

/** What is counted of an entry. */
export interface CountedEntry {
  at: Date;
  actorType: string;
  actorId: string;
  action: string;
  class: string;
  outcome: string;
}

const HOUR_MS = 3_600_000;
/** Offsets of zones are multiples of it, so a day never begins within one. */
const QUARTER_MS = 15 * 60_000;

/** Adds entries up by hour, day, act, outcome, and account. */
export class TallySums {
  readonly #zone: TimeZone;
  readonly #acts = new Map<string, AuditTallyRow>();
  readonly #actors = new Map<string, AuditTallyActorRow>();
  readonly #dayStarts = new Map<number, Date>();

  constructor(zone: TimeZone) {
    this.#zone = zone;
  }

  add(entry: CountedEntry): void {
    const { at, action, outcome, class: entryClass, actorType } = entry;
    const hour = new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
    const day = this.#dayOf(at);
    for (const [grain, startAt] of [['hour', hour] as const, ['day', day] as const]) {
      const key = `${grain} ${startAt.getTime()} ${action} ${outcome}`;
      const sum = this.#acts.get(key);
      if (sum !== undefined) sum.entryCount += 1;
      else this.#acts.set(key, { grain, startAt, action, outcome, class: entryClass, entryCount: 1 });
    }
    const actorId = actorType === 'requester' ? 'requester' : entry.actorId;
    const key = `${day.getTime()} ${actorType} ${actorId} ${entryClass} ${outcome}`;
    const sum = this.#actors.get(key);
    if (sum !== undefined) sum.entryCount += 1;
    else
      this.#actors.set(key, { startAt: day, actorType, actorId, class: entryClass, outcome, entryCount: 1 });
  }

  get acts(): AuditTallyRow[] {
    return [...this.#acts.values()];
  }

  get actors(): AuditTallyActorRow[] {
    return [...this.#actors.values()];
  }

  #dayOf(at: Date): Date {
    const quarter = Math.floor(at.getTime() / QUARTER_MS);
    const known = this.#dayStarts.get(quarter);
    if (known !== undefined) return known;
    const start = dayStart(this.#zone, at);
    this.#dayStarts.set(quarter, start);
    return start;
  }
}

/** The beginning of the day that the wall shows at an instant. */
export function dayStart(zone: TimeZone, at: Date): Date {
  const { year, month, day } = zone.wallAt(at.getTime());
  return new Date(zone.instantOf({ year, month, day, hour: 0, minute: 0 }));
}

/** Ranges of one lane that follow each other, joined; what lies between others is not counted. */
export function joinRanges(ranges: readonly LaneRange[]): LaneRange[] {
  const joined = new Map<string, LaneRange[]>();
  for (const range of ranges) {
    const lane = `${range.node}/${range.epoch}/${range.lane}`;
    const known = joined.get(lane) ?? [];
    const last = known.at(-1);
    if (last !== undefined && last.to === range.from - 1) last.to = range.to;
    else known.push({ ...range });
    joined.set(lane, known);
  }
  return [...joined.values()].flat();
}
