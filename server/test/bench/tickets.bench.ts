import { figure, isFull, percentile, say, type Figure } from './figure.ts';
import { between, readMeter } from './load/meter.ts';
import { startInstance } from './load/stage.ts';

const AT_ONCE = 16;
const WARM_COUNT = 100;
const COUNT = 1_000;
const FULL_COUNT = 5_000;
const MUST = { cpuMs: 4, p99Ms: 500 };

/** Tickets over HTTP as a program makes them: token, limits, validation, sealing, search tokens, audit, commit. */
export async function* run(): AsyncGenerator<Figure> {
  const { instance, url } = await startInstance();
  try {
    say('warming up');
    await create(url, instance.token, WARM_COUNT);
    const count = isFull() ? FULL_COUNT : COUNT;
    say(`creating ${count} tickets`);
    const before = await readMeter(instance);
    const startedMs = performance.now();
    const tookMs = await create(url, instance.token, count);
    const seconds = (performance.now() - startedMs) / 1000;
    const used = between(before, await readMeter(instance));
    yield figure('tickets.cpu', (used.serverMs + used.databaseMs) / count, 'ms', MUST.cpuMs);
    yield figure('tickets.cpu_server', used.serverMs / count, 'ms', MUST.cpuMs);
    yield figure('tickets.cpu_database', used.databaseMs / count, 'ms', MUST.cpuMs);
    yield figure('tickets.p50', percentile(tookMs, 0.5), 'ms', MUST.p99Ms);
    yield figure('tickets.p99', percentile(tookMs, 0.99), 'ms', MUST.p99Ms);
    yield figure('tickets.rate', count / seconds, '1/s', 248);
    yield figure('tickets.commits', used.commits / count, 'per ticket', 1);
  } finally {
    await instance.dispose();
  }
}

async function create(url: string, token: string, count: number): Promise<number[]> {
  const tookMs: number[] = [];
  let next = 0;
  const work = async () => {
    while (next < count) {
      next += 1;
      const startedMs = performance.now();
      const response = await fetch(`${url}/api/v1/tickets`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({
          subject: `信用卡账单有误 ${next}`,
          description: '客户来电称本月账单多出一笔三百元的消费，商户名称不认识，要求核实并退款。',
          priority: 'normal',
        }),
      });
      if (response.status !== 201) throw new Error(`no ticket: ${response.status} ${await response.text()}`);
      await response.arrayBuffer();
      tookMs.push(performance.now() - startedMs);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return tookMs;
}
