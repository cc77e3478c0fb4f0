import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { AppError, type Clock } from '../../kernel/index.ts';
import { createLease } from '../../platform/jobs/index.ts';
import { buildEgress } from './build-egress.ts';
import { createAuthority } from './certificates.ts';
import { QUIET_LOG, type Core } from './core.ts';
import { connectorPorts } from '../../wiring-connectors.ts';
import { withDb as wiringWithDb } from '../../wiring.ts';
import type { AnyConnector, LookupRequest, Session } from '../../connectors/connector.ts';
import { CONNECTORS } from '../../connectors/index.ts';
import { createConnectorHost, type ConnectorParts } from '../../connectors/host/index.ts';
import { openIo } from '../../connectors/host/io.ts';

/** Name of every peer of the specs; it stands for the loopback. */
export const PEER = 'peer.bank.example';
export const authority = createAuthority();
export const certificate = authority.issue({ names: [PEER] });
/** Somebody who administers, and an agent. */
export const ADMIN = { type: 'account' as const, id: '0190a000-0000-7000-8000-000000000001' };
export const AGENT = { type: 'account' as const, id: '0190a000-0000-7000-8000-000000000002' };
const ACTOR = { actor: ADMIN };

/** What a peer got. */
export interface Received {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A web server that keeps what it received; `answer` may be replaced at any time. */
export interface HttpPeer {
  port: number;
  received: Received[];
  answer: (got: Received, response: ServerResponse) => void;
  stop(): Promise<void>;
}

/** Starts a peer on the loopback; with TLS unless told otherwise. */
export async function startHttpPeer(isPlain = false, tls = certificate): Promise<HttpPeer> {
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const got = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      peer.received.push(got);
      peer.answer(got, response);
    });
  };
  const server = isPlain ? createServer(listener) : createSecureServer(tls, listener);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const peer: HttpPeer = {
    ...{ port: (server.address() as AddressInfo).port, received: [] },
    answer: (_got, response) => json(response, {}),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return peer;
}

/** Answers with JSON text, numbers as written when given as text. */
export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
}

/** The host on a spec's database. */
export interface BuiltHost extends ConnectorParts {
  /** Makes a connector, opens nothing by itself: its place is in the configured allow-list. */
  add(module: string, config: object, options?: AddOptions): Promise<string>;
  /** A module at work without the host around it. */
  open(module: AnyConnector, config: object, secrets?: Record<string, string>): Session;
  lookup(
    connectorId: string,
    operation: string,
    input: object,
    more?: Partial<LookupRequest>,
  ): ReturnType<ConnectorParts['host']['lookup']>;
  /** Rows of the trail about calls, the oldest first. */
  trail(): Promise<{ outcome: string; reason: string; details: Record<string, unknown> }[]>;
  notices: { kind: string; connectorId: string }[];
  close(): void;
}
interface AddOptions {
  state?: 'off' | 'live' | 'record' | 'replay';
  secrets?: Record<string, string>;
  tls?: { ca?: string; cert?: string; servername?: string };
}

/** Builds it; every connector may call the peers on these ports. */
export function buildHost(
  core: Core,
  clock: Clock,
  options: {
    ports: readonly number[];
    modules?: readonly AnyConnector[];
    protocols?: readonly string[];
    /** Names that no name server knows, but a rule does. */
    unknownHosts?: readonly string[];
  },
): BuiltHost {
  const { uow, ids, database, crypto } = core;
  const protocols = options.protocols ?? ['https', 'http'];
  const built = buildEgress(core, {
    allow: options.ports.flatMap((port) =>
      [PEER, ...(options.unknownHosts ?? [])].flatMap((host) =>
        protocols.map((protocol) => `connector:* ${protocol} ${host}:${port} 127.0.0.1`),
      ),
    ),
    async resolve(host) {
      if (options.unknownHosts?.includes(host)) throw Object.assign(new Error(host), { code: 'ENOTFOUND' });
      return host.endsWith('.bank.example') ? [{ address: '127.0.0.1', family: 4 }] : [];
    },
    trusted: [authority.ca],
  });
  const { modules = CONNECTORS } = options;
  const notices: BuiltHost['notices'] = [];
  const handed = connectorPorts(
    { uow, clock, ids, crypto, log: QUIET_LOG as never, bus: { publish: () => undefined } },
    { egress: built.egress, egressRules: built.rules },
    modules,
  );
  const ports: typeof handed = {
    ...handed,
    async notify(_tx, { kind, connectorId }) {
      notices.push({ kind, connectorId });
    },
  };
  const withDb = technicalDb(database);
  const lease = createLease({ withDb, clock, name: `spec-${ids.next()}`, holder: ids.next() });
  const parts = createConnectorHost({ ports, withDb, lease });
  return {
    ...{ ...parts, notices },
    add: (module, config, options = {}) =>
      addConnector({ uow, ids, service: parts.service }, { module, config }, options),
    open(module, config, secrets = {}) {
      module.assertConfig(config);
      const connector = { id: 'spec', tls: {}, secrets: new Map(Object.entries(secrets)) };
      return module.open(config, openIo(ports, connector));
    },
    lookup: (connectorId, operation, input, more = {}) =>
      parts.host.lookup({
        ...{
          connectorId,
          operation,
          input: input as Record<string, string>,
          purpose: 'service',
          actor: AGENT,
        },
        ...more,
      }),
    async trail() {
      const rows = await core.sql(
        `SELECT body FROM audit_event WHERE action = 'connector.call' ORDER BY epoch, lane, n`,
      );
      return rows.map(({ body }) => JSON.parse(String(body)) as never);
    },
    close: () => built.egress.close(),
  };
}

function technicalDb(database: Core['database']) {
  return wiringWithDb(database) as Parameters<typeof createLease>[0]['withDb'];
}

async function addConnector(
  { uow, ids, service }: Pick<Core, 'uow' | 'ids'> & Pick<ConnectorParts, 'service'>,
  { module, config }: { module: string; config: object },
  { state = 'live', secrets = {}, tls = {} }: AddOptions,
): Promise<string> {
  const input = { name: `c ${ids.next()}`, module, config: config as never, tls };
  const row = await uow.run(ACTOR, (tx) => service.create(tx, input));
  for (const [name, value] of Object.entries(secrets)) {
    await uow.run(ACTOR, (tx) => service.setSecret(tx, row.id, { name, value }));
  }
  if (state !== 'off') {
    await uow.run(ACTOR, (tx) => service.setState(tx, { id: row.id, version: 1 }, state));
  }
  return row.id;
}

/** Forgets every connector of a spec's database. */
export async function clearConnectors(core: Core): Promise<void> {
  for (const part of ['_write', '_call', '_sample', '_secret', ''])
    await core.sql(`DELETE FROM connector${part}`);
}

/** Code and reason of a fault; `no error` when there is none. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) =>
      error instanceof AppError
        ? `${error.code} ${String(error.details?.['reason'] ?? '')}`.trim()
        : String(error),
  );
}

/** Settings of a REST connector towards a peer. */
export function ordersConfig(port: number, more: object = {}, operation: object = {}): object {
  return {
    baseUrl: `https://${PEER}:${port}/api`,
    auth: { kind: 'none' },
    checkPath: '/ping',
    operations: [
      {
        name: 'order.list',
        title: { zh: '订单', en: 'Orders' },
        ...{ isReadOnly: true, idempotency: 'natural', isMany: true },
        purposes: ['service', 'robot'],
        input: { customer: { isRequired: true, source: 'external' } },
        ...{ method: 'GET', path: '/customers/{customer}/orders', records: '/items', next: '/next' },
        absentStatuses: [404],
        output: {
          number: { path: '/number', type: 'text', class: 'C1', isRequired: true },
          state: { path: '/state', type: 'text', class: 'C1', values: { '2': '已发货' } },
          amount: { path: '/amount', type: 'money', class: 'C1' },
          phone: { path: '/receiver/phone', type: 'text', class: 'C2', mask: 'phone' },
          pin: { path: '/pin', type: 'text', class: 'C3' },
        },
        ...operation,
      },
    ],
    ...more,
  };
}
