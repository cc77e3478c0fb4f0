import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { sha256 } from '../../platform/crypto/index.ts';
import { createMetrics, type Metrics } from '../../platform/http/index.ts';
import type { Core } from './core.ts';
import {
  createEgress,
  EgressRuleService,
  parseAllowLine,
  type ApprovalDesk,
  type Egress,
  type EgressApproval,
  type ResolveHost,
} from '../../platform/egress/index.ts';

/** A way out whose names are answered by `names`, and whose rules are `allow` beside those in the database. */
export interface BuiltEgress {
  egress: Egress;
  rules: EgressRuleService;
  metrics: Metrics;
  /** What the second person was asked, the last one last. */
  asked: { kind: string; params: EgressApproval; key: string }[];
}

/** Builds it on a spec's database. */
export function buildEgress(
  core: Core,
  options: {
    allow?: readonly string[];
    names?: Readonly<Record<string, readonly string[]>>;
    resolve?: ResolveHost;
    trusted?: readonly string[];
    proxy?: { host: string; port: number };
    directNetworks?: readonly string[];
  },
): BuiltEgress {
  const { uow, clock, ids } = core;
  const configured = (options.allow ?? []).map((line) => {
    const allowance = parseAllowLine(line);
    if (allowance === undefined) throw new Error(`"${line}" is no line of the allow-list.`);
    return allowance;
  });
  const asked: BuiltEgress['asked'] = [];
  const approvals: ApprovalDesk = {
    async ask(_tx, kind, params, { key }) {
      asked.push({ kind, params, key });
      return { id: ids.next() };
    },
  };
  const rules = new EgressRuleService({ uow, clock, ids, approvals, configured });
  const metrics = createMetrics();
  const fromTable: ResolveHost = async (host) =>
    (options.names?.[host] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const egress = createEgress({
    ...{ rules, uow, metrics, hash: sha256, log: { warn: () => undefined } },
    trusted: options.trusted ?? [],
    proxy: options.proxy,
    directNetworks: options.directNetworks ?? [],
    resolve: options.resolve ?? fromTable,
  });
  return { egress, rules, metrics, asked };
}

/** A peer on the loopback that counts who comes. */
export interface Peer {
  port: number;
  connectionCount(): number;
  stop(): Promise<void>;
}

/** Starts a peer that does with each connection what `serve` says; with `tls`, after the handshake. */
export async function startPeer(serve: (socket: Socket) => void, tls?: TlsOptions): Promise<Peer> {
  const open = new Set<Socket>();
  let count = 0;
  const track = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  };
  const server: Server =
    tls === undefined
      ? createServer(serve)
      : createTlsServer({ ...tls }, serve).on('tlsClientError', () => undefined);
  server.on('connection', (socket: Socket) => {
    count += 1;
    track(socket);
  });
  if (tls !== undefined) server.on('secureConnection', track);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connectionCount: () => count,
    stop() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}
