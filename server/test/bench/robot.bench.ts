import process from 'node:process';
import { serializeModel, trainModel, understand, type Model } from '../../robot/engine/index.ts';
import { buildEntries, buildLargeEntries, buildQuestions } from '../../robot/engine/test/synthetic.ts';

/** One figure; `baseline` is the promised limit and `ratio` is `value` over it. */
export interface BenchLine {
  name: string;
  value: number;
  unit: string;
  baseline: number;
  ratio: number;
}

const QUERIES = 2_000;

function line(name: string, value: number, figure: { unit: string; baseline: number }): BenchLine {
  const rounded = Number(value.toFixed(3));
  return { name, value: rounded, ...figure, ratio: Number((value / figure.baseline).toFixed(3)) };
}

/** Milliseconds of each query, ascending; the first hundred warm the compiler up and are not counted. */
function measureQueries(model: Model): number[] {
  const times = buildQuestions('zh', QUERIES + 100, 31).map(({ text }) => {
    const startedAt = performance.now();
    understand(model, text);
    return performance.now() - startedAt;
  });
  return times.slice(100).sort((a, b) => a - b);
}

function* measureModel(
  name: string,
  train: () => Model,
  limits: { trainS: number; p99Ms: number; perS: number; residentMb: number },
) {
  const startedAt = performance.now();
  const model = train();
  yield line(`${name}.training`, (performance.now() - startedAt) / 1000, {
    unit: 's',
    baseline: limits.trainS,
  });
  const cpuBefore = process.cpuUsage();
  const times = measureQueries(model);
  const cpu = process.cpuUsage(cpuBefore);
  // What other programs take of the machine shows in the latency, not in this.
  const cpuMs = (cpu.user + cpu.system) / 1000 / (QUERIES + 100);
  yield line(`${name}.cpu_per_query`, cpuMs, { unit: 'ms', baseline: 1000 / limits.perS });
  yield line(`${name}.query_p99`, times[Math.floor(times.length * 0.99)]!, {
    unit: 'ms',
    baseline: limits.p99Ms,
  });
  const totalS = times.reduce((sum, ms) => sum + ms, 0) / 1000;
  yield line(`${name}.queries`, times.length / totalS, { unit: '1/s/core', baseline: limits.perS });
  yield line(`${name}.model_file`, serializeModel(model).length / 1048576, { unit: 'MB', baseline: 250 });
  yield line(`${name}.resident`, process.memoryUsage().rss / 1048576, {
    unit: 'MB',
    baseline: limits.residentMb,
  });
}

/** Training, latency, and throughput of the engine on generated knowledge bases of 2,500, 10,000, and 100,000 questions. */
export async function* run(): AsyncGenerator<BenchLine> {
  yield* measureModel('robot.2500', () => trainModel(buildEntries('zh', 312), { lang: 'zh' }), {
    trainS: 5,
    p99Ms: 5,
    perS: 500,
    residentMb: 250,
  });
  yield* measureModel('robot.10k', () => trainModel(buildLargeEntries(1_000, 9), { lang: 'zh' }), {
    trainS: 40,
    p99Ms: 5,
    perS: 500,
    residentMb: 250,
  });
  yield* measureModel('robot.100k', () => trainModel(buildLargeEntries(10_000, 9), { lang: 'zh' }), {
    trainS: 400,
    p99Ms: 20,
    perS: 300,
    residentMb: 600,
  });
}
