import express, { type Express } from 'express';
import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { clientAddress, createNetworkList, isLoopback } from './client-address.ts';
import { readCredentials } from './credentials.ts';
import { exchangeOf, openExchange, type Step } from './exchange.ts';
import { createMetrics, SECONDS_BUCKETS, type Metrics } from './metrics.ts';
import { mountRoutes, type MountDeps } from './mount.ts';
import { describeApi } from './openapi.ts';
import { mountPages, type Page } from './pages.ts';
import type { AddressGuard, HttpConfig, ReadinessCheck } from './ports.ts';
import { mountProbes } from './probes.ts';
import { answerErrors } from './problem.ts';
import { createRateLimiter } from './rate-limit.ts';
import type { AnyRoute } from './route.ts';
import { refuseForeignOrigin, requireKnownHost, requirePlainHead, setSecurityHeaders } from './security.ts';
import { isPageAddress, serveStatic, type StaticSite } from './static-files.ts';
import { endWith } from './streamed.ts';

/** What the HTTP side is built from. */
export interface HttpDeps extends MountDeps {
  ids: Ids;
  /** Version of the program, for the API description. */
  version: string;
  routes: readonly AnyRoute[];
  pages?: readonly Page[];
  staticSites?: readonly StaticSite[];
  readiness: readonly ReadinessCheck[];
  /** Active defence; nobody is turned away without it. */
  guard?: AddressGuard;
  metrics?: Metrics;
  /** Asked for each page: the one page there is for now, `/setup`, where everybody is sent; undefined: all of them. */
  onlyPage?: () => Promise<string | undefined>;
}

/** The application and the switch that turns new work away. */
export interface HttpApp {
  app: Express;
  metrics: Metrics;
  /** From now on readiness is off and every request but the probes gets 503; running ones finish. */
  drain(): void;
}

const ADDRESS_LIMITS = { perSecond: 100, burst: 400 };
const API_DESCRIPTION_PATH = '/api/v1/openapi.json';

/** Builds the Express application as one list of steps, read from top to bottom. */
export function createHttpApp(deps: HttpDeps): HttpApp {
  let isDraining = false;
  const metrics = deps.metrics ?? createMetrics();
  const app = express();
  app.set('query parser', 'simple');
  app.set('x-powered-by', false);
  app.set('etag', false);
  app.set('strict routing', true);
  app.set('case sensitive routing', true);

  const probes = express.Router();
  mountProbes(probes, { ...deps, checks: deps.readiness, metrics, isDraining: () => isDraining });
  const api = express.Router({ strict: true, caseSensitive: true });
  mountRoutes(api, deps.routes, deps);
  const pages = express.Router();
  mountPages(pages, deps.pages ?? []);

  const steps: readonly (readonly [name: string, step: Step])[] = [
    ['begin: request id, client address, measuring', begin(deps, metrics)],
    ['security headers', setSecurityHeaders],
    ['a plain head', requirePlainHead],
    ['one known Host header', requireKnownHost(deps.config)],
    ['probes', probes],
    ['turn away while draining', turnAway(() => isDraining)],
    ['no blocked address', turnBlockedAway(deps.guard)],
    ['limit per address', limitAddress(deps.config, deps.clock)],
    ['no foreign origin', refuseForeignOrigin(deps.config, deps.routes)],
    ['API description', serveDescription(deps)],
    ['API', api],
    ['the one page of a new installation', sendToOnlyPage(deps.onlyPage)],
    ['pages', pages],
    ['static files', serveStatic(deps.staticSites ?? [])],
    ['nothing here', () => refuseUnknown()],
  ];
  for (const [, step] of steps) app.use(step);
  app.use(answerErrors(deps.log));
  return {
    app,
    metrics,
    drain: () => {
      isDraining = true;
    },
  };
}

function refuseUnknown(): never {
  throw new AppError('request.not_found');
}

function begin(deps: Pick<HttpDeps, 'config' | 'log' | 'clock' | 'ids' | 'guard'>, metrics: Metrics): Step {
  const isTrusted = createNetworkList(deps.config.trustedProxies);
  const requests = metrics.counter('http_requests_total', 'Requests by route, method, and status.');
  const seconds = metrics.histogram('http_request_seconds', 'Time to answer by route.', SECONDS_BUCKETS);
  let openCount = 0;
  metrics.gauge('http_requests_open', 'Requests being answered.', () => openCount);
  return (request, response, next) => {
    const requestId = deps.ids.next();
    const forwardedFor = request.headers['x-forwarded-for'];
    const ip = clientAddress(
      request.socket.remoteAddress,
      Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor,
      isTrusted,
    );
    openExchange(response, { requestId, startedMs: performance.now(), ip, route: 'none' });
    response.setHeader('X-Request-Id', requestId);
    openCount += 1;
    response.once('close', () => {
      openCount -= 1;
      const { route, startedMs, principal, errorCode } = exchangeOf(response);
      const ms = performance.now() - startedMs;
      deps.guard?.note(ip, { route, path: request.path, code: errorCode });
      requests.add({ route, method: request.method, status: String(response.statusCode) });
      seconds.observe(ms / 1000, { route });
      // An allow-list: no path, no query string, no header, no body ever gets here.
      deps.log.info('http.request', {
        requestId,
        method: request.method,
        route,
        status: response.statusCode,
        ms: Math.round(ms * 10) / 10,
        ip,
        isComplete: response.writableFinished,
        ...(principal === undefined ? {} : { actorType: principal.actor.type, actorId: principal.actor.id }),
        ...(errorCode === undefined ? {} : { code: errorCode }),
      });
    });
    next();
  };
}

function turnAway(isDraining: () => boolean): Step {
  return (_request, response, next) => {
    if (!isDraining()) return next();
    response.setHeader('Connection', 'close');
    throw new AppError('server.draining');
  };
}

/**
 * Whoever shows credentials is let through to have them looked at: colleagues of a scanner behind one shared address go
 * on working. Public routes refuse it all the same, so that credentials made up open nothing.
 */
function turnBlockedAway(guard: AddressGuard | undefined): Step {
  return (request, response, next) => {
    const exchange = exchangeOf(response);
    const retryAfterSeconds = guard?.blockedSeconds(exchange.ip) ?? 0;
    if (retryAfterSeconds === 0) return next();
    const { bearer, cookie } = readCredentials(request, exchange.ip);
    if (bearer === undefined && cookie === undefined)
      throw new AppError('request.address_blocked', { details: { retryAfterSeconds } });
    exchange.blockedSeconds = retryAfterSeconds;
    next();
  };
}

function limitAddress(config: HttpConfig, clock: Clock): Step {
  const limiter = createRateLimiter({ clock, ...(config.addressLimits ?? config.limits ?? ADDRESS_LIMITS) });
  return (_request, response, next) => {
    const { ip } = exchangeOf(response);
    if (!config.isLoopbackLimited && isLoopback(ip)) return next();
    const retryAfterSeconds = limiter.take(ip);
    if (retryAfterSeconds > 0) throw new AppError('request.rate_limited', { details: { retryAfterSeconds } });
    next();
  };
}

function sendToOnlyPage(onlyPage: HttpDeps['onlyPage']): Step {
  return (request, response, next) => {
    if (onlyPage === undefined || !isPageAddress(request)) return next();
    onlyPage().then((page) => {
      if (page === undefined || request.path === page) return next();
      exchangeOf(response).route = 'only page';
      response.setHeader('Cache-Control', 'no-store');
      response.redirect(303, page);
    }, next);
  };
}

function serveDescription(deps: HttpDeps): Step {
  const text = Buffer.from(JSON.stringify(describeApi(deps.routes, deps.version)));
  return (request, response, next) => {
    if (request.path !== API_DESCRIPTION_PATH) return next();
    exchangeOf(response).route = API_DESCRIPTION_PATH;
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new AppError('request.method_not_allowed');
    response.status(200).setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', text.length);
    if (request.method === 'HEAD') response.end();
    else endWith(response, text);
  };
}
