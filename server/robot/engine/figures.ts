import { createPrng } from './prng.ts';
import type { Understanding } from './types.ts';

/** A question with the article that answers it; `expected` null is a question nobody wrote an article for. */
export interface JudgedReading {
  expected: string | null;
  /** Kind of a question from outside, for figures of its own; "outside" when nothing is said. */
  kind: string;
  outcome: Understanding['outcome'];
  confidence: number;
  /** Ids of the candidates, best first. */
  candidates: string[];
}

/** A share with its 95 % bootstrap interval; all 0 to 1. */
export interface Share {
  value: number;
  low: number;
  high: number;
}

/** One point of a curve against the share of in-scope questions answered. */
export interface CoveragePoint {
  coverage: number;
  /** Share of right ones among the answered. */
  right: number;
  /** Share of questions from outside that would be answered, by kind. */
  falseAnswers: Record<string, number>;
}

/** One bin of ten of the confidence. */
export interface ConfidenceBin {
  count: number;
  confidence: number;
  right: number;
}

/** What the engine decided by itself; shares of the in-scope questions, 0 to 1. */
export interface OwnDecisions {
  answeredRight: number;
  answeredWrong: number;
  /** Asked back with the right article among the three offered. */
  clarifiedRight: number;
  clarifiedWrong: number;
  handedOver: number;
}

/** All figures of one run. */
export interface Figures {
  inScope: number;
  outside: Record<string, number>;
  first: Share;
  firstThree: Share;
  curve: CoveragePoint[];
  decisions: OwnDecisions;
  /** Share of questions from outside that were answered at the engine's own threshold, by kind. */
  outsideAnswered: Record<string, number>;
  bins: ConfidenceBin[];
  calibrationError: number;
}

const RESAMPLES = 500;
const SEED = 12_345;
const BINS = 10;
const OFFERED = 3;
const CURVE_STEPS = 50;

const mean = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean of zeros and ones with its 95 % bootstrap interval: 500 resamples, fixed seed. */
export function computeShare(hits: readonly number[]): Share {
  const random = createPrng(SEED);
  const means = Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < hits.length; i++) sum += hits[Math.floor(random() * hits.length)]!;
    return hits.length === 0 ? 0 : sum / hits.length;
  }).sort((a, b) => a - b);
  const at = (share: number) => means[Math.floor(RESAMPLES * share)]!;
  return { value: mean(hits), low: at(0.025), high: at(0.975) };
}

const isRight = (row: JudgedReading) => row.candidates[0] === row.expected;
const isOffered = (row: JudgedReading) =>
  row.expected !== null && row.candidates.slice(0, OFFERED).includes(row.expected);

function computeCurve(inScope: JudgedReading[], outside: Map<string, JudgedReading[]>): CoveragePoint[] {
  const ranked = [...inScope].sort((a, b) => b.confidence - a.confidence);
  if (ranked.length === 0) return [];
  return Array.from({ length: CURVE_STEPS }, (_, step) => {
    const coverage = (step + 1) / CURVE_STEPS;
    const answered = ranked.slice(0, Math.max(1, Math.round(ranked.length * coverage)));
    const threshold = answered[answered.length - 1]!.confidence;
    const falseAnswers = Object.fromEntries(
      [...outside].map(([kind, rows]) => [
        kind,
        mean(rows.map(({ confidence }) => Number(confidence >= threshold))),
      ]),
    );
    return { coverage, right: mean(answered.map((row) => Number(isRight(row)))), falseAnswers };
  });
}

function computeBins(rows: JudgedReading[]): ConfidenceBin[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const inside = rows.filter(({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)) === bin);
    return {
      count: inside.length,
      confidence: mean(inside.map(({ confidence }) => confidence)),
      right: mean(inside.map((row) => Number(isRight(row)))),
    };
  });
}

function computeDecisions(inScope: JudgedReading[]): OwnDecisions {
  const share = (is: (row: JudgedReading) => boolean) => mean(inScope.map((row) => Number(is(row))));
  return {
    answeredRight: share((row) => row.outcome === 'answer' && isRight(row)),
    answeredWrong: share((row) => row.outcome === 'answer' && !isRight(row)),
    clarifiedRight: share((row) => row.outcome === 'clarify' && isOffered(row)),
    clarifiedWrong: share((row) => row.outcome === 'clarify' && !isOffered(row)),
    handedOver: share((row) => row.outcome === 'handoff'),
  };
}

/** All figures; the definitions are those of docs/robot-evaluation.md. Works without any in-scope or outside question. */
export function computeFigures(rows: JudgedReading[]): Figures {
  const inScope = rows.filter(({ expected }) => expected !== null);
  const outside = new Map<string, JudgedReading[]>();
  for (const row of rows) {
    if (row.expected !== null) continue;
    outside.set(row.kind, [...(outside.get(row.kind) ?? []), row]);
  }
  const bins = computeBins(rows);
  const error = bins.reduce(
    (sum, { count, confidence, right }) => sum + count * Math.abs(confidence - right),
    0,
  );
  const byKind = (value: (rows: JudgedReading[]) => number) =>
    Object.fromEntries([...outside].map(([kind, own]) => [kind, value(own)]));
  return {
    inScope: inScope.length,
    outside: byKind((own) => own.length),
    first: computeShare(inScope.map((row) => Number(isRight(row)))),
    firstThree: computeShare(inScope.map((row) => Number(isOffered(row)))),
    curve: computeCurve(inScope, outside),
    decisions: computeDecisions(inScope),
    outsideAnswered: byKind((own) => mean(own.map(({ outcome }) => Number(outcome === 'answer')))),
    bins,
    calibrationError: rows.length === 0 ? 0 : error / rows.length,
  };
}
