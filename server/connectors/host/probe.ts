import { AppError } from '../../kernel/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import type { Discovered } from '../connector.ts';
import { setConnectorHealth } from './connector.repo.ts';
import type { ConnectorHost } from './host.ts';
import { CONNECTOR_LIMITS as LIMITS } from './limits.ts';

/** What a test of the connection can come to. */
export const PROBE_OUTCOMES = [
  'ok',
  'auth',
  'tls',
  'dns',
  'refused',
  'timeout',
  'schema',
  'forbidden',
  'egress-denied',
  'failed',
] as const;
/** One of them. */
export type ProbeOutcome = (typeof PROBE_OUTCOMES)[number];

/** What a test found. */
export interface ProbeResult {
  outcome: ProbeOutcome;
  code: string | null;
  reason: string | null;
  ms: number;
}

/** The word a person needs, from a fault. */
export function probeOutcome(error: AppError): ProbeOutcome {
  const reason = error.details?.['reason'];
  switch (error.code) {
    case 'connector.auth_failed':
      return 'auth';
    case 'connector.forbidden':
      return 'forbidden';
    case 'connector.schema':
    case 'egress.invalid_answer':
    case 'egress.too_large':
      return 'schema';
    case 'egress.tls':
      return 'tls';
    case 'egress.timeout':
      return 'timeout';
    case 'egress.refused':
      return 'egress-denied';
    case 'egress.unreachable':
      if (reason === 'dns') return 'dns';
      return reason === 'no_answer' ? 'timeout' : 'refused';
    default:
      return 'failed';
  }
}

/** Tests a connector's connection; the result is kept as its health. Never throws for what the system does. */
export async function probe(
  deps: { host: ConnectorHost; uow: UnitOfWork; now(): Date },
  id: string,
  actor: { type: string; id: string },
): Promise<ProbeResult> {
  const { row, sessions } = await deps.host.registry.get(id);
  const startedMs = performance.now();
  let fault: AppError | undefined;
  try {
    await sessions[0].check({
      ...{ timeoutMs: LIMITS.interactiveMs, endsAtMs: startedMs + LIMITS.interactiveMs },
    });
  } catch (error) {
    fault = error instanceof AppError ? error : new AppError('server.internal', { cause: error });
  }
  const ms = Math.round(performance.now() - startedMs);
  const outcome = fault === undefined ? 'ok' : probeOutcome(fault);
  const reason = fault?.details?.['reason'];
  const health = fault === undefined ? (row.drift.length > 0 ? 'degraded' : 'ok') : 'down';
  const noted = { health, healthCode: fault?.code ?? null, checkedAt: deps.now() };
  await deps.uow.run({ actor: actor as never }, async (tx) => {
    const { drift, shapes } = row;
    await setConnectorHealth(tx, id, { ...noted, drift, shapes });
    tx.record({
      ...{ action: 'connector.test', outcome: fault === undefined ? 'ok' : 'failed' },
      ...{ target: { type: 'connector', id }, details: { result: outcome, ms } },
      ...(fault === undefined ? {} : { reason: fault.code }),
    });
  });
  Object.assign(row, noted);
  return { outcome, code: fault?.code ?? null, reason: typeof reason === 'string' ? reason : null, ms };
}

/** What the system offers, for whoever writes mappings. Throws what the system does wrong. */
export async function discover(host: ConnectorHost, id: string): Promise<Discovered[]> {
  const { sessions, gate } = await host.registry.get(id);
  const bounds = { timeoutMs: LIMITS.batchMs, endsAtMs: performance.now() + LIMITS.batchMs };
  const found = await gate.pass(() => sessions[0].discover(bounds));
  return found
    .slice(0, DISCOVERED_MAX)
    .map(({ name, fields }) => ({ name, fields: fields.slice(0, DISCOVERED_MAX) }));
}

const DISCOVERED_MAX = 200;
