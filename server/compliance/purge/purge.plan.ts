import {
  createDatabaseReader,
  parseStatement,
  type SealRow,
  type VerifySource,
} from '../../../audit/index.ts';
import { PURGE_RULES, sealedBefore, stayOf, type PurgeTerms } from './purge.rules.ts';

/** Whole seals that may go, and what ended the range. */
export interface PurgePlan {
  fromSeal: number;
  fromSize: number;
  /** The last seal whose entries go; it stays itself, as the start of what is left. */
  to: SealRow;
  /** Every entry that goes is of an earlier instant. */
  untilAt: Date;
  stop: PurgeStop;
}

/** What keeps the next seal. */
export type PurgeStop = { by: 'period' } | { by: 'hold'; id: string } | { by: 'limit' };

/**
 * Looks from the beginning of the trail for the longest range of whole seals in which every entry may go. Undefined
 * when the first one has an entry that stays. Cost: each entry of the range is read once.
 */
export async function planPurge(
  source: VerifySource,
  terms: PurgeTerms,
): Promise<PurgePlan | { stop: PurgeStop }> {
  const reader = createDatabaseReader(source);
  const afterNo = (await source.lastPurge())?.toSeal ?? 0;
  const limit = sealedBefore(terms);
  let plan: Omit<PurgePlan, 'stop'> | undefined;
  let stop: PurgeStop = { by: 'period' };
  for await (const { row: seal } of reader.seals(afterNo)) {
    if (seal === undefined || seal.at >= limit) break;
    const look = await lookAt(reader, seal, terms);
    if ('by' in look) {
      stop = look;
      break;
    }
    const fromSize = plan?.fromSize ?? seal.prevSize;
    if (plan !== undefined && seal.size - fromSize > PURGE_RULES.entriesMax) {
      stop = { by: 'limit' };
      break;
    }
    const untilAt = new Date(Math.max(plan?.untilAt.getTime() ?? 0, look.lastMs + 1));
    plan = { fromSeal: plan?.fromSeal ?? seal.no, fromSize, to: seal, untilAt };
  }
  return plan === undefined ? { stop } : { ...plan, stop };
}

/** What keeps an entry of a seal, or the latest instant of its entries. */
async function lookAt(
  reader: ReturnType<typeof createDatabaseReader>,
  seal: SealRow,
  terms: PurgeTerms,
): Promise<PurgeStop | { lastMs: number }> {
  let lastMs = 0;
  for (const range of parseStatement(seal.statement)?.ranges ?? []) {
    for await (const items of reader.items(range)) {
      for (const { row } of items) {
        if (row === undefined) continue;
        const stay = stayOf(row, terms);
        if (stay !== undefined) return stay;
        lastMs = Math.max(lastMs, row.at.getTime());
      }
    }
  }
  return { lastMs };
}
