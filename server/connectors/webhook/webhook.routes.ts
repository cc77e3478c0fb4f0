import { AppError, decodeCursor, isUuid, LIMITS, toPage, type Clock, type Ids } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import type { Db, UnitOfWork } from '../../platform/persistence/index.ts';
import { countDeliveries, listDeliveries, type DeliveryCounts } from './delivery.repo.ts';
import { bodySchema, EVENT_TYPES, PING } from './event-catalogue.ts';
import type { WebhookPorts } from './ports.ts';
import { sendOnce, type Attempt } from './sender.ts';
import { DELIVERY_STATE, type DeliveryRow, type WebhookRow } from './webhook.entity.ts';
import { findWebhook, listWebhooks } from './webhook.repo.ts';
import { maskUrl } from './webhook.rules.ts';
import * as schemas from './webhook.schema.ts';
import type { WebhookInput, WebhookService } from './webhook.service.ts';

interface RouteDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  ports: WebhookPorts;
  service: WebhookService;
}

interface ById {
  id: string;
}

const NO_COUNTS: DeliveryCounts = { pending: 0, dead: 0 };
const STATE_NAMES = ['pending', 'delivered', 'dead'] as const;
const INPUT_ERRORS = ['webhook.url_invalid', 'webhook.event_unknown', 'webhook.exists'] as const;

/** Webhooks: kept by the system administrator, or by a program with the scope `webhook:write`. */
export function webhookRoutes(deps: RouteDeps): AnyRoute[] {
  return [
    ...readingRoutes(deps),
    ...changingRoutes(deps),
    ...stateRoutes(deps),
    testRoute(deps),
    ...deliveryRoutes(deps),
  ];
}

async function present(
  deps: RouteDeps,
  row: WebhookRow,
  counts = NO_COUNTS,
): Promise<Record<string, unknown>> {
  const { ports } = deps;
  const place = { protocol: row.protocol as 'https' | 'http', host: row.host, port: row.port };
  const now = deps.clock.now();
  const isOverlapping = row.oldUntilAt !== null && row.oldUntilAt > now;
  return {
    ...{ id: row.id, name: row.name, eventTypes: row.eventTypes, state: row.state },
    url: maskUrl(await ports.secrets.open(row.id, 'url_enc', row.urlEnc)),
    isPlaceOpen: await ports.places.isOpen(row.id, place),
    ...{ stoppedCode: row.stoppedCode, failureCount: row.failureCount, lastErrorCode: row.lastErrorCode },
    oldSecretUntilAt: isOverlapping ? iso(row.oldUntilAt) : null,
    ...{ failingSinceAt: iso(row.failingSinceAt), leftAloneUntilAt: iso(row.openUntilAt) },
    ...{ lastDeliveredAt: iso(row.lastDeliveredAt), createdAt: iso(row.createdAt) },
    ...{ pendingCount: counts.pending, deadCount: counts.dead, version: row.version },
  };
}

function iso(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}

async function presentNow(deps: RouteDeps, db: Db, row: WebhookRow): Promise<Record<string, unknown>> {
  return present(deps, row, (await countDeliveries(db)).get(row.id));
}

function readingRoutes(deps: RouteDeps): AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/webhook-events',
      summary: 'Events that can be subscribed to, with the form of their bodies.',
      permission: 'webhook:write',
      audit: { none: 'the same for everybody, and in the documentation' },
      response: schemas.eventTypes,
      handler: async () => ({
        items: Object.entries(EVENT_TYPES).map(([type, { zh, en }]) => ({
          type,
          zh,
          en,
          body: bodySchema(type),
        })),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/webhooks',
      summary: 'Every webhook with how its receiver fares; there are at most a hundred.',
      permission: 'webhook:write',
      audit: 'webhook.list',
      response: schemas.webhookList,
      async handler(tx) {
        const counts = await countDeliveries(tx);
        const rows = await listWebhooks(tx);
        return { items: await Promise.all(rows.map((row) => present(deps, row, counts.get(row.id)))) };
      },
    }),
    defineRoute<ById>({
      method: 'GET',
      path: '/api/v1/webhooks/:id',
      summary: 'One webhook; its secret is never shown again.',
      permission: 'webhook:write',
      audit: 'webhook.view',
      params: schemas.idParams,
      response: schemas.webhook,
      async handler(tx, { params }) {
        const row = await findWebhook(tx, params.id);
        if (row === undefined) throw new AppError('request.not_found');
        return presentNow(deps, tx, row);
      },
    }),
  ];
}

function changingRoutes(deps: RouteDeps): AnyRoute[] {
  const { service } = deps;
  return [
    defineRoute<unknown, unknown, WebhookInput>({
      method: 'POST',
      path: '/api/v1/webhooks',
      summary: 'Makes a webhook and asks for the rule that opens its place; the secret is shown once.',
      permission: 'webhook:write',
      audit: 'webhook.create',
      body: schemas.webhookCreate,
      response: schemas.webhookWithSecret,
      status: 201,
      idempotent: true,
      errors: [...INPUT_ERRORS, 'webhook.limit', 'egress.host_invalid'],
      async handler(tx, { body }) {
        const { row, secret } = await service.create(tx, body);
        return { ...(await present(deps, row)), secret };
      },
    }),
    defineRoute<ById, unknown, WebhookInput>({
      method: 'PUT',
      path: '/api/v1/webhooks/:id',
      summary: 'Changes a webhook; without url the address stays.',
      permission: 'webhook:write',
      audit: 'webhook.update',
      params: schemas.idParams,
      body: schemas.webhookUpdate,
      response: schemas.webhook,
      ifMatch: true,
      errors: [...INPUT_ERRORS, 'egress.host_invalid'],
      handler: async (tx, { params, version, body }) =>
        presentNow(deps, tx, await service.update(tx, { id: params.id, version }, body)),
    }),
    defineRoute<ById>({
      method: 'POST',
      path: '/api/v1/webhooks/:id/rotate',
      summary: 'Makes a new secret; the old one signs as well for 24 hours.',
      permission: 'webhook:write',
      audit: 'webhook.rotate',
      params: schemas.idParams,
      response: schemas.webhookWithSecret,
      ifMatch: true,
      async handler(tx, { params, version }) {
        const { row, secret } = await service.rotate(tx, { id: params.id, version });
        return { ...(await presentNow(deps, tx, row)), secret };
      },
    }),
    defineRoute<ById>({
      method: 'DELETE',
      path: '/api/v1/webhooks/:id',
      summary: 'Removes a webhook, its rule, and what waits for it.',
      permission: 'webhook:write',
      audit: 'webhook.delete',
      params: schemas.idParams,
      response: { type: 'null' },
      status: 204,
      handler: (tx, { params }) => service.remove(tx, params.id),
    }),
  ];
}

function stateRoutes(deps: RouteDeps): AnyRoute[] {
  return ([true, false] as const).map((isPaused) =>
    defineRoute<ById>({
      method: 'POST',
      path: `/api/v1/webhooks/:id/${isPaused ? 'pause' : 'resume'}`,
      summary: isPaused ? 'Stops sending; events wait.' : 'Sends again, what waited first.',
      permission: 'webhook:write',
      audit: isPaused ? 'webhook.pause' : 'webhook.resume',
      params: schemas.idParams,
      response: schemas.webhook,
      ifMatch: true,
      errors: ['webhook.state_refused'],
      handler: async (tx, { params, version }) =>
        presentNow(deps, tx, await deps.service.setPaused(tx, { id: params.id, version }, isPaused)),
    }),
  );
}

function testRoute(deps: RouteDeps): AnyRoute {
  return defineRoute<ById, unknown, Record<string, never>, Attempt>({
    method: 'POST',
    path: '/api/v1/webhooks/:id/test',
    summary: 'Sends the event ping once and tells what came of it.',
    permission: 'webhook:write',
    audit: 'webhook.test',
    params: schemas.idParams,
    response: schemas.testResult,
    limit: { max: 30, perMs: 60_000, counts: 'all' },
    async prepare({ params }) {
      const row = await deps.uow.read((db) => findWebhook(db, params.id));
      if (row === undefined) throw new AppError('request.not_found');
      const ping = { eventId: deps.ids.next(), eventType: PING, eventAt: deps.clock.now(), payload: {} };
      return sendOnce(deps, row, ping);
    },
    async handler(tx, { params, prepared }) {
      const { status, code, ms, reason } = prepared;
      tx.record({
        ...{ action: 'webhook.test', outcome: code === null ? 'ok' : 'failed' },
        target: { type: 'webhook', id: params.id },
        details: { ms, ...(status === null ? {} : { status }), ...(code === null ? {} : { code }) },
      });
      return { isDelivered: code === null, status, code, reason, ms };
    },
  });
}

function presentDelivery(row: DeliveryRow): Record<string, unknown> {
  return {
    ...{ id: row.id, eventId: row.eventId, eventType: row.eventType, at: iso(row.eventAt) },
    ...{ state: STATE_NAMES[row.state], attempts: row.attempts, lastAt: iso(row.lastAt) },
    nextAt: row.state === DELIVERY_STATE.pending ? iso(row.nextAt) : null,
    ...{ lastStatus: row.lastStatus, lastErrorCode: row.lastErrorCode, lastMs: row.lastMs },
  };
}

function deliveryRoutes(deps: RouteDeps): AnyRoute[] {
  return [
    defineRoute<ById, { state?: (typeof STATE_NAMES)[number]; cursor?: string; limit?: number }>({
      method: 'GET',
      path: '/api/v1/webhooks/:id/deliveries',
      summary:
        'What was sent and what waits, the newest first; delivered ones are kept 7 days, dead ones 30.',
      permission: 'webhook:write',
      audit: 'webhook.view',
      params: schemas.idParams,
      query: schemas.deliveryQuery,
      response: schemas.deliveryPage,
      async handler(tx, { params, query }) {
        const limit = query.limit ?? LIMITS.pageItemsDefault;
        const state = query.state === undefined ? undefined : DELIVERY_STATE[query.state];
        const after = query.cursor === undefined ? undefined : afterOf(query.cursor);
        const rows = await listDeliveries(tx, params.id, { state, limit: limit + 1, after });
        return toPage(rows, limit, ({ id }) => [id], presentDelivery);
      },
    }),
    defineRoute<ById & { deliveryId: string }>({
      method: 'POST',
      path: '/api/v1/webhooks/:id/deliveries/:deliveryId/redrive',
      summary: 'Sends one delivery that ended once more, with the same event id.',
      permission: 'webhook:write',
      audit: 'webhook.redrive',
      params: schemas.deliveryParams,
      response: schemas.redriven,
      errors: ['webhook.delivery_refused'],
      handler: async (tx, { params }) => ({
        count: await deps.service.redrive(tx, params.id, params.deliveryId),
      }),
    }),
    defineRoute<ById>({
      method: 'POST',
      path: '/api/v1/webhooks/:id/redrive',
      summary: 'Sends all dead letters of a webhook once more.',
      permission: 'webhook:write',
      audit: 'webhook.redrive',
      params: schemas.idParams,
      response: schemas.redriven,
      handler: async (tx, { params }) => ({ count: await deps.service.redrive(tx, params.id) }),
    }),
  ];
}

function afterOf(cursor: string): readonly unknown[] {
  const [id] = decodeCursor(cursor, 1);
  if (!isUuid(id)) throw new AppError('request.cursor_invalid');
  return [id];
}
