import {
  createVisitorSockets,
  VisitorService,
  webWidgetRoutes,
  type LookPort,
  type SiteService,
} from './channels/web-widget/index.ts';
import {
  CannedResponseService,
  catchUpJob,
  ConversationOwners,
  ConversationView,
  FieldService,
  createAgentSocket,
  createDeskRoutes,
  createFileHandler,
  deskIndexWalks,
  DeskFiles,
  leaverJob,
  MESSAGE_BATCH,
  MessageIndexer,
  NoteService,
  RequesterService,
  RevealService,
  Routing,
  SharedConversations,
  TicketService,
  TicketView,
  type Fields,
  type SystemTexts,
} from './desk/index.ts';
import type { Foundation } from './foundation.ts';
import type { Identity } from './identity/index.ts';
import type { TimeZone } from './kernel/index.ts';
import { isLoopback, type HttpConfig, type Metrics } from './platform/http/index.ts';
import type { FileStore } from './platform/files/index.ts';
import type { Audience } from './platform/realtime/index.ts';
import { createBatchWriter, openBatchConnections } from './platform/persistence/index.ts';
import type { Notifier } from './platform/notify/index.ts';
import { shareAudience, shareDesk, VISITOR_OPENED, VISITOR_TOLD } from './wiring-cluster.ts';
import * as wiring from './wiring.ts';

/** How long a batch of messages is tried again while the database does not answer. */
const BATCH_RETRY_MS = 10_000;

/** The desk's parts, as composeDesk wires them. */
export type Desk = ReturnType<typeof composeDesk>;

/** Conversations, requesters, routing, and the agents' socket. The batch writer holds the lanes of the hot path. */
export function composeDesk(
  foundation: Foundation,
  deps: {
    identity: Identity;
    localeOf(siteId: string): Promise<string>;
    textOf: SystemTexts;
    /** The own fields in force. */
    fields(): Fields;
    files: FileStore;
    metrics: Metrics;
    notifier: Notifier;
    zone: Pick<TimeZone, 'wallAt'>;
    onFault(error: unknown): void;
  },
) {
  const { clock, ids, log, crypto, uow, database } = foundation;
  const { localeOf, textOf } = deps;
  const writer = openLanes(foundation, deps.onFault);
  const { cluster } = foundation;
  const owners = new ConversationOwners({ uow, crypto, writer, clock, ownership: cluster });
  const files = new DeskFiles({ store: deps.files, uow });
  const conversations = new SharedConversations({
    ...{ owners, crypto, clock, ids, localeOf, textOf, cluster },
    files: deps.files,
  });
  const requesters = new RequesterService({ crypto, clock, ids });
  const reveals = revealsOf(foundation, { ...deps, requesters });
  const lead = foundation.leaseOf('routing').hold;
  const routing = new Routing({ uow, clock, owners, conversations, directory: deps.identity, log, lead });
  shareDesk(foundation, { owners, routing });
  const staff = wiring.staffOf(deps.identity);
  const view = new ConversationView({ crypto, staff });
  const notes = new NoteService({ crypto, clock, ids, staff });
  const cannedResponses = new CannedResponseService({ clock, ids });
  const takeNumber = wiring.numberSeries(database, 'ticket');
  const fields = new FieldService({ crypto, ids, fields: deps.fields });
  const tickets = new TicketService({ crypto, clock, ids, requesters, staff, fields, takeNumber });
  const ticketView = new TicketView({ crypto, staff, fields });
  const audience = shareAudience(cluster);
  const endpoint = createAgentSocket({
    ...{ sessions: deps.identity.sockets, audience, owners, conversations, routing, uow, staff, files },
    ancestorsOf: (unitId) => deps.identity.organisation.ancestorsOf(unitId),
    presentItem: (conversationId) => uow.read((db) => view.find(db, conversationId)),
    addNote: async (context, conversationId, note) => {
      const conversation = await owners.get(conversationId);
      return uow.run(context, (tx) => notes.add(tx, conversation, note));
    },
    onNote: (listener) => notes.onNote(listener),
    onGap: (listener) => cluster.onGap(listener),
    onFault: deps.onFault,
  });
  const routes = createDeskRoutes({
    ...{ owners, conversations, requesters, reveals, notes, routing, staff, view, crypto, clock },
    ...{ cannedResponses, tickets, ticketView, fields, files },
    holdUnit: (tx, unitId) => deps.identity.organisation.units.hold(tx, unitId),
  });
  return {
    ...{ writer, owners, conversations, requesters, routing, audience, cannedResponses, endpoint, routes },
    ...{ files, tickets, ticketView, staff, pushNotice: noticePush(audience) },
    indexWalks: deskIndexWalks({ uow, crypto, fields }),
    ...jobsOf(foundation, { owners, staff, conversations, metrics: deps.metrics }),
  };
}

/** Tells open workbenches that their bell has something new; the others ask. */
function noticePush(audience: Audience) {
  return (accountIds: readonly string[]) => {
    for (const id of accountIds) audience.publishEverywhere(`agent:${id}`, { t: 'notice' });
  };
}

/** What the desk does in the background: making messages findable, handing on the work of people who left. */
function jobsOf(
  { uow, clock, ids, log, crypto, database }: Foundation,
  deps: {
    owners: ConversationOwners;
    staff: ReturnType<typeof wiring.staffOf>;
    conversations: SharedConversations;
    metrics: Metrics;
  },
) {
  const { owners, staff, conversations, metrics } = deps;
  const withDb = wiring.withDb(database);
  const indexer = new MessageIndexer({ owners, crypto, clock, log, metrics, withDb });
  const leavers = leaverJob({ uow, clock, ids, staff, conversations });
  return { indexer, jobKinds: [leavers, catchUpJob({ indexer, crypto, withDb })] };
}

/** The lanes of the hot path. */
function openLanes(foundation: Foundation, onFault: (error: unknown) => void) {
  const { config, clock, ids, database, trail, installationId, toOutboxRow } = foundation;
  const { laneCount: lanes, batchRowsMax: batchItemsMax, queueRowsMax: queueItemsMax } = config.chat;
  return createBatchWriter({
    ...{ plan: MESSAGE_BATCH, clock, ids, installationId, trail, toOutboxRow },
    limits: { lanes, batchItemsMax, queueItemsMax, retryMs: BATCH_RETRY_MS },
    connections: openBatchConnections(database, MESSAGE_BATCH, lanes),
    onCommit: (hasEvents) => foundation.committed(hasEvents),
    onFault,
    guard: foundation.guard,
  });
}

/** Looks at clear values, as the configuration bounds them. */
function revealsOf(
  { config, crypto, clock, ids }: Foundation,
  deps: { requesters: RequesterService; notifier: Notifier; zone: Pick<TimeZone, 'wallAt'> },
): RevealService {
  const { requesters, zone, notifier } = deps;
  const [rules, alarms] = [wiring.revealRules(config), wiring.revealAlarms(notifier)];
  return new RevealService({ requesters, crypto, clock, ids, zone, rules, alarms });
}

/** The visitors' side: sites, sessions, sockets. */
export function composeWeb(
  { config, clock, ids, uow, cluster }: Foundation,
  deps: {
    desk: Desk;
    sites: SiteService;
    httpConfig: HttpConfig;
    look: LookPort;
    onFault(error: unknown): void;
  },
) {
  const { desk, sites, httpConfig, onFault } = deps;
  const { conversations, owners, requesters, routing, audience, files } = desk;
  const isLimited = (ip: string) => config.limits.loopback || !isLoopback(ip);
  const { visitorSessionsPerAddressHour: openingsPerHourMax, openConversationsPerVisitor: openMax } =
    config.limits;
  const visitors = new VisitorService({
    ...{ uow, clock, ids, sites, requesters, conversations, isLimited, openingsPerHourMax, openMax },
    tellOpening: (ip) => cluster.broadcast(VISITOR_OPENED, { ip }),
  });
  cluster.onEvent(VISITOR_OPENED, ({ ip }: { ip: string }) => visitors.noteOpening(ip));
  const sockets = createVisitorSockets({
    ...{ visitors, conversations, owners, uow, onFault, files },
    isOriginAllowed: (origin) => wiring.isVisitorOrigin(origin, httpConfig, sites),
    tellDesk: (conversationId, frame) => audience.publishEverywhere(`desk:${conversationId}`, frame),
    positionOf: (conversationId) => routing.positionOf(conversationId),
  });
  const resync = () => void sockets.resync().catch(onFault);
  cluster.onGap(resync);
  cluster.onMoved(resync);
  cluster.onEvent(VISITOR_TOLD, ({ conversationId, frame }: { conversationId: string; frame: object }) =>
    sockets.tell(conversationId, frame),
  );
  const { publicBaseUrl } = httpConfig;
  const routes = webWidgetRoutes({
    ...{
      sites,
      visitors,
      conversations,
      requesters,
      sockets,
      uow,
      clock,
      ids,
      publicBaseUrl,
      look: deps.look,
      files,
    },
  });
  const tell = (conversationId: string, frame: object) => {
    sockets.tell(conversationId, frame);
    cluster.broadcast(VISITOR_TOLD, { conversationId, frame });
    audience.publishEverywhere(`desk:${conversationId}`, frame);
  };
  const handlers = [createFileHandler({ store: files.store, uow, tell })];
  return { visitors, endpoint: sockets.endpoint, routes, handlers };
}
