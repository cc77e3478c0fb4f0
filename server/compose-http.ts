import { widgetPages, type SiteService } from './channels/web-widget/index.ts';
import type { Foundation } from './foundation.ts';
import { createSetup } from './identity/index.ts';
import type { Config } from './platform/config/index.ts';
import {
  createAnswerSeal,
  createHttpApp,
  createNetworkList,
  isLoopback,
  knownHost,
  type AddressGuard,
  type AnyRoute,
  type HttpApp,
  type HttpConfig,
  type Metrics,
} from './platform/http/index.ts';
import {
  createSocketServer,
  type SocketEndpoint,
  type SocketLimits,
  type SocketServer,
} from './platform/realtime/index.ts';
import { VERSION } from './version.ts';
import * as wiring from './wiring.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** The edge: the route table over HTTP, pages and files, and the socket endpoints. */
export function composeHttp(
  foundation: Foundation,
  deps: {
    metrics: Metrics;
    httpConfig: HttpConfig;
    routes: AnyRoute[];
    authenticators: Parameters<typeof createHttpApp>[0]['authenticators'];
    endpoints: SocketEndpoint[];
    isOff(path: string): boolean;
    guard: AddressGuard;
    sites: SiteService;
    onFault(error: unknown): void;
  },
): { http: HttpApp; sockets: SocketServer } {
  const { config, clock, ids, log, uow } = foundation;
  const { routes, authenticators, sites, endpoints, onFault } = deps;
  const http = createHttpApp({
    ...{ config: deps.httpConfig, log, clock, ids, uow, routes, authenticators, version: VERSION },
    isOff: deps.isOff,
    guard: deps.guard,
    metrics: deps.metrics,
    audit: foundation.audit,
    answerSeal: createAnswerSeal(foundation.crypto),
    readiness: wiring.readinessOf(foundation),
    pages: widgetPages({ sites, webFolder: wiring.WEB_FOLDER, isEvaluation: config.isEvaluation }),
    staticSites: wiring.staticSites(config.isEvaluation),
    onlyPage: setupPage(foundation),
  });
  const isTrustedProxy = createNetworkList(config.trustedProxies);
  const clientAddress = wiring.requestAddress(isTrustedProxy);
  const limits = socketLimits(config);
  const isLimited = (address: string) => config.limits.loopback || !isLoopback(address);
  const isKnownHost = knownHost(deps.httpConfig);
  const onRefused = (refusal: { status: number; ip: string }) => log.info('http.upgrade_refused', refusal);
  const rules = { isKnownHost, onRefused, limits, isLimited };
  return { http, sockets: createSocketServer({ endpoints, clientAddress, onFault, ...rules }) };
}

/** `/setup` until the first three administrators are made: nobody could sign in, and nothing else is shown. */
function setupPage({ uow, clock, ids, crypto }: Foundation): () => Promise<string | undefined> {
  const setup = createSetup({ uow, clock, ids, crypto });
  let isDone = false;
  return async () => {
    isDone ||= await uow.read((db) => setup.isDone(db));
    return isDone ? undefined : '/setup';
  };
}

/** What sockets may take up, as the configuration bounds it. */
function socketLimits({ sockets }: Config): SocketLimits {
  return {
    connectionsMax: sockets.connectionsMax,
    silentMax: sockets.silentMax,
    silentPerAddressMax: sockets.silentPerAddressMax,
    helloMs: sockets.helloSeconds * 1_000,
    frameBytesMax: sockets.frameKilobytes * KIB,
    framesWaitingMax: sockets.framesWaitingMax,
    waitingBytesMax: sockets.waitingMegabytes * MIB,
    unreadBytesMax: sockets.unreadKilobytes * KIB,
  };
}
