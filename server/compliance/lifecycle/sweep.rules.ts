import type { RecordClass, RecordSubject, Thresholds } from '../../kernel/index.ts';
import { isCovered, type HeldSubject, type Hold } from './hold.rules.ts';

/** Why a record stays: it is not over, a hold covers it, or a record of another class keeps it. */
export type Verdict =
  | { goes: true }
  | { goes: false; by: 'period' }
  | { goes: false; by: 'hold'; holdIds: string[] }
  | { goes: false; by: 'class'; recordClass: RecordClass; holdIds: string[] };

/** A record with those that keep it alive; they may be kept themselves. */
export interface Candidate {
  subject: HeldSubject;
  keepers: readonly Candidate[];
}

/** What is decided by. */
export interface Terms {
  thresholds: Thresholds;
  holds: readonly Hold[];
}

/** In this order classes are swept: what keeps others goes before what it keeps. */
export const CLASS_ORDER: readonly RecordClass[] = [
  'export',
  'ticket',
  'complaint',
  'chat',
  'recording',
  'qa',
  'file',
  'profile',
];

/**
 * Decides about one record. It goes when its own period is over, no hold covers it, and each record that keeps it
 * could go as well.
 */
export function judge({ subject, keepers }: Candidate, terms: Terms): Verdict {
  if (!isOver(subject, terms.thresholds)) return { goes: false, by: 'period' };
  const holdIds = terms.holds.filter((hold) => isCovered(hold, subject)).map(({ id }) => id);
  if (holdIds.length > 0) return { goes: false, by: 'hold', holdIds };
  for (const keeper of keepers) {
    const verdict = judge(keeper, terms);
    if (verdict.goes) continue;
    const held = verdict.by === 'period' ? [] : verdict.holdIds;
    return { goes: false, by: 'class', recordClass: keeper.subject.recordClass, holdIds: held };
  }
  return { goes: true };
}

/** Whether the period of a record is over. */
export function isOver({ recordClass, endedAt }: RecordSubject, thresholds: Thresholds): boolean {
  return endedAt !== null && endedAt < thresholds[recordClass];
}
