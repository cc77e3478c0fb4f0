import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { systemClock } from '../../kernel/index.ts';
import type { HttpLog } from './ports.ts';
import { createRateLimiter } from './rate-limit.ts';

/** A flood of garbage must not fill the disk with lines about it. */
const LINES = { perSecond: 20, burst: 200 };
/** What a peer may still send or leave unread after its refusal. */
const LINGER_MS = 1_000;
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};
/** Whoever hangs up in the middle did nothing wrong. */
const HUNG_UP = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/**
 * Answers what cannot be parsed, or does not come, with a fixed answer without a word about why, logs one line without
 * its content, and closes. A TLS handshake that failed is not answered: there is no one to read plain text.
 */
export function answerMalformed(server: Server, log: Pick<HttpLog, 'warn'> | undefined): void {
  const lines = createRateLimiter({ clock: systemClock, ...LINES });
  const answering = new WeakMap<Duplex, ServerResponse>();
  // Refused by their heads: what comes behind was never read, and may be anything.
  const refused = new WeakSet<Duplex>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answering.set(request.socket, response);
    response.once('close', () => {
      if (!request.complete) refused.add(request.socket);
      if (answering.get(request.socket) === response) answering.delete(request.socket);
    });
  });
  const refuse = (error: NodeJS.ErrnoException, socket: Duplex) => {
    const code = error.code ?? 'unknown';
    const status = STATUS_BY_CODE[code] ?? 400;
    const response = answering.get(socket);
    const isAnswerable = socket.writable && !HUNG_UP.has(code);
    // A request that never came whole is answered and logged like any other.
    if (response?.req.complete === false && !response.headersSent && isAnswerable) {
      response.writeHead(status, { Connection: 'close', 'Content-Length': 0 }).end();
      // Whoever reads the body waits for its end or for this.
      setTimeout(() => response.req.destroy(), LINGER_MS).unref();
      return;
    }
    const isNews = response === undefined && !HUNG_UP.has(code) && !refused.has(socket);
    if (isNews && lines.take('line') === 0) {
      log?.warn('http.malformed', { code, status, ...placeOf(socket) });
    }
    const hasHandshakeFailed = socket instanceof TLSSocket && socket.getProtocol() === null;
    if (!isAnswerable || hasHandshakeFailed || refused.has(socket)) {
      socket.destroy();
      return;
    }
    // Garbage behind a whole request: its answer still leaves, then nothing more.
    if (response !== undefined) {
      response.once('close', () => socket.destroy());
      return;
    }
    socket.end(plainAnswer(status));
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  };
  server.on('clientError', refuse);
}

function placeOf(socket: Duplex): { ip?: string } {
  const { remoteAddress } = socket as { remoteAddress?: string };
  return remoteAddress === undefined ? {} : { ip: remoteAddress };
}

/** An answer without a body, for connections where no request of ours stands. */
export function plainAnswer(status: number): string {
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Length: 0',
    'Cache-Control: no-store',
    "Content-Security-Policy: default-src 'none';frame-ancestors 'none'",
    'Strict-Transport-Security: max-age=63072000; includeSubDomains',
    'X-Content-Type-Options: nosniff',
    '\r\n',
  ].join('\r\n');
}
