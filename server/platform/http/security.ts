import helmet from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Response } from 'express';
import { AppError } from '../../kernel/index.ts';
import { exchangeOf, rawHeaderValues, type Step } from './exchange.ts';
import type { HttpConfig } from './ports.ts';
import type { AnyRoute } from './route.ts';

const UNSAFE_METHODS = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const METHODS = new Set(['GET', 'HEAD', 'OPTIONS', ...UNSAFE_METHODS]);
const HEADER_FIELDS_MAX = 100;
/**
 * Fields that say one thing: two of them, and whoever stands before us may have believed the other one. The platform
 * takes the first, or joins them, and says nothing.
 */
const SINGLE_FIELDS = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'if-range',
  'origin',
  'range',
  'sec-fetch-site',
  'transfer-encoding',
  'x-csrf-token',
]);
const HSTS_SECONDS = 2 * 365 * 24 * 3600;
const PERMISSIONS_POLICY = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'usb',
  'xr-spatial-tracking',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/** Whether a method changes something; HEAD, GET, and OPTIONS never do. */
export function isUnsafe(method: string): boolean {
  return UNSAFE_METHODS.has(method);
}

/** Origins that may send unsafe requests and open agent sockets: the public address and the answered hosts. */
export function allowedOrigins(config: Pick<HttpConfig, 'publicBaseUrl' | 'hosts'>): ReadonlySet<string> {
  const origins = config.hosts.map((host) => new URL(`https://${host}`).origin);
  return new Set([new URL(config.publicBaseUrl).origin, ...origins]);
}

/**
 * Refuses methods nobody uses (TRACE echoes what scripts may not read), more header fields than any client sends, fields
 * that come twice and mean one thing, codings of transfer other than chunks, and expectations other than 100-continue.
 */
export const requirePlainHead: Step = (request, _response, next) => {
  const { rawHeaders, headers } = request;
  if (!METHODS.has(request.method)) throw new AppError('request.method_not_allowed');
  if (rawHeaders.length > 2 * HEADER_FIELDS_MAX) throw new AppError('request.headers_too_large');
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (!SINGLE_FIELDS.has(name)) continue;
    if (seen.has(name)) throw new AppError('request.invalid', { details: { header: name } });
    seen.add(name);
  }
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    throw new AppError('request.invalid', { details: { header: 'transfer-encoding' } });
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    throw new AppError('request.invalid', { details: { header: 'expect' } });
  }
  next();
};

/** Refuses absolute request targets and everything but one Host header of the configured list (RFC 9112 §3.2). */
export function requireKnownHost(config: HttpConfig): Step {
  const isKnown = knownHost(config);
  return (request, _response, next) => {
    if (rawHeaderValues(request, 'host').length !== 1)
      throw new AppError('request.invalid', { details: { header: 'Host' } });
    if (!request.url.startsWith('/'))
      throw new AppError('request.invalid', { details: { target: 'absolute' } });
    if (!isKnown(request)) throw new AppError('request.host_invalid');
    next();
  };
}

/** Tells whether a request names exactly one host, and one of ours; for sockets too, which pass no step. */
export function knownHost({
  hosts,
}: Pick<HttpConfig, 'hosts'>): (request: Pick<IncomingMessage, 'rawHeaders'>) => boolean {
  const names = new Set(hosts.map((host) => host.toLowerCase()));
  return (request) => {
    const [host, ...others] = rawHeaderValues(request, 'host');
    return host !== undefined && others.length === 0 && names.has(host.toLowerCase());
  };
}

/**
 * Refuses unsafe requests that a foreign page sent. Programs send neither header; browsers send both and pages
 * cannot change them (Fetch Metadata, W3C). It holds for sign-in as well, which has no CSRF token yet.
 */
export function refuseForeignOrigin(config: HttpConfig, routes: readonly AnyRoute[] = []): Step {
  const origins = allowedOrigins(config);
  const open = routes.filter(({ isCrossSite }) => isCrossSite === true).map(({ path }) => pathPattern(path));
  return (request, _response, next) => {
    if (!isUnsafe(request.method) || open.some((pattern) => pattern.test(request.path))) return next();
    const site = request.headers['sec-fetch-site'];
    const origin = request.headers.origin;
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      throw new AppError('request.origin_refused');
    }
    if (origin !== undefined && !origins.has(origin)) throw new AppError('request.origin_refused');
    next();
  };
}

/** `/sso/:idp/acs` as an expression for whole paths. */
function pathPattern(path: string): RegExp {
  const parts = path
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[^\w-]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`);
}

function frameAncestors(_request: IncomingMessage, response: ServerResponse): string {
  const { frameAncestors: origins } = exchangeOf(response as Response);
  return origins === undefined || origins.length === 0 ? "'none'" : origins.join(' ');
}

function frameSources(_request: IncomingMessage, response: ServerResponse): string {
  const { frameSources: sources } = exchangeOf(response as Response);
  return sources === undefined || sources.length === 0 ? "'none'" : sources.join(' ');
}

function formTargets(_request: IncomingMessage, response: ServerResponse): string {
  const { formTarget } = exchangeOf(response as Response);
  return formTarget === undefined ? "'self'" : `'self' ${formTarget}`;
}

/** What may stand in a policy: these headers are set before the Host is looked up, refusals need them as well. */
const HOST_FORM = /^[\w.:[\]-]{1,255}$/;

/** `'self'` does not cover sockets in every browser we promise, so the own host is named. */
function ownSocket({ headers: { host = '' } }: IncomingMessage): string {
  return HOST_FORM.test(host) ? `wss://${host}` : "'self'";
}

const secureHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      // Pictures of a conversation are fetched with a token and shown from memory.
      imgSrc: ["'self'", 'data:', 'blob:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'", ownSocket],
      formAction: [formTargets],
      frameSrc: [frameSources],
      frameAncestors: [frameAncestors],
      baseUri: ["'none'"],
      requireTrustedTypesFor: ["'script'"],
      trustedTypes: ["'none'"],
    },
  },
  strictTransportSecurity: { maxAge: HSTS_SECONDS, includeSubDomains: true, preload: false },
  crossOriginOpenerPolicy: { policy: 'same-origin' },
  crossOriginEmbedderPolicy: { policy: 'require-corp' },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
});

/** Sets the headers of every answer; nothing is stored by caches unless a later step says otherwise. */
export const setSecurityHeaders: Step = (request, response, next) => {
  response.setHeader('Permissions-Policy', PERMISSIONS_POLICY);
  response.setHeader('Cache-Control', 'no-store');
  secureHeaders(request, response, next);
};

/**
 * Sets them again for a page that others may frame: its own `frame-ancestors`, and no X-Frame-Options, which knows
 * no list. The page stays unreadable to its embedder, being of another origin.
 */
export function setPageHeaders(
  request: IncomingMessage,
  response: Response,
  frames: { ancestors?: readonly string[]; sources?: readonly string[] },
): void {
  const exchange = exchangeOf(response);
  if (frames.ancestors !== undefined) exchange.frameAncestors = frames.ancestors;
  if (frames.sources !== undefined) exchange.frameSources = frames.sources;
  secureHeaders(request, response, () => undefined);
  if (frames.ancestors !== undefined && frames.ancestors.length > 0) {
    response.removeHeader('X-Frame-Options');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  }
}
