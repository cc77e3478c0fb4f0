import { AppError, decodeCursor, isUuid, LIMITS, toPage } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import type { Db, UnitOfWork } from '../../platform/persistence/index.ts';
import type { Discovered, LookupAnswer, OutputField, Raw } from '../connector.ts';
import { listCalls } from './call.repo.ts';
import type { ConnectorRow, ConnectorState } from './connector.entity.ts';
import { listConnectors, listSamples, listSecrets } from './connector.repo.ts';
import * as schemas from './connector.schema.ts';
import { distinct, secretNames, type ConnectorInput, type ConnectorService } from './connector.service.ts';
import type { ConnectorHost } from './host.ts';
import type { HostPorts } from './ports.ts';
import { discover, probe, type ProbeResult } from './probe.ts';
import { assertMappings, shapeRecords } from './records.ts';

/** What the routes need. */
export interface ConnectorRouteDeps {
  uow: UnitOfWork;
  ports: HostPorts;
  host: ConnectorHost;
  service: ConnectorService;
}

interface ById {
  id: string;
}
const READ = 'connector:read';
const WRITE = 'connector:write';
const INPUT_ERRORS = ['connector.config_invalid', 'connector.exists', 'egress.host_invalid'] as const;
const base = '/api/v1/connectors';

/** Connectors: kept by the system administrator, their places opened by the security administrator. */
export function connectorRoutes(deps: ConnectorRouteDeps): AnyRoute[] {
  return [
    ...readingRoutes(deps),
    ...changingRoutes(deps),
    ...stateRoutes(deps),
    ...tryingRoutes(deps),
    callRoute(),
  ];
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

async function present(
  { ports, host }: ConnectorRouteDeps,
  row: ConnectorRow,
): Promise<Record<string, unknown>> {
  const { id, name, module, state, health, healthCode, drift, version } = row;
  const places = [];
  for (const place of distinct(host.registry.moduleOf(module).places(row.config))) {
    places.push({ ...place, isOpen: await ports.places.isOpen(id, place) });
  }
  return {
    ...{ id, name, module, state, health, healthCode, drift, version, places },
    breaker: host.registry.gateOf(id).state,
    ...{ checkedAt: iso(row.checkedAt), certificateEndsAt: iso(row.certificateEndsAt) },
  };
}

async function presentWhole(
  deps: ConnectorRouteDeps,
  db: Db,
  row: ConnectorRow,
): Promise<Record<string, unknown>> {
  const module = deps.host.registry.moduleOf(row.module);
  const secrets = new Map((await listSecrets(db, row.id)).map((secret) => [secret.name, secret]));
  return {
    ...(await present(deps, row)),
    ...{ config: row.config, tls: row.tls, operations: module.operations(row.config) },
    secrets: secretNames(module).map((name) => {
      const known = secrets.get(name);
      return { name, changedAt: iso(known?.changedAt ?? null), oldUntilAt: iso(known?.oldUntilAt ?? null) };
    }),
  };
}

function readingRoutes(deps: ConnectorRouteDeps): AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/connector-modules',
      summary: 'Kinds of systems that can be connected, with the schemas of their settings and secrets.',
      permission: READ,
      audit: { none: 'the same for everybody, and in the documentation' },
      response: schemas.moduleList,
      handler: async () => ({
        items: deps.host.registry.modules.map(({ manifest, configSchema, secretSchema, presets }) => ({
          ...{ manifest, configSchema, secretSchema, presets },
        })),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: base,
      summary: 'Every connector with its health; there are at most a hundred.',
      permission: READ,
      audit: 'connector.list',
      response: schemas.connectorList,
      async handler(tx) {
        const rows = await listConnectors(tx);
        return { items: await Promise.all(rows.map((row) => present(deps, row))) };
      },
    }),
    defineRoute<ById>({
      method: 'GET',
      path: `${base}/:id`,
      summary: 'One connector with its settings; of secrets only when they were set.',
      permission: READ,
      audit: 'connector.view',
      response: schemas.connectorDetail,
      handler: async (tx, { params }) => presentWhole(deps, tx, await deps.service.get(tx, params.id)),
    }),
  ];
}

function changingRoutes(deps: ConnectorRouteDeps): AnyRoute[] {
  const { service } = deps;
  return [
    defineRoute<unknown, unknown, ConnectorInput>({
      method: 'POST',
      path: base,
      summary: 'Makes a connector, switched off, and asks for the rules that open its places.',
      permission: WRITE,
      audit: 'connector.create',
      body: schemas.connectorInput,
      response: schemas.connectorDetail,
      status: 201,
      errors: [...INPUT_ERRORS, 'connector.limit'],
      handler: async (tx, { body }) => presentWhole(deps, tx, await service.create(tx, body)),
    }),
    defineRoute<ById, unknown, ConnectorInput>({
      method: 'PUT',
      path: `${base}/:id`,
      summary: 'Changes settings; another place needs another rule.',
      permission: WRITE,
      audit: 'connector.update',
      body: schemas.connectorInput,
      response: schemas.connectorDetail,
      ifMatch: true,
      errors: INPUT_ERRORS,
      handler: async (tx, { params, body, version }) =>
        presentWhole(deps, tx, await service.update(tx, { id: params.id, version }, body)),
    }),
    defineRoute<ById>({
      method: 'DELETE',
      path: `${base}/:id`,
      summary: 'Removes a connector with its rules, secrets, recordings, and what waits for it.',
      permission: WRITE,
      audit: 'connector.delete',
      response: { type: 'null' },
      status: 204,
      handler: (tx, { params }) => service.remove(tx, params.id),
    }),
    defineRoute<ById, unknown, { name: string; value: string }>({
      method: 'POST',
      path: `${base}/:id/secrets`,
      summary: 'Sets a secret. It is never shown again; the one before it is tried as well for a day.',
      permission: WRITE,
      audit: 'connector.secret-set',
      body: schemas.secretInput,
      response: { type: 'null' },
      status: 204,
      errors: ['connector.secret_invalid'],
      handler: (tx, { params, body }) => service.setSecret(tx, params.id, body),
    }),
  ];
}

function stateRoutes(deps: ConnectorRouteDeps): AnyRoute[] {
  const { service } = deps;
  return [
    defineRoute<ById, unknown, { state: ConnectorState }>({
      method: 'POST',
      path: `${base}/:id/state`,
      summary: 'Switches it off, live, to recording, or to answering from recordings.',
      permission: WRITE,
      audit: 'connector.switch',
      body: schemas.stateInput,
      response: schemas.connectorAnswer,
      ifMatch: true,
      errors: ['connector.state_refused'],
      handler: async (tx, { params, body, version }) =>
        present(deps, await service.setState(tx, { id: params.id, version }, body.state)),
    }),
    defineRoute<ById>({
      method: 'POST',
      path: `${base}/:id/accept`,
      summary: 'Takes the form of today’s answers as agreed.',
      permission: WRITE,
      audit: 'connector.accept',
      response: schemas.connectorAnswer,
      ifMatch: true,
      handler: async (tx, { params, version }) =>
        present(deps, await service.acceptShape(tx, { id: params.id, version })),
    }),
  ];
}

function tryingRoutes(deps: ConnectorRouteDeps): AnyRoute[] {
  const { uow, ports, host, service } = deps;
  return [
    defineRoute<ById, unknown, unknown, ProbeResult>({
      method: 'POST',
      path: `${base}/:id/test`,
      summary: 'Tries the connection, and tells what is wrong apart.',
      permission: WRITE,
      audit: { none: 'the test itself records connector.test' },
      response: schemas.probeAnswer,
      prepare: ({ params }, { actor }) => {
        host.registry.forget();
        return probe({ host, uow, now: () => ports.clock.now() }, params.id, actor);
      },
      handler: async (_tx, { prepared }) => prepared,
    }),
    defineRoute<ById, unknown, unknown, Discovered[]>({
      method: 'POST',
      path: `${base}/:id/discover`,
      summary: 'Lists what the system offers, as far as it tells.',
      permission: WRITE,
      audit: 'connector.discover',
      response: schemas.discoverAnswer,
      prepare: ({ params }) => discover(host, params.id),
      handler: async (_tx, { prepared }) => ({ items: prepared }),
    }),
    defineRoute<ById, unknown, { operation: string; input: Record<string, string> }, LookupAnswer>({
      method: 'POST',
      path: `${base}/:id/try`,
      summary: 'Makes one lookup for the purpose of a test; masked like every other.',
      permission: WRITE,
      audit: { none: 'the call itself records connector.call' },
      body: schemas.lookupInput,
      response: schemas.lookupAnswer,
      errors: [
        'connector.input_invalid',
        'connector.operation_unknown',
        'connector.purpose_refused',
        'connector.off',
      ],
      prepare: ({ params, body }, { actor, requestId }) =>
        host.lookup({ connectorId: params.id, purpose: 'verify', actor, requestId, ...body }),
      handler: async (_tx, { prepared }) => ({ ...prepared, at: prepared.at.toISOString() }),
    }),
    defineRoute<ById, unknown, { operation: string; output: Record<string, OutputField> }>({
      method: 'POST',
      path: `${base}/:id/preview`,
      summary: 'Shows what a mapping makes of recorded answers, before it is kept.',
      permission: WRITE,
      audit: 'connector.preview',
      body: schemas.previewInput,
      response: schemas.previewAnswer,
      errors: ['connector.config_invalid'],
      async handler(tx, { params, body }) {
        const row = await service.get(tx, params.id);
        const [known] = host.registry
          .moduleOf(row.module)
          .operations(row.config)
          .filter(({ name }) => name === body.operation);
        if (known === undefined) throw new AppError('connector.operation_unknown');
        const operation = { ...known, output: body.output };
        assertMappings(operation);
        const [latest] = await listSamples(tx, row.id, body.operation);
        const documents = ((latest?.document ?? []) as Raw[]).slice(0, PREVIEWED_MAX);
        return { ...shapeRecords(operation, documents, ports.masks), documents };
      },
    }),
  ];
}

const PREVIEWED_MAX = 5;

function callRoute(): AnyRoute {
  return defineRoute<ById, { cursor?: string; limit?: number }>({
    method: 'GET',
    path: `${base}/:id/calls`,
    summary: 'The calls of a connector, the newest first, kept for 90 days.',
    permission: READ,
    audit: 'connector.calls-view',
    query: schemas.pageQuery,
    response: schemas.callPage,
    async handler(tx, { params, query }) {
      const limit = query.limit ?? LIMITS.pageItemsDefault;
      const [id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 1);
      if (query.cursor !== undefined && !isUuid(id)) throw new AppError('request.cursor_invalid');
      const rows = await listCalls(tx, params.id, {
        limit: limit + 1,
        after: id === undefined ? undefined : [id],
      });
      return toPage(
        rows,
        limit,
        (row) => [row.id],
        ({ connectorId: _connectorId, at, ...row }) => ({
          ...row,
          at: at.toISOString(),
        }),
      );
    },
  });
}
