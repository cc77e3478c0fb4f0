import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { configureServer, SERVER_OPTIONS, type ServerRules } from './server.ts';

/** Addresses of programs: they are told no, lest their tokens go in the clear for years and nobody notice. */
const PROGRAM_PATH = /^\/(?:api|ws|scim|sso|metrics|healthz|readyz)(?:[/?]|$)/;

/**
 * A server of plain HTTP that does one thing: it sends browsers, by GET or HEAD, to the same address over TLS. It
 * answers to names of the list only, sets no cookie, reads no body, and says nothing of what is behind it.
 */
export function createRedirectServer(
  { publicBaseUrl, hosts }: { publicBaseUrl: string; hosts: readonly string[] },
  rules: ServerRules = {},
): Server {
  const { origin } = new URL(publicBaseUrl);
  const names = new Set(hosts.map(nameOf));
  const server = createServer(SERVER_OPTIONS, (request, response) => {
    answer(response, { ...decide(request, names, origin), isClosing: request.headers.upgrade !== undefined });
  });
  server.on('upgrade', (_request, stream) => stream.destroy());
  configureServer(server, rules);
  return server;
}

function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}

function decide(
  { method, url = '', headers: { host } }: IncomingMessage,
  names: ReadonlySet<string>,
  origin: string,
): { status: number; location?: string } {
  if (host === undefined || !url.startsWith('/')) return { status: 400 };
  if (!names.has(nameOf(host))) return { status: 421 };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405 };
  // Joined as text, so that "//elsewhere" stays a path of ours.
  return PROGRAM_PATH.test(url) ? { status: 403 } : { status: 308, location: `${origin}${url}` };
}

function answer(
  response: ServerResponse,
  { status, location, isClosing }: { status: number; location?: string; isClosing: boolean },
): void {
  response.statusCode = status;
  if (location !== undefined) response.setHeader('Location', location);
  if (status === 405) response.setHeader('Allow', 'GET, HEAD');
  if (isClosing || status !== 308) response.setHeader('Connection', 'close');
  response.setHeader('Content-Length', 0);
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Security-Policy', "default-src 'none';frame-ancestors 'none'");
  response.end();
}
