import { parseAdoption } from '../adopted-fork.ts';
import type { SequencedEntry } from '../lane.ts';
import { parseAdoptedLanes } from '../overrun.ts';
import { laneText, type LaneKey } from '../place.ts';
import type { NumberRange } from '../ranges.ts';
import type { ProofSource } from '../proof.ts';
import type { AuditStorage, EpochRow, EventRow, LaneExtent, PurgeMark, SealRow } from '../storage.ts';

/** A trail in memory: obeys the same contract suite as the databases, and lets tests tamper with its rows. */
export interface MemoryStore extends AuditStorage, ProofSource {
  readonly events: EventRow[];
  readonly seals: SealRow[];
  readonly epochs: EpochRow[];
  /** Set by tests that purge. */
  purge: PurgeMark | undefined;
  insertEpoch(row: EpochRow): Promise<void>;
  insertEvents(entries: readonly SequencedEntry[]): Promise<void>;
}

/** Makes a row of an entry, as the database keeps it. */
export function rowOf(entry: SequencedEntry): EventRow {
  const { node, epoch, lane, n, id, at, body, leaf, columns } = entry;
  return { node, epoch, lane, n, id, at, body, leaf, ...columns };
}

/** Makes an empty trail. */
export function createMemoryStore(): MemoryStore {
  const events: EventRow[] = [];
  const seals: SealRow[] = [];
  const epochs: EpochRow[] = [];
  const inLane = (lane: LaneKey) =>
    events.filter((row) => laneText(row) === laneText(lane)).sort((a, b) => a.n - b.n);
  const after = (lane: LaneKey, afterN: number, limit: number) =>
    inLane(lane)
      .filter((row) => row.n > afterN)
      .slice(0, limit);
  const store: MemoryStore = {
    events,
    seals,
    epochs,
    purge: undefined,
    lastPurge: async () => store.purge,
    listAdoptions: async () =>
      events
        .filter(({ action }) => action === 'audit.adopt')
        .map(({ body }) => parseAdoption((JSON.parse(body) as { details: unknown }).details))
        .filter((fork) => fork !== undefined)
        .reverse(),
    listAdoptedLanes: async () =>
      events
        .filter(({ action }) => action === 'audit.adopt')
        .flatMap(({ body }) => parseAdoptedLanes((JSON.parse(body) as { details: unknown }).details)),
    insertEpoch: async (row) => void epochs.push(row),
    insertEvents: async (entries) => void events.push(...entries.map(rowOf)),
    listEpochs: async () => [...epochs],
    readLeaves: async (lane, afterN, limit) =>
      after(lane, afterN, limit).map(({ n, leaf, action }) => ({ n, leaf, action })),
    readBody: async (lane, n) => inLane(lane).find((row) => row.n === n)?.body,
    lastNumber: async (lane) => inLane(lane).at(-1)?.n ?? 0,
    listGaps: async (lane, afterN) =>
      gapsOf(
        inLane(lane).map((row) => row.n),
        afterN,
      ),
    lastSeal: async () => [...seals].sort((a, b) => a.no - b.no).at(-1),
    readSeals: async (afterNo, limit) =>
      seals
        .filter((seal) => seal.no > afterNo)
        .sort((a, b) => a.no - b.no)
        .slice(0, limit),
    async insertSeal(seal) {
      if (seals.some(({ no }) => no === seal.no)) return false;
      seals.push(seal);
      return true;
    },
    findEvent: async (id) => events.find((row) => row.id === id),
    firstSealSince: async (at) => seals.filter((seal) => seal.at >= at).sort((a, b) => a.no - b.no)[0]?.no,
    readEvents: async (lane, afterN, limit) => after(lane, afterN, limit),
    async listLanes() {
      const lanes = new Map<string, LaneExtent>();
      for (const { node, epoch, lane, n } of events) {
        const key = { node, epoch, lane };
        const extent = lanes.get(laneText(key)) ?? { ...key, last: 0, count: 0 };
        lanes.set(laneText(key), { ...extent, last: Math.max(extent.last, n), count: extent.count + 1 });
      }
      return [...lanes.values()];
    },
  };
  return store;
}

function gapsOf(numbers: readonly number[], afterN: number): NumberRange[] {
  const gaps: NumberRange[] = [];
  let next = afterN + 1;
  for (const n of numbers.filter((one) => one > afterN)) {
    if (n > next) gaps.push([next, n - 1]);
    next = n + 1;
  }
  return gaps;
}
