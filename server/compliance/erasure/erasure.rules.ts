import type { RecordClass } from '../../kernel/index.ts';

/** What was done to whose data; numbers and ids only. */
export interface ErasureReport {
  [key: string]: number | { [table: string]: number } | string[];
  /** Data keys whose wrapped copies were overwritten. */
  keys: number;
  /** Rows changed or removed, by table. */
  rows: { [table: string]: number };
  /** Processes that acknowledged, as `node at`. */
  acknowledged: string[];
}

/** Why a person cannot be erased now. */
export type ErasureCover =
  | { kind: 'hold'; holdId: string; placedAt: string }
  | { kind: 'period'; recordClass: RecordClass; count: number; until: string | null }
  | { kind: 'archive'; count: number }
  | { kind: 'too-many' };

/** How long after the order a certificate may be made: no process keeps a key longer in its memory than this. */
export const ERASURE_SETTLE_MS = 65_000;
/** Erasures on one page. */
export const ERASURES_PAGE = 50;
