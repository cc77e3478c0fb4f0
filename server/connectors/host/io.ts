import { gunzipSync, inflateSync } from 'node:zlib';
import { AppError } from '../../kernel/index.ts';
import type { CallBounds, ConnectorIo, HttpAnswer } from '../connector.ts';
import { connectorFault } from '../kit/index.ts';
import { CONNECTOR_LIMITS as LIMITS } from './limits.ts';
import type { HostPorts, OutBounds, OutTls } from './ports.ts';

/** Builds what one connector's module may use, with one version of its secrets. */
export function openIo(
  ports: Pick<HostPorts, 'out' | 'crypto' | 'clock' | 'ids'>,
  connector: { id: string; tls: OutTls; secrets: ReadonlyMap<string, string> },
): ConnectorIo {
  const { out, crypto, clock, ids } = ports;
  const { id, tls, secrets } = connector;
  const bounded = (bounds: CallBounds): OutBounds => {
    // A token, the question, and the question anew are one piece of work: together they have its time, not each.
    const leftMs = (bounds.endsAtMs ?? Number.POSITIVE_INFINITY) - performance.now();
    const timeoutMs = Math.min(bounds.timeoutMs, leftMs);
    if (timeoutMs <= 0) throw new AppError('egress.timeout', { details: { reason: 'budget' } });
    return { ...bounds, timeoutMs, connectMs: Math.min(LIMITS.connectMs, timeoutMs) };
  };
  return {
    ...{ crypto, now: () => clock.now(), newId: () => ids.next(), secret: (name) => secrets.get(name) },
    async http({ method, url, headers = {}, body }, bounds) {
      const protocol = url.startsWith('http:') ? 'http' : 'https';
      const call = {
        ...({ protocol, method, url, tls, maxResponseBytes: LIMITS.bodyBytesMax } as const),
        headers: { 'user-agent': 'Vaultdesk-Connector/1', 'accept-encoding': 'gzip', ...headers },
        ...(body === undefined ? {} : { body }),
      };
      return unpack(await out.http(id, call, bounded(bounds)));
    },
    connect: ({ isTls, ...place }, bounds) =>
      out.connect(id, { ...place, ...(isTls ? { tls } : {}) }, bounded(bounds)),
    select: (query, bounds) => out.select(id, query, tls, bounded(bounds)),
  };
}

/** Unpacks a body within the same limit as an unpacked one; a small one that grows without end is a bomb. */
function unpack(answer: HttpAnswer): HttpAnswer {
  const encoding = String(answer.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity' || answer.body.length === 0) return answer;
  const options = { maxOutputLength: LIMITS.bodyBytesMax };
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip')
      return { ...answer, body: gunzipSync(answer.body, options) };
    if (encoding === 'deflate') return { ...answer, body: inflateSync(answer.body, options) };
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    if (isTooLarge) throw new AppError('egress.too_large', { details: { reason: 'unpacked' }, cause: error });
    throw connectorFault('connector.schema', 'encoding', { cause: error });
  }
  throw connectorFault('connector.schema', 'encoding');
}
