import type { Services } from './compose-services.ts';
import { connectorWatchKind, createConnectorHost } from './connectors/host/index.ts';
import { createWebhooks, type WebhookPorts } from './connectors/webhook/index.ts';
import type { Desk } from './compose-desk.ts';
import { lookupRoutes, LookupService } from './desk/index.ts';
import type { Foundation } from './foundation.ts';
import { AppError, ROBOT_ACTOR, SCOPE_ALL } from './kernel/index.ts';
import { hmacSha256, randomBytes, randomToken } from './platform/crypto/index.ts';
import type { Egress, EgressRuleService } from './platform/egress/index.ts';
import { createLease } from './platform/jobs/index.ts';
import type { Notifier } from './platform/notify/index.ts';
import { RECORDS_SAID_MAX, type Looked } from './robot/index.ts';
import { CONNECTOR_CHANGED, connectorPorts } from './wiring-connectors.ts';
import * as wiring from './wiring.ts';

const SECRET_BYTES = 32;
/** First letters of every secret, so that scanners find one that leaked. */
const SECRET_PREFIX = 'vdw_';

/** Topic on which erasure tells of destroyed keys. */
const KEYS_DESTROYED = 'crypto.destroyed';

type Notices = Pick<Notifier, 'send'>;

/** The host of connectors: hands each what it may use, and nothing more. */
export function composeConnectors(
  foundation: Foundation,
  services: Pick<Services, 'egress' | 'egressRules' | 'notify' | 'jobs'>,
) {
  const { uow, clock, ids, database, bus } = foundation;
  const withDb = wiring.withDb(database);
  const leaseOf = (name: string) => createLease({ withDb, clock, name, holder: ids.next() });
  const lease = leaseOf('webhook');
  const ports = webhookPorts(foundation, services);
  const webhooks = createWebhooks({ uow, clock, ids, ports, lease });
  const hostPorts = connectorPorts(foundation, services);
  const connectors = createConnectorHost({ ports: hostPorts, withDb, lease: leaseOf('connector-write') });
  const { host } = connectors;
  bus.subscribe(CONNECTOR_CHANGED, (connectorIds) => connectorIds.forEach((id) => host.changed(id)));
  // Answers are not kept under the key of their person: when somebody is erased, all of them go.
  bus.subscribe(KEYS_DESTROYED, () => host.forgetAll());
  bus.onGap(() => host.forgetAll());
  services.jobs.add([connectorWatchKind({ ports: hostPorts, withDb })]);
  return {
    ...{ host, writes: connectors.writes },
    routes: [...webhooks.routes, ...connectors.routes],
    handlers: webhooks.handlers,
    start() {
      webhooks.dispatcher.start();
      connectors.writes.start();
    },
    async stop() {
      await connectors.writes.stop();
      await webhooks.dispatcher.stop();
    },
  };
}

/** Lookups as composeLookups wires them. */
export type Lookups = ReturnType<typeof composeLookups>;

/** Other systems beside the customers of the desk, and for the robot. */
export function composeLookups(
  { uow, crypto }: Pick<Foundation, 'uow' | 'crypto'>,
  parts: {
    desk: Pick<Desk, 'requesters' | 'tickets' | 'staff'>;
    connectors: Pick<ReturnType<typeof composeConnectors>, 'host' | 'writes'>;
  },
) {
  const { desk, connectors } = parts;
  const { host, writes } = connectors;
  const lookups = new LookupService({
    ...{ uow, crypto, requesters: desk.requesters },
    connectors: {
      lookup: (request) => host.lookup(request),
      offers: (purpose) => host.offers(purpose),
      writes: (purpose) => host.writes(purpose),
      dryRun: (request) => host.dryRun(request),
      ask: (tx, write) => writes.ask(tx, write),
      writesOfTicket: (db, ticketId) => writes.ofTicket(db, ticketId),
    },
  });
  return {
    lookups,
    lookUp: robotLookUp(lookups),
    routes: lookupRoutes({ tickets: desk.tickets, staff: desk.staff, lookups, uow }),
  };
}

/** The robot's lookups: what cannot be had in this time is said to be away, so that no other conversation waits long. */
const ROBOT_BUDGET_MS = 1_500;

function robotLookUp(lookups: LookupService) {
  return async (
    { requesterId, conversationId }: { requesterId: string; conversationId: string },
    operation: string,
  ): Promise<Looked | undefined> => {
    const who = { actor: ROBOT_ACTOR, requesterId, conversationId, scope: SCOPE_ALL };
    try {
      const found = await lookups.lookUpForRobot(who, operation, ROBOT_BUDGET_MS);
      if (found === undefined) return undefined;
      if (found === 'unknown-customer') return { kind: 'unknown-customer' };
      const { offer, answer } = found;
      const rows = answer.records.slice(0, RECORDS_SAID_MAX).map((record) =>
        offer.fields.flatMap(({ name, title }) => {
          const value = record[name];
          return value === null || value === undefined || value === '' ? [] : [{ title, value }];
        }),
      );
      return { kind: 'records', rows, isStale: answer.source === 'stale' };
    } catch (error) {
      if (error instanceof AppError && /^(connector|egress)\./.test(error.code))
        return { kind: 'unavailable' };
      throw error;
    }
  };
}

/** What webhooks are handed. */
export function webhookPorts(
  { crypto, log, database }: Pick<Foundation, 'crypto' | 'log' | 'database'>,
  { egress, egressRules, notify }: { egress: Egress; egressRules: EgressRuleService; notify: Notices },
): WebhookPorts {
  const ownerOf = (webhookId: string) => `webhook:${webhookId}`;
  const isOpen: WebhookPorts['places']['isOpen'] = async (webhookId, { protocol, host, port }) =>
    (await egressRules.find({ owner: ownerOf(webhookId), protocol }, { host, port })) !== undefined;
  return {
    withDb: wiring.withDb(database),
    call: async ({ webhookId, protocol, ...call }) =>
      egress.request({ owner: ownerOf(webhookId), protocol }, { method: 'POST', ...call }),
    places: {
      isOpen,
      async ask(tx, { webhookId, reason, ...place }) {
        // What config.yaml opens for all webhooks needs no second person.
        if (await isOpen(webhookId, place)) return;
        await egressRules.ask(tx, { owner: ownerOf(webhookId), reason, ...place });
      },
      close: (tx, webhookId) => egressRules.removeOwner(tx, ownerOf(webhookId)),
    },
    secrets: {
      make: () => `${SECRET_PREFIX}${randomToken(SECRET_BYTES)}`,
      seal: (rowId, column, text) => crypto.installation.seal({ table: 'webhook', column, rowId }, text),
      open: (rowId, column, envelope) => crypto.open({ table: 'webhook', column, rowId }, envelope),
      sign: (secret, text) => hmacSha256(secret, text).toString('hex'),
    },
    log: {
      warn: (message, { error }) =>
        log.warn(message, { code: error instanceof AppError ? error.code : 'server.internal' }, error),
    },
    random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
    async notifyStopped(tx, { webhookId, name, reason }) {
      await notify.send(tx, {
        ...{ kind: 'alarm.webhook-stopped', severity: 'alarm', to: { permission: 'webhook:write' } },
        ...{
          params: { webhook: name, code: reason },
          link: '/webhooks',
          key: `webhook-stopped/${webhookId}`,
        },
      });
      tx.afterCommit(() => log.warn('webhook stopped', { connector: webhookId, code: reason }));
    },
  };
}
