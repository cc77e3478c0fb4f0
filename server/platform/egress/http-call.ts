import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Deadline } from './deadline.ts';
import { fault, toFault } from './fault.ts';
import type { PooledOptions } from './pool.ts';
import type { EgressRequest, EgressResponse } from './ports.ts';
import type { HttpTarget } from './target.rules.ts';

/** Size of all headers of an answer, names and values. */
const HEADER_BYTES_MAX = 16 * 1024;
/** Interim answers (1xx) before the real one; more are a way to keep a call open. */
const INTERIM_ANSWERS_MAX = 10;
/** Headers that frame a message or steer proxies; the call itself sets what is needed. */
const RESERVED_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** One HTTP/1.1 exchange on a pinned connection, within its limits. */
export function exchange(options: {
  agent: Agent;
  target: HttpTarget;
  request: EgressRequest;
  headers: Record<string, string>;
  placeKey: string;
  dial: () => Promise<Socket>;
  deadline: Deadline;
}): Promise<EgressResponse> {
  const { agent, target, request, deadline } = options;
  return new Promise((resolve, reject) => {
    const args: PooledOptions = {
      ...{ agent, method: request.method, path: target.path, headers: options.headers },
      ...{ placeKey: options.placeKey, dial: options.dial },
      // Only names of the pool and of error texts: the connection comes from `dial`.
      ...{ host: target.host, port: target.port, setHost: false },
      maxHeaderSize: HEADER_BYTES_MAX,
      insecureHTTPParser: false,
    };
    const call = httpRequest(args);
    let isOver = false;
    const onDeadline = () => settle(deadline.signal.reason);
    function settle(error: unknown, answer?: EgressResponse): void {
      if (isOver) return;
      isOver = true;
      deadline.signal.removeEventListener('abort', onDeadline);
      if (answer !== undefined) return resolve(answer);
      call.destroy();
      reject(toFault(error));
    }
    call.on('error', (error) => settle(error));
    call.on('close', () => settle(fault('egress.unreachable', 'cut')));
    refuseDetours(call, settle);
    call.on('response', (response) => {
      readBody(response, request, settle);
    });
    if (deadline.signal.aborted) onDeadline();
    else deadline.signal.addEventListener('abort', onDeadline, { once: true });
    call.end(request.body);
  });
}

/** An answer that leads away from plain HTTP, or puts the answer off for ever. */
function refuseDetours(call: ClientRequest, settle: (error: unknown) => void): void {
  let interimCount = 0;
  call.on('information', () => {
    interimCount += 1;
    if (interimCount > INTERIM_ANSWERS_MAX) settle(fault('egress.invalid_answer', 'interim'));
  });
  const refuseUpgrade = (_response: IncomingMessage, socket: { destroy(): void }) => {
    socket.destroy();
    settle(fault('egress.invalid_answer', 'upgrade'));
  };
  call.on('upgrade', refuseUpgrade);
  call.on('connect', refuseUpgrade);
}

function readBody(
  response: IncomingMessage,
  request: EgressRequest,
  settle: (error: unknown, answer?: EgressResponse) => void,
): void {
  const tooLarge = () => settle(fault('egress.too_large', 'body'));
  if (hasTwoLengths(response)) return settle(fault('egress.invalid_answer', 'framing'));
  if (request.method !== 'HEAD' && Number(response.headers['content-length'] ?? 0) > request.maxResponseBytes)
    return tooLarge();
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  response.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > request.maxResponseBytes) return tooLarge();
    chunks.push(chunk);
  });
  response.on('error', (error) => settle(error));
  response.on('end', () => {
    if (!response.complete) return settle(fault('egress.unreachable', 'cut'));
    const { statusCode: status = 0, headers } = response;
    settle(undefined, { status, headers, body: Buffer.concat(chunks, sizeBytes) });
  });
  response.on('close', () => settle(fault('egress.unreachable', 'cut')));
}

/** Two ways to say how long a body is: what one reader takes for the end is another's beginning (RFC 9112 §6.3). */
function hasTwoLengths({ rawHeaders }: IncomingMessage): boolean {
  const names = rawHeaders.filter((_text, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const count = (wanted: string) => names.filter((name) => name === wanted).length;
  const lengths = count('content-length');
  const encodings = count('transfer-encoding');
  return lengths > 1 || encodings > 1 || (lengths > 0 && encodings > 0);
}

/** The headers of a call, or undefined when one of those asked for would frame the message or is none. */
export function headersOf(request: EgressRequest, target: HttpTarget): Record<string, string> | undefined {
  const headers: Record<string, string> = { host: target.authority, 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    const key = name.toLowerCase();
    if (RESERVED_HEADERS.has(key) || key.startsWith('proxy-') || !isHeader(key, value)) return undefined;
    headers[key] = value;
  }
  if (request.body !== undefined) headers['content-length'] = String(Buffer.byteLength(request.body));
  return headers;
}

function isHeader(name: string, value: string): boolean {
  return /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name) && /^[\x20-\x7e\t]{0,8192}$/.test(value);
}
