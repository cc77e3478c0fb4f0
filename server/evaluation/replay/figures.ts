import type { Outcome, Played } from './customer.ts';

/** Latencies of a run in milliseconds, by nearest rank. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** What a run came to. */
export interface ReplayFigures {
  questions: number;
  outcomes: Record<Outcome, number>;
  /** Codes of what was refused or lost. */
  codes: Record<string, number>;
  ackMs: Percentiles | null;
  replyMs: Percentiles | null;
  seconds: number;
  sessions: number;
}

/** Percentiles by nearest rank; null for none. */
export function computePercentiles(values: number[]): Percentiles | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (percent: number) => {
    const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
    return Math.round(sorted[rank - 1]! * 10) / 10;
  };
  return { p50: at(50), p95: at(95), p99: at(99) };
}

/** Adds up what was played. */
export function computeFigures(played: Played[], run: { seconds: number; sessions: number }): ReplayFigures {
  const outcomes: Record<Outcome, number> = {
    answered: 0,
    clarified: 0,
    'handed-off': 0,
    unanswered: 0,
    refused: 0,
    lost: 0,
  };
  const codes: Record<string, number> = {};
  for (const { outcome, code } of played) {
    outcomes[outcome] += 1;
    if (code !== undefined) codes[code] = (codes[code] ?? 0) + 1;
  }
  return {
    questions: played.length,
    outcomes,
    codes,
    ackMs: computePercentiles(played.flatMap(({ ackMs }) => ackMs ?? [])),
    replyMs: computePercentiles(played.flatMap(({ replyMs }) => replyMs ?? [])),
    ...run,
  };
}
