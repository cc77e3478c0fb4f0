import process from 'node:process';

/** One figure of a benchmark; `ratio` is `value` over `baseline`, both measured in the same run where they can be. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  baseline: number;
  ratio: number;
}

/** Makes a figure, rounded to what a shared machine lets one believe. */
export function figure(name: string, value: number, unit: string, baseline: number): Figure {
  return { name, value: round(value), unit, baseline: round(baseline), ratio: round(value / baseline) };
}

/** The value below which a share of the sorted numbers lies; 0 for none. */
export function percentile(values: number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Says on stderr how far a benchmark is; stdout holds the figures alone. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Whether `--full` asked for the long windows. */
export function isFull(): boolean {
  return process.argv.includes('--full');
}

function round(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : 0;
}

/** Whether `--quick` asked for a fifth of the customers: to see if a change helps, not to quote. */
export function isQuick(): boolean {
  return process.argv.includes('--quick');
}
