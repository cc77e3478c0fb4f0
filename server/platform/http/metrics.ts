/** Labels of one series; values are route patterns, codes, and names of ours, so their number is bounded. */
export type Labels = Record<string, string>;

/** A number that only grows. */
export interface Counter {
  add(labels?: Labels, amount?: number): void;
}

/** Observations counted in buckets; `value` in the unit the name ends with. */
export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

/** The process's figures, in the Prometheus text format (version 0.0.4). */
export interface Metrics {
  counter(name: string, help: string): Counter;
  histogram(name: string, help: string, buckets: readonly number[]): Histogram;
  /** A value read when asked for. */
  gauge(name: string, help: string, read: () => number): void;
  render(): string;
}

/** Series kept for one name; more are dropped, so that a wrong label cannot eat the memory. */
const SERIES_MAX = 2_000;
const NAME_PATTERN = /^[a-z][a-z0-9_]*$/;

/** Upper bounds in seconds that suit a web request. */
export const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

const escapeLabel = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

function seriesKey(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',');
}

const braces = (labels: string) => (labels === '' ? '' : `{${labels}}`);

function counterSeries(name: string): { counter: Counter; lines: () => string[] } {
  const series = new Map<string, number>();
  return {
    counter: {
      add(labels = {}, amount = 1) {
        const key = seriesKey(labels);
        if (series.has(key) || series.size < SERIES_MAX) series.set(key, (series.get(key) ?? 0) + amount);
      },
    },
    lines: () => [...series].map(([labels, value]) => `${name}${braces(labels)} ${value}`),
  };
}

interface Observations {
  counts: number[];
  count: number;
  sum: number;
}

function histogramLines(
  name: string,
  bounds: readonly number[],
  labels: string,
  seen: Observations,
): string[] {
  const prefix = labels === '' ? '' : `${labels},`;
  let total = 0;
  const lines = bounds.map((bound, index) => {
    total += seen.counts[index] ?? 0;
    return `${name}_bucket{${prefix}le="${bound}"} ${total}`;
  });
  lines.push(`${name}_bucket{${prefix}le="+Inf"} ${seen.count}`);
  lines.push(`${name}_sum${braces(labels)} ${seen.sum}`, `${name}_count${braces(labels)} ${seen.count}`);
  return lines;
}

function histogramSeries(
  name: string,
  bounds: readonly number[],
): { histogram: Histogram; lines: () => string[] } {
  const series = new Map<string, Observations>();
  return {
    histogram: {
      observe(value, labels = {}) {
        const key = seriesKey(labels);
        let seen = series.get(key);
        if (seen === undefined) {
          if (series.size >= SERIES_MAX) return;
          seen = { counts: bounds.map(() => 0), count: 0, sum: 0 };
          series.set(key, seen);
        }
        const index = bounds.findIndex((bound) => value <= bound);
        if (index >= 0) seen.counts[index] = (seen.counts[index] ?? 0) + 1;
        seen.count += 1;
        seen.sum += value;
      },
    },
    lines: () => [...series].flatMap(([labels, seen]) => histogramLines(name, bounds, labels, seen)),
  };
}

/** Makes an empty registry. Declaring a name twice or a bad one throws: names are part of what others read. */
export function createMetrics(): Metrics {
  const families = new Map<string, { help: string; type: string; lines: () => string[] }>();
  const declare = (name: string, family: { help: string; type: string; lines: () => string[] }) => {
    if (!NAME_PATTERN.test(name) || families.has(name))
      throw new Error(`Metric ${name} is bad or declared twice.`);
    families.set(name, family);
  };
  return {
    counter(name, help) {
      const { counter, lines } = counterSeries(name);
      declare(name, { help, type: 'counter', lines });
      return counter;
    },
    histogram(name, help, bounds) {
      const { histogram, lines } = histogramSeries(name, bounds);
      declare(name, { help, type: 'histogram', lines });
      return histogram;
    },
    gauge(name, help, read) {
      declare(name, { help, type: 'gauge', lines: () => [`${name} ${read()}`] });
    },
    render() {
      const blocks = [...families].map(([name, family]) =>
        [`# HELP ${name} ${family.help}`, `# TYPE ${name} ${family.type}`, ...family.lines()].join('\n'),
      );
      return `${blocks.join('\n')}\n`;
    },
  };
}
