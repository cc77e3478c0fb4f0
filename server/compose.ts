import { SiteService, widgetPages } from './channels/web-widget/index.ts';
import { composeBackground } from './compose-background.ts';
import { composeCompliance } from './compose-compliance.ts';
import { composeConnectors } from './compose-connectors.ts';
import { composeDesk, composeWeb } from './compose-desk.ts';
import { composeIdentity } from './compose-identity.ts';
import { composeExports } from './compose-exports.ts';
import { composeServices, type Services } from './compose-services.ts';
import { composeTailoring, settingsDeps } from './compose-tailoring.ts';
import {
  presentForAgent,
  type CannedResponseService,
  type ConversationService,
  type SystemTexts,
} from './desk/index.ts';
import type { Foundation } from './foundation.ts';
import type { Identity } from './identity/index.ts';
import { createKnowledge, type Knowledge } from './knowledge/index.ts';
import {
  createAnswerSeal,
  createHttpApp,
  createNetworkList,
  type AnyRoute,
  type HttpApp,
  type HttpConfig,
  type Metrics,
} from './platform/http/index.ts';
import type { OutboxRelay } from './platform/jobs/index.ts';
import { createSocketServer, type SocketEndpoint, type SocketServer } from './platform/realtime/index.ts';
import { createQa, type Qa } from './qa/index.ts';
import { createReports } from './reports/index.ts';
import { createRobot, type Robot } from './robot/index.ts';
import type { Tailoring } from './tailoring/index.ts';
import { VERSION } from './version.ts';
import * as wiring from './wiring.ts';

/** Everything the process runs, wired once, in one place. */
export interface Parts {
  identity: Identity;
  knowledge: Knowledge;
  robot: Robot;
  qa: Qa;
  sites: SiteService;
  cannedResponses: CannedResponseService;
  http: HttpApp;
  sockets: SocketServer;
  relay: OutboxRelay;
  services: Services;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Builds every part through its factory. Who is wired to what, and who holds which key, can be read here. */
export async function compose(foundation: Foundation): Promise<Parts> {
  const { config, clock, log, uow } = foundation;
  const httpConfig = wiring.toHttpConfig(config);
  const onFault = (error: unknown) => log.error('fault in a socket or a job', {}, error);
  const later = { notifier: () => services.notify, alarms: () => background.alarms };
  const late = { ...later, queue: () => services.jobs.queue };
  const identity = composeIdentity(foundation, { httpConfig, onFault, late });
  const services = await composeServices(foundation, settingsDeps(config, identity));
  const { settings, metrics } = services;
  const { tailoring, textOf, fields } = composeTailoring(settings, identity);
  const sites = new SiteService({ uow, clock });
  const localeOf = (siteId: string) => sites.localeOf(siteId);
  const desk = composeDesk(foundation, {
    ...{ identity, localeOf, textOf, fields, onFault },
    files: services.files.store,
  });
  const { conversations } = desk;
  const modules = composeModules(foundation, { identity, conversations, localeOf, textOf, tailoring });
  const compliance = composeCompliance(foundation, { identity, services, owners: desk.owners });
  const web = composeWeb(foundation, { desk, sites, httpConfig, look: tailoring.widgetLook, onFault });

  const connectors = composeConnectors(foundation, services);
  const handlers = [...modules.handlers, ...web.handlers, ...connectors.handlers];
  const background = composeBackground(foundation, { identity, services, desk, handlers });
  const { relay } = background;

  const parts: { sockets?: SocketServer } = {};
  const socketCount = () => parts.sockets?.count ?? 0;
  const system = wiring.systemParts(foundation, { robot: modules.robot, relay, socketCount });
  const reports = createReports({ clock, system, settings });
  const exports = composeExports(foundation, { identity, services, desk });

  const { http, sockets } = composeHttp(foundation, {
    ...{ httpConfig, onFault, metrics },
    routes: [
      ...[...identity.routes, ...desk.routes, ...modules.routes, ...reports.routes, ...web.routes],
      ...[
        ...services.routes,
        ...tailoring.routes,
        ...exports.routes,
        ...connectors.routes,
        ...compliance.routes,
      ],
    ],
    isOff: tailoring.isOff,
    authenticators: [...identity.authenticators, wiring.visitorAuthenticator(web.visitors)],
    endpoints: [web.endpoint, desk.endpoint],
    sites,
  });
  parts.sockets = sockets;

  return {
    ...{
      services,
      identity,
      sites,
      http,
      sockets,
      relay,
      cannedResponses: desk.cannedResponses,
    },
    ...{ knowledge: modules.knowledge, robot: modules.robot, qa: modules.qa },
    async start() {
      await services.start();
      await desk.routing.start();
      await modules.robot.start();
      background.start();
      connectors.start();
      foundation.sealer.start();
    },
    async stop() {
      await background.stop();
      await connectors.stop();
      await modules.robot.stop();
      await desk.routing.stop();
      await relay.stop();
      await desk.writer.close();
      await services.stop();
    },
  };
}

/** Knowledge, the robot, and quality inspection. */
function composeModules(
  foundation: Foundation,
  deps: {
    identity: Identity;
    conversations: ConversationService;
    localeOf(siteId: string): Promise<string>;
    textOf: SystemTexts;
    tailoring: Tailoring;
  },
) {
  const { clock, ids, log, crypto, uow } = foundation;
  const { identity, conversations, localeOf, textOf, tailoring } = deps;
  const knowledge = createKnowledge({
    clock,
    ids,
    namesOf: (_db, accountIds) => identity.namesOf(accountIds),
  });
  const robot = createRobot({
    ...{ uow, clock, ids, log, conversations, localeOf, textOf, live: knowledge.live },
    isOn: () => tailoring.isOn('robot'),
    workerUrl: wiring.ROBOT_WORKER,
  });
  const accountNames = (accountIds: readonly string[]) => identity.namesOf(accountIds);
  const qa = createQa({
    ...{ uow, crypto, clock, ids, conversations, accountNames },
    presentMessage: presentForAgent,
    sentimentOf: wiring.sentimentOf,
  });
  return {
    ...{ knowledge, robot, qa },
    handlers: [...knowledge.handlers, ...robot.handlers, ...tailoring.pausable('qa', qa.handlers)],
    routes: [...knowledge.routes, ...robot.routes, ...qa.routes],
  };
}

/** The edge: the route table over HTTP, pages and files, and the socket endpoints. */
function composeHttp(
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
    answerSeal: createAnswerSeal(foundation.crypto),
    readiness: wiring.readinessOf(foundation),
    pages: widgetPages({ sites, webFolder: wiring.WEB_FOLDER, isEvaluation: config.isEvaluation }),
    staticSites: wiring.staticSites(config.isEvaluation),
  });
  const isTrustedProxy = createNetworkList(config.trustedProxies);
  const clientAddress = wiring.requestAddress(isTrustedProxy);
  return { http, sockets: createSocketServer({ endpoints, clientAddress, onFault }) };
}
