import {
  createVisitorSockets,
  SiteService,
  VisitorService,
  webWidgetRoutes,
  widgetPages,
} from './channels/web-widget/index.ts';
import {
  CannedResponseService,
  ConversationOwners,
  ConversationService,
  ConversationView,
  createAgentSocket,
  createDeskRoutes,
  MESSAGE_BATCH,
  NoteService,
  RequesterService,
  Routing,
  TicketService,
  TicketView,
} from './desk/index.ts';
import type { Foundation } from './foundation.ts';
import { createIdentity, type Identity } from './identity/index.ts';
import { createKnowledge, type Knowledge } from './knowledge/index.ts';
import {
  createAnswerSeal,
  createHttpApp,
  createNetworkList,
  isLoopback,
  type AnyRoute,
  type HttpApp,
  type HttpConfig,
} from './platform/http/index.ts';
import { createLease, createOutboxRelay, type OutboxRelay } from './platform/jobs/index.ts';
import { createBatchWriter, openBatchConnections } from './platform/persistence/index.ts';
import {
  createAudience,
  createSocketServer,
  type SocketEndpoint,
  type SocketServer,
} from './platform/realtime/index.ts';
import { createRobot, type Robot } from './robot/index.ts';
import { VERSION } from './version.ts';
import * as wiring from './wiring.ts';

/** Everything the process runs, wired once, in one place. */
export interface Parts {
  identity: Identity;
  knowledge: Knowledge;
  robot: Robot;
  sites: SiteService;
  cannedResponses: CannedResponseService;
  http: HttpApp;
  sockets: SocketServer;
  relay: OutboxRelay;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** How long a batch of messages is tried again while the database does not answer. */
const BATCH_RETRY_MS = 10_000;

/** Builds every part through its factory. Who is wired to what, and who holds which key, can be read here. */
export async function compose(foundation: Foundation): Promise<Parts> {
  const { config, clock, ids, log, crypto, uow, database } = foundation;
  const httpConfig = wiring.toHttpConfig(config);
  const onFault = (error: unknown) => log.error('fault in a socket or a job', {}, error);
  const withDb = wiring.withDb(database);

  const identity = createIdentity({
    ...{ uow, clock, ids, crypto, onFault, isEvaluation: config.isEvaluation },
    config: httpConfig,
    bookkeeping: wiring.bookkeeping(database),
  });
  const sites = new SiteService({ uow, clock });
  const localeOf = (siteId: string) => sites.localeOf(siteId);
  const desk = composeDesk(foundation, { identity, localeOf, onFault });
  const { conversations } = desk;
  const knowledge = createKnowledge({
    clock,
    ids,
    namesOf: (_db, accountIds) => identity.namesOf(accountIds),
  });
  const robot = createRobot({
    ...{ uow, clock, ids, log, conversations, localeOf, live: knowledge.live },
    workerUrl: wiring.ROBOT_WORKER,
  });
  const web = composeWeb(foundation, { desk, sites, httpConfig, onFault });

  const lease = createLease({ withDb, clock, name: 'outbox', holder: ids.next() });
  const handlers = [...knowledge.handlers, ...robot.handlers];
  const relay = createOutboxRelay({ withDb, lease, clock, ids, log, handlers });
  foundation.onCommit((hasEvents) => hasEvents && relay.nudge());

  const { http, sockets } = composeHttp(foundation, {
    httpConfig,
    onFault,
    routes: [...identity.routes, ...desk.routes, ...knowledge.routes, ...robot.routes, ...web.routes],
    authenticators: [...identity.authenticators, wiring.visitorAuthenticator(web.visitors)],
    endpoints: [web.endpoint, desk.endpoint],
    sites,
  });

  return {
    ...{ identity, knowledge, robot, sites, cannedResponses: desk.cannedResponses, http, sockets, relay },
    async start() {
      await desk.routing.start();
      await robot.start();
      relay.start();
      foundation.sealer.start();
    },
    async stop() {
      await robot.stop();
      await desk.routing.stop();
      await relay.stop();
      await desk.writer.close();
    },
  };
}

type Desk = ReturnType<typeof composeDesk>;

/** Conversations, requesters, routing, and the agents' socket. The batch writer holds the lanes of the hot path. */
function composeDesk(
  foundation: Foundation,
  deps: { identity: Identity; localeOf(siteId: string): Promise<string>; onFault(error: unknown): void },
) {
  const { config, clock, ids, log, crypto, uow, database, trail, installationId, toOutboxRow } = foundation;
  const { laneCount: lanes, batchRowsMax: batchItemsMax, queueRowsMax: queueItemsMax } = config.chat;
  const writer = createBatchWriter({
    ...{ plan: MESSAGE_BATCH, clock, ids, installationId, trail, toOutboxRow },
    limits: { lanes, batchItemsMax, queueItemsMax, retryMs: BATCH_RETRY_MS },
    connections: openBatchConnections(database, MESSAGE_BATCH, lanes),
    onCommit: (hasEvents) => foundation.committed(hasEvents),
  });
  const owners = new ConversationOwners({ uow, crypto, writer, clock });
  const conversations = new ConversationService({ owners, crypto, clock, ids, localeOf: deps.localeOf });
  const requesters = new RequesterService({ crypto, clock, ids });
  const routing = new Routing({ uow, clock, owners, conversations, directory: deps.identity, log });
  const staff = wiring.staffOf(deps.identity);
  const view = new ConversationView({ crypto, staff });
  const notes = new NoteService({ crypto, clock, ids, staff });
  const cannedResponses = new CannedResponseService({ clock, ids });
  const takeNumber = wiring.numberSeries(database, 'ticket');
  const tickets = new TicketService({ crypto, clock, ids, requesters, staff, takeNumber });
  const ticketView = new TicketView({ crypto, staff });
  const audience = createAudience();
  const endpoint = createAgentSocket({
    ...{ sessions: deps.identity.sockets, audience, owners, conversations, routing, uow, staff },
    presentItem: (conversationId) => uow.read((db) => view.find(db, conversationId)),
    addNote: async (context, conversationId, note) => {
      const conversation = await owners.get(conversationId);
      return uow.run(context, (tx) => notes.add(tx, conversation, note));
    },
    onNote: (listener) => notes.onNote(listener),
    onFault: deps.onFault,
  });
  const routes = createDeskRoutes({
    ...{ owners, conversations, requesters, notes, routing, staff, view, crypto, clock, cannedResponses },
    ...{ tickets, ticketView },
  });
  return { writer, owners, conversations, requesters, routing, audience, cannedResponses, endpoint, routes };
}

/** The visitors' side: sites, sessions, sockets. */
function composeWeb(
  { config, clock, ids, uow }: Foundation,
  deps: { desk: Desk; sites: SiteService; httpConfig: HttpConfig; onFault(error: unknown): void },
) {
  const { desk, sites, httpConfig, onFault } = deps;
  const { conversations, owners, requesters, routing, audience } = desk;
  const isLimited = (ip: string) => config.limits.loopback || !isLoopback(ip);
  const visitors = new VisitorService({ uow, clock, ids, sites, requesters, conversations, isLimited });
  const sockets = createVisitorSockets({
    ...{ visitors, conversations, owners, uow, onFault },
    isOriginAllowed: (origin) => wiring.isVisitorOrigin(origin, httpConfig, sites),
    tellDesk: (conversationId, frame) => audience.publish(`desk:${conversationId}`, frame),
    positionOf: (conversationId) => routing.positionOf(conversationId),
  });
  const { publicBaseUrl } = httpConfig;
  const routes = webWidgetRoutes({
    sites,
    visitors,
    conversations,
    requesters,
    sockets,
    uow,
    clock,
    publicBaseUrl,
  });
  return { visitors, endpoint: sockets.endpoint, routes };
}

/** The edge: the route table over HTTP, pages and files, and the socket endpoints. */
function composeHttp(
  foundation: Foundation,
  deps: {
    httpConfig: HttpConfig;
    routes: AnyRoute[];
    authenticators: Parameters<typeof createHttpApp>[0]['authenticators'];
    endpoints: SocketEndpoint[];
    sites: SiteService;
    onFault(error: unknown): void;
  },
): { http: HttpApp; sockets: SocketServer } {
  const { config, clock, ids, log, uow } = foundation;
  const { routes, authenticators, sites, endpoints, onFault } = deps;
  const http = createHttpApp({
    ...{ config: deps.httpConfig, log, clock, ids, uow, routes, authenticators, version: VERSION },
    answerSeal: createAnswerSeal(foundation.crypto),
    readiness: wiring.readinessOf(foundation),
    pages: widgetPages({ sites, webFolder: wiring.WEB_FOLDER, isEvaluation: config.isEvaluation }),
    staticSites: wiring.staticSites(config.isEvaluation),
  });
  const isTrustedProxy = createNetworkList(config.trustedProxies);
  const clientAddress = wiring.requestAddress(isTrustedProxy);
  return { http, sockets: createSocketServer({ endpoints, clientAddress, onFault }) };
}
