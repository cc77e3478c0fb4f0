import { widgetPages, type SiteService } from './channels/web-widget/index.ts';
import type { Foundation } from './foundation.ts';
import {
  createAnswerSeal,
  createHttpApp,
  createNetworkList,
  type AnyRoute,
  type HttpApp,
  type HttpConfig,
  type Metrics,
} from './platform/http/index.ts';
import { createSocketServer, type SocketEndpoint, type SocketServer } from './platform/realtime/index.ts';
import { VERSION } from './version.ts';
import * as wiring from './wiring.ts';

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
    sites: SiteService;
    onFault(error: unknown): void;
  },
): { http: HttpApp; sockets: SocketServer } {
  const { config, clock, ids, log, uow } = foundation;
  const { routes, authenticators, sites, endpoints, onFault } = deps;
  const http = createHttpApp({
    ...{ config: deps.httpConfig, log, clock, ids, uow, routes, authenticators, version: VERSION },
    isOff: deps.isOff,
    metrics: deps.metrics,
    audit: foundation.audit,
    answerSeal: createAnswerSeal(foundation.crypto),
    readiness: wiring.readinessOf(foundation),
    pages: widgetPages({ sites, webFolder: wiring.WEB_FOLDER, isEvaluation: config.isEvaluation }),
    staticSites: wiring.staticSites(config.isEvaluation),
  });
  const isTrustedProxy = createNetworkList(config.trustedProxies);
  const clientAddress = wiring.requestAddress(isTrustedProxy);
  return { http, sockets: createSocketServer({ endpoints, clientAddress, onFault }) };
}
