import { SiteService } from './channels/web-widget/index.ts';
import { composeBackground } from './compose-background.ts';
import { composeAnchors } from './compose-anchors.ts';
import { composeCompliance } from './compose-compliance.ts';
import { composeDefence } from './compose-defence.ts';
import { composeConnectors, composeLookups, type Lookups } from './compose-connectors.ts';
import { composeDesk, composeWeb } from './compose-desk.ts';
import { composeIdentity } from './compose-identity.ts';
import { composeExports } from './compose-exports.ts';
import { composeHttp } from './compose-http.ts';
import { composeOfficer } from './compose-officer.ts';
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
import type { AnyRoute, HttpApp } from './platform/http/index.ts';
import type { OutboxRelay } from './platform/jobs/index.ts';
import type { SocketServer } from './platform/realtime/index.ts';
import { createQa, type Qa } from './qa/index.ts';
import { createReports, windowOf } from './reports/index.ts';
import { createRobot, type Robot } from './robot/index.ts';
import type { Tailoring } from './tailoring/index.ts';
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
  const late = {
    ...{ ...later, queue: () => services.jobs.queue },
    ...{ egress: () => services.egress, settings: () => services.settings },
  };
  const identity = composeIdentity(foundation, { httpConfig, onFault, late });
  const services = await composeServices(foundation, settingsDeps(config, identity));
  const { settings, metrics } = services;
  const { tailoring, textOf, fields } = composeTailoring(settings, identity);
  const sites = new SiteService({ uow, clock });
  const localeOf = (siteId: string) => sites.localeOf(siteId);
  const desk = composeDesk(foundation, {
    ...{ identity, localeOf, textOf, fields, onFault },
    ...{ metrics, files: services.files.store, notifier: services.notify },
    zone: services.zone,
  });
  const { conversations } = desk;
  const connectors = composeConnectors(foundation, services);
  const lookups = composeLookups(foundation, { desk, connectors });
  const base = { identity, conversations, localeOf, textOf, tailoring, queue: services.jobs.queue };
  const robotPorts = { ...wiring.robotPorts(desk, services, clock), lookUp: lookups.lookUp };
  const modules = composeModules(foundation, { ...base, robotPorts });
  services.jobs.add([...modules.knowledge.jobKinds, ...modules.robot.jobKinds]);
  const outside = await composeAnchors(foundation, services);
  const compliance = composeCompliance(foundation, { identity, services, desk, outside });
  const exports = composeExports(foundation, { identity, services, desk, stores: compliance.stores });
  const defence = composeDefence(foundation, services.notify);
  const officer = composeOfficer(foundation, { identity, services, desk, exports });
  const web = composeWeb(foundation, { desk, sites, httpConfig, look: tailoring.widgetLook, onFault });

  const handlers = [...modules.handlers, ...web.handlers, ...connectors.handlers];
  const background = composeBackground(foundation, {
    ...{ identity, services, desk, handlers },
    loops: [...outside.loops, ...officer.loops],
  });
  const { relay } = background;

  const parts: { sockets?: SocketServer } = {};
  foundation.gauges.socketCount = () => parts.sockets?.count ?? 0;
  const system = wiring.systemParts(foundation, {
    robot: modules.robot,
    relay,
    files: services.files,
    socketCount: () => parts.sockets?.count ?? 0,
  });
  const reports = createReports({ clock, system, settings });

  const { http, sockets } = composeHttp(foundation, {
    ...{ httpConfig, onFault, metrics },
    routes: routesOf([
      ...[identity, desk, modules, reports, web, services],
      ...[tailoring, exports, connectors, lookups, compliance, officer, defence],
    ]),
    ...{ sites, isOff: tailoring.isOff, guard: defence.guard },
    authenticators: [...identity.authenticators, wiring.visitorAuthenticator(web.visitors)],
    endpoints: [web.endpoint, desk.endpoint],
  });
  parts.sockets = sockets;

  const { knowledge, robot, qa } = modules;
  return {
    ...{ services, identity, sites, http, sockets, relay, cannedResponses: desk.cannedResponses },
    ...{ knowledge, robot, qa },
    ...lifeOf(foundation, { services, desk, robot, background, connectors, defence }),
  };
}

/** All routes, in the order the API description lists them. */
const routesOf = (parts: readonly { routes: readonly AnyRoute[] }[]): AnyRoute[] =>
  parts.flatMap(({ routes }) => routes);

/** What starts and stops, in order: work comes in last and stops first. */
function lifeOf(
  foundation: Foundation,
  parts: {
    services: Services;
    desk: ReturnType<typeof composeDesk>;
    robot: Robot;
    background: ReturnType<typeof composeBackground>;
    connectors: ReturnType<typeof composeConnectors>;
    defence: ReturnType<typeof composeDefence>;
  },
): Pick<Parts, 'start' | 'stop'> {
  const { services, desk, robot, background, connectors, defence } = parts;
  return {
    async start() {
      await services.start();
      await defence.start();
      await desk.routing.start();
      await robot.start();
      background.start();
      desk.indexer.start();
      connectors.start();
      foundation.sealer.start();
    },
    async stop() {
      await background.stop();
      // First: replies in hand still find the robot, and nothing they change asks for another walk of the queue.
      await background.relay.stop();
      await connectors.stop();
      await robot.stop();
      await desk.routing.stop();
      await desk.writer.close();
      await desk.indexer.stop();
      defence.stop();
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
    queue: Services['jobs']['queue'];
    robotPorts: ReturnType<typeof wiring.robotPorts> & Pick<Lookups, 'lookUp'>;
  },
) {
  const { clock, ids, log, crypto, uow } = foundation;
  const { identity, conversations, localeOf, textOf, tailoring } = deps;
  const { namesOf, teamNames } = wiring.namesFrom(identity);
  const knowledge = createKnowledge({ uow, clock, ids, namesOf, queue: deps.queue });
  const robot = createRobot({
    ...{ uow, clock, ids, log, crypto, conversations, localeOf, textOf, live: knowledge.live, namesOf },
    ...{ regression: knowledge.regression, teamNames },
    ...deps.robotPorts,
    ...{ articles: knowledge.service, windowOf },
    isOn: () => tailoring.isOn('robot'),
    workerUrl: wiring.ROBOT_WORKER,
    mayLearn: foundation.leaseOf('robot').hold,
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
