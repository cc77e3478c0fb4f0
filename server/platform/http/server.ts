import type { Server } from 'node:http';

/** Time limits of a connection in milliseconds; a slow sender holds a socket no longer than that. */
export const SERVER_TIMEOUTS = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 5_000 } as const;
const HEADERS_MAX = 100;
const CONNECTIONS_MAX = 20_000;

/** Sets the limits of a server before it listens. Works for plain and TLS servers alike. */
export function configureServer(server: Server): void {
  server.headersTimeout = SERVER_TIMEOUTS.headersMs;
  server.requestTimeout = SERVER_TIMEOUTS.requestMs;
  server.keepAliveTimeout = SERVER_TIMEOUTS.keepAliveMs;
  server.maxHeadersCount = HEADERS_MAX;
  server.maxConnections = CONNECTIONS_MAX;
  // What cannot be parsed gets a fixed answer without a word about why, then the socket is closed.
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
}
