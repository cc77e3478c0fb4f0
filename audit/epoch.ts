import type { AuditDraft } from './draft.ts';
import {
  laneRangeText,
  laneText,
  parseLanePosition,
  parseLaneRange,
  type LaneKey,
  type LaneRange,
} from './place.ts';
import { parseStatement } from './seal.ts';
import type { AuditStorage } from './storage.ts';

/** The end of an old lane, as a later epoch states it. */
export type LaneEnd = LaneKey & { last: number };

/** What the first entries of an epoch say of the lanes before it. */
export interface EpochStart {
  closed: readonly LaneEnd[];
  missing: readonly LaneRange[];
}

/** Texts in one `audit.epoch-start` entry; twice 60 of at most 90 characters stay below 16 KiB. */
const TEXTS_PER_ENTRY_MAX = 60;

/**
 * The entries a node writes first in lane 0 of a new epoch: they close its older lanes by naming the last number and
 * the missing ones of each, so that nothing can be appended to them or cut from them later. Call it once the old
 * process is certainly gone. Cost: the entries not yet sealed.
 */
export async function epochStartDrafts(
  storage: AuditStorage,
  node: string,
  epoch: number,
): Promise<AuditDraft[]> {
  const seal = await storage.lastSeal();
  const statement = seal === undefined ? undefined : parseStatement(seal.statement);
  const sealed = new Map((statement?.lanes ?? []).map((lane) => [laneText(lane), lane.to]));
  const epochs = (await storage.listEpochs()).filter((row) => row.node === node && row.epoch < epoch);
  const oldest = oldestOpenEpoch(statement?.lanes ?? [], node);
  const closed: LaneEnd[] = [];
  const missing: LaneRange[] = [];
  for (const row of epochs.filter((one) => one.epoch >= oldest)) {
    for (let lane = 0; lane < row.laneCount; lane += 1) {
      const key: LaneKey = { node, epoch: row.epoch, lane };
      const sealedTo = sealed.get(laneText(key)) ?? 0;
      // A purged lane has no entry left; it ended where it is sealed.
      const last = Math.max(await storage.lastNumber(key), sealedTo);
      if (last === 0) continue;
      closed.push({ ...key, last });
      const gaps = await storage.listGaps(key, sealedTo);
      missing.push(...gaps.map(([from, to]) => ({ ...key, from, to })));
    }
  }
  missing.push(...(statement?.open ?? []).filter((range) => range.node === node));
  return writeDrafts(closed, missing);
}

function oldestOpenEpoch(lanes: readonly LaneKey[], node: string): number {
  const open = lanes.filter((lane) => lane.node === node).map((lane) => lane.epoch);
  return open.length === 0 ? 1 : Math.min(...open);
}

function writeDrafts(closed: readonly LaneEnd[], missing: readonly LaneRange[]): AuditDraft[] {
  const closedTexts = closed.map((lane) => `${laneText(lane)}/${lane.last}`);
  const missingTexts = missing.map(laneRangeText);
  const partCount = Math.max(
    1,
    Math.ceil(Math.max(closedTexts.length, missingTexts.length) / TEXTS_PER_ENTRY_MAX),
  );
  return Array.from({ length: partCount }, (_, part) => {
    const [from, to] = [part * TEXTS_PER_ENTRY_MAX, (part + 1) * TEXTS_PER_ENTRY_MAX];
    const details = {
      closed: closedTexts.slice(from, to),
      missing: missingTexts.slice(from, to),
      part,
      partCount,
    };
    return { action: 'audit.epoch-start', outcome: 'ok', details };
  });
}

/** Reads the details of an `audit.epoch-start` body; undefined when they are malformed. */
export function parseEpochStart(details: unknown): EpochStart | undefined {
  const { closed, missing } = (details ?? {}) as { closed?: unknown; missing?: unknown };
  if (!Array.isArray(closed) || !Array.isArray(missing)) return undefined;
  const ends = closed.map(parseLanePosition);
  const ranges = missing.map(parseLaneRange);
  if (ends.includes(undefined) || ranges.includes(undefined)) return undefined;
  return {
    closed: (ends as (LaneKey & { to: number })[]).map(({ to, ...key }) => ({ ...key, last: to })),
    missing: ranges as LaneRange[],
  };
}
