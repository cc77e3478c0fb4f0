import type { Request, Response, Router } from 'express';
import { AppError, type Clock } from '../../kernel/index.ts';
import { createNetworkList } from './client-address.ts';
import { exchangeOf } from './exchange.ts';
import type { Metrics } from './metrics.ts';
import type { HttpConfig, HttpLog, ReadinessCheck } from './ports.ts';

const CHECK_TIMEOUT_MS = 2_000;
const READY_CACHE_MS = 500;
const LOOPBACK = ['127.0.0.0/8', '::1'];

/** What the probes ask. */
export interface ProbeDeps {
  config: HttpConfig;
  log: HttpLog;
  clock: Clock;
  metrics: Metrics;
  checks: readonly ReadinessCheck[];
  isDraining(): boolean;
}

/** Puts `/healthz` (alive), `/readyz` (may take work), and `/metrics` on a router. */
export function mountProbes(router: Router, deps: ProbeDeps): void {
  const readMetrics = createNetworkList(deps.config.metricsNetworks ?? LOOPBACK);
  let cached: { atMs: number; results: Promise<Record<string, 'ok' | 'failed'>> } | undefined;

  const failing = new Set<string>();
  const readiness = () => {
    const nowMs = deps.clock.now().getTime();
    if (cached === undefined || nowMs - cached.atMs > READY_CACHE_MS || nowMs < cached.atMs) {
      cached = { atMs: nowMs, results: runChecks(deps, failing) };
    }
    return cached.results;
  };
  const answer = (response: Response, status: number, body: unknown) => {
    response.status(status).setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(body));
  };

  router.get('/healthz', (_request, response) => {
    exchangeOf(response).route = '/healthz';
    answer(response, 200, { status: 'alive' });
  });
  router.get('/readyz', async (_request, response) => {
    exchangeOf(response).route = '/readyz';
    if (deps.isDraining()) return answer(response, 503, { status: 'draining', checks: {} });
    const checks = await readiness();
    const isReady = Object.values(checks).every((result) => result === 'ok');
    answer(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'unready', checks });
  });
  router.get('/metrics', (_request: Request, response: Response) => {
    const exchange = exchangeOf(response);
    exchange.route = '/metrics';
    if (!readMetrics(exchange.ip)) throw new AppError('request.not_found');
    response.status(200).setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(deps.metrics.render());
  });
}

/** Load balancers ask every few seconds: a check is logged when its result changes. */
async function runChecks(deps: ProbeDeps, failing: Set<string>): Promise<Record<string, 'ok' | 'failed'>> {
  const results = await Promise.all(
    deps.checks.map(async ({ name, check }) => {
      try {
        await withDeadline(check());
        if (failing.delete(name)) deps.log.info('http.readiness_restored', { check: name });
        return [name, 'ok'] as const;
      } catch (error) {
        if (!failing.has(name)) deps.log.error('http.readiness_failed', { check: name }, error);
        failing.add(name);
        return [name, 'failed'] as const;
      }
    }),
  );
  return Object.fromEntries(results);
}

async function withDeadline(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The check took too long.')), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
