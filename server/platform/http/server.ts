import type { Server, ServerOptions } from 'node:http';
import { limitConnections, type ConnectionLimit } from './connections.ts';
import { holdContinue } from './expectation.ts';
import { answerMalformed } from './malformed.ts';
import type { HttpLog } from './ports.ts';
import { cutStalledReaders, READER_LIMITS, type ReaderLimits } from './slow-readers.ts';

/** Time limits of a connection in milliseconds; a slow sender holds a socket no longer than that. */
export const SERVER_TIMEOUTS = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 5_000 } as const;
const CONNECTIONS_MAX = 20_000;
/** How often slow senders are looked for; the platform's own 30 seconds would treble their time. */
const LOOK_EVERY_MS = 1_000;
/** Request line and header fields together; more is answered 431. */
export const HEADER_BYTES_MAX = 16 * 1024;

/** What `createServer` must be given: it cannot be set afterwards. */
export const SERVER_OPTIONS = {
  connectionsCheckingInterval: LOOK_EVERY_MS,
  maxHeaderSize: HEADER_BYTES_MAX,
  insecureHTTPParser: false,
  // Our own step refuses them, with a line in the log.
  requireHostHeader: false,
} as const satisfies ServerOptions;

/** What bounds the connections of a server. */
export interface ServerRules {
  log?: Pick<HttpLog, 'warn'>;
  timeouts?: Partial<Record<keyof typeof SERVER_TIMEOUTS, number>>;
  readers?: ReaderLimits;
  connections?: ConnectionLimit;
}

/** Sets the limits of a server made with `SERVER_OPTIONS`, before it listens. Works for plain and TLS servers alike. */
export function configureServer(server: Server, rules: ServerRules = {}): void {
  const timeouts = { ...SERVER_TIMEOUTS, ...rules.timeouts };
  server.headersTimeout = timeouts.headersMs;
  server.requestTimeout = timeouts.requestMs;
  server.keepAliveTimeout = timeouts.keepAliveMs;
  // Above this number the platform drops header fields without a word, so that checks would not see them: the bytes
  // are bounded by maxHeaderSize, and a step of ours refuses more fields than its limit.
  server.maxHeadersCount = 0;
  server.maxConnections = CONNECTIONS_MAX;
  if (rules.connections !== undefined) limitConnections(server, rules.connections);
  holdContinue(server);
  cutStalledReaders(server, rules.readers ?? READER_LIMITS);
  answerMalformed(server, rules.log);
}
