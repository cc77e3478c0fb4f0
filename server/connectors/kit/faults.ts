import { AppError, type ErrorCode } from '../../kernel/index.ts';

/** A fault of a system outside; `reason` is a word of ours, never what the system sent. */
export function connectorFault(
  code: ErrorCode & `connector.${string}`,
  reason: string,
  extra: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
): AppError {
  const { status, retryAfterMs, cause } = extra;
  const details = {
    reason,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  return new AppError(code, { details, ...(cause === undefined ? {} : { cause }) });
}

/** Longest wait that a system may ask for. */
const RETRY_AFTER_MS_MAX = 60_000;

/** Milliseconds a Retry-After header asks for (RFC 9110 §10.2.3); undefined when it says nothing usable. */
export function retryAfterMs(header: string | string[] | undefined, now: Date): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return undefined;
  const ms = /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_MS_MAX) : undefined;
}

/** The fault an HTTP status stands for; undefined for success. What a system means by 200 or 500 its module decides. */
export function statusFault(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: Date,
): AppError | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) return connectorFault('connector.remote_error', 'redirect', { status });
  if (status === 401) return connectorFault('connector.auth_failed', 'unauthorised', { status });
  if (status === 403) return connectorFault('connector.forbidden', 'forbidden', { status });
  if (status === 429 || status === 503) {
    const wait = retryAfterMs(headers['retry-after'], now);
    const extra = wait === undefined ? { status } : { status, retryAfterMs: wait };
    return connectorFault('connector.overloaded', 'overloaded', extra);
  }
  if (status >= 500) return connectorFault('connector.remote_error', 'server', { status });
  return connectorFault('connector.remote_refused', 'client', { status });
}
