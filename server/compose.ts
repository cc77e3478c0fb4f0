import {
  createVisitorSockets,
  SiteService,
  VisitorService,
  webWidgetRoutes,
  widgetPages,
} from './channels/web-widget/index.ts';
import {
  ConversationOwners,
  ConversationService,
  MESSAGE_BATCH,
  RequesterService,
  Routing,
} from './desk/index.ts';
import type { Foundation } from './foundation.ts';
import { createHttpApp, createNetworkList, isLoopback, type HttpApp } from './platform/http/index.ts';
import { createLease, createOutboxRelay, type OutboxRelay } from './platform/jobs/index.ts';
import { createBatchWriter, openBatchConnections } from './platform/persistence/index.ts';
import { createAudience, createSocketServer, type SocketServer } from './platform/realtime/index.ts';
import { VERSION } from './version.ts';
import {
  answerSeal,
  isVisitorOrigin,
  readinessOf,
  requestAddress,
  staticSites,
  toHttpConfig,
  visitorAuthenticator,
  WEB_FOLDER,
} from './wiring.ts';

/** Everything the process runs, wired once, in one place. */
export interface Parts {
  http: HttpApp;
  sockets: SocketServer;
  sites: SiteService;
  relay: OutboxRelay;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const BATCH_RETRY_MS = 10_000;

/** Builds every part through its factory. Who is wired to what, and who holds which key, can be read here. */
export async function compose(foundation: Foundation): Promise<Parts> {
  const { config, clock, ids, log, database, crypto, trail, uow, installationId, toOutboxRow } = foundation;
  const onFault = (error: unknown) => log.error('fault in a socket or a job', {}, error);

  const { laneCount: lanes, batchRowsMax: batchItemsMax, queueRowsMax: queueItemsMax } = config.chat;
  const writer = createBatchWriter({
    ...{
      plan: MESSAGE_BATCH,
      clock,
      ids,
      installationId,
      trail,
      toOutboxRow,
      onCommit: foundation.committed,
    },
    limits: { lanes, batchItemsMax, queueItemsMax, retryMs: BATCH_RETRY_MS },
    connections: openBatchConnections(database, MESSAGE_BATCH, lanes),
  });
  const sites = new SiteService({ uow, clock });
  const localeOf = (siteId: string) => sites.localeOf(siteId);
  const owners = new ConversationOwners({ uow, crypto, writer, clock });
  const conversations = new ConversationService({ owners, crypto, clock, ids, localeOf });
  const requesters = new RequesterService({ crypto, clock, ids });
  const audience = createAudience();
  const routing = new Routing({
    uow,
    clock,
    owners,
    conversations,
    directory: { agentsOf: async () => [] },
    log,
  });

  const httpConfig = toHttpConfig(config);
  const isTrustedProxy = createNetworkList(config.trustedProxies);
  const isLimited = (ip: string) => config.limits.loopback || !isLoopback(ip);
  const visitors = new VisitorService({ uow, clock, ids, sites, requesters, conversations, isLimited });
  const visitorSockets = createVisitorSockets({
    ...{ visitors, conversations, owners, uow, onFault },
    isOriginAllowed: (origin) => isVisitorOrigin(origin, httpConfig, sites),
    tellDesk: (conversationId, frame) => audience.publish(`desk:${conversationId}`, frame),
    positionOf: (conversationId) => routing.positionOf(conversationId),
  });

  const lease = createLease({
    withDb: (work) => database.read(work),
    clock,
    name: 'outbox',
    holder: ids.next(),
  });
  const relay = createOutboxRelay({
    withDb: (work) => database.read(work),
    lease,
    clock,
    ids,
    log,
    handlers: [],
  });
  foundation.onCommit((hasEvents) => hasEvents && relay.nudge());

  const routes = [
    ...webWidgetRoutes({
      ...{ sites, visitors, conversations, requesters, uow, clock },
      sockets: visitorSockets,
      publicBaseUrl: httpConfig.publicBaseUrl,
    }),
  ];
  const http = createHttpApp({
    ...{ config: httpConfig, log, clock, ids, uow, routes, version: VERSION },
    authenticators: [visitorAuthenticator(visitors)],
    answerSeal: answerSeal(foundation),
    readiness: readinessOf(foundation),
    pages: widgetPages({ sites, webFolder: WEB_FOLDER, isEvaluation: config.isEvaluation }),
    staticSites: staticSites(config.isEvaluation),
  });
  const sockets = createSocketServer({
    endpoints: [visitorSockets.endpoint],
    clientAddress: (request) => requestAddress(request, isTrustedProxy),
    onFault,
  });

  return {
    ...{ http, sockets, sites, relay },
    async start() {
      await routing.start();
      relay.start();
      foundation.sealer.start();
    },
    async stop() {
      await routing.stop();
      await relay.stop();
      await writer.close();
    },
  };
}
