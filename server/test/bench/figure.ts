import { readFileSync } from 'node:fs';
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

/**
 * Processor time that this process has used in all its threads, in milliseconds. What neighbours take of a shared machine is
 * not in it; what they take of its caches is.
 */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The same of other processes of this machine (see proc(5), schedstat); one that is gone counts nothing. */
export function processorMsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      return sum + Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1_000_000;
    } catch {
      return sum;
    }
  }, 0);
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
