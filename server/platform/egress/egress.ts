import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import type { Counter, Metrics } from '../http/index.ts';
import type { UnitOfWork } from '../persistence/index.ts';
import { canonicalHost, isNamed } from './address.rules.ts';
import { within, type Deadline } from './deadline.ts';
import {
  createContexts,
  dialAddress,
  dialThroughProxy,
  handshake,
  type ContextOf,
  type Proxy,
} from './dial.ts';
import type { EgressRules } from './egress-rule.service.ts';
import { fault, toFault } from './fault.ts';
import { exchange, headersOf } from './http-call.ts';
import { createPools } from './pool.ts';
import type {
  Egress,
  EgressLimits,
  EgressRequest,
  EgressResponse,
  EgressTarget,
  EgressTls,
  EgressUse,
  ResolvedAddress,
  ResolveHost,
} from './ports.ts';
import { boundedResolver, systemResolver } from './resolver.ts';
import { addressFault, isOwner } from './rule.rules.ts';
import { isPort, parseHttpUrl } from './target.rules.ts';

/** How often open connections are compared with the rules, which another process may have changed. */
const REVIEW_MS = 5_000;
/** Addresses of one name that are tried, one after the other. */
const ADDRESSES_TRIED_MAX = 4;

/** What the way out is built from. */
export interface EgressDeps {
  rules: EgressRules;
  uow: UnitOfWork;
  log: { warn(message: string, fields: Record<string, unknown>, error?: unknown): void };
  metrics: Metrics;
  /** SHA-256, to keep connections of different certificates apart. */
  hash(text: string): Buffer;
  /** Authorities trusted beside the system's, PEM. */
  trusted: readonly string[];
  proxy?: Proxy | undefined;
  /** Networks that are reached without the proxy. */
  directNetworks: readonly string[];
  /** Default: the system's. */
  resolve?: ResolveHost;
}

interface Place {
  host: string;
  port: number;
}

/** Builds the way out. */
export function createEgress(deps: EgressDeps): Egress {
  return new GuardedEgress(deps);
}

class GuardedEgress implements Egress {
  readonly #deps: EgressDeps;
  readonly #resolve: ResolveHost;
  readonly #contextOf: ContextOf;
  readonly #pools = createPools();
  readonly #sockets = new Map<Socket, { use: EgressUse; place: Place }>();
  readonly #counter: Counter;
  readonly #review: NodeJS.Timeout;

  constructor(deps: EgressDeps) {
    this.#deps = deps;
    this.#resolve = boundedResolver(deps.resolve ?? systemResolver);
    this.#contextOf = createContexts(deps.trusted);
    const { metrics, rules } = deps;
    this.#counter = metrics.counter('egress_calls_total', 'Calls to the outside by part and outcome.');
    metrics.gauge('egress_sockets_open', 'Connections to the outside.', () => this.#sockets.size);
    rules.onRead((isOpen) => {
      for (const [socket, { use, place }] of this.#sockets) if (!isOpen(use, place)) socket.destroy();
    });
    this.#review = setInterval(() => {
      // While the database is away nothing is known; what is open stays, nothing new is opened.
      if (this.#sockets.size > 0) rules.refresh().catch(() => undefined);
    }, REVIEW_MS).unref();
  }

  connect(use: EgressUse, target: EgressTarget, limits: EgressLimits): Promise<Socket | TLSSocket> {
    return this.#counted(use, async () => {
      const host = canonicalHost(target.host);
      if (host === undefined) return this.#refuse(use, 'url_host');
      if (!isPort(target.port)) return this.#refuse(use, 'url_port');
      return within(limits, (deadline) => this.#open(use, { ...target, host }, deadline));
    });
  }

  secure(socket: Socket, host: string, tls: EgressTls, limits: EgressLimits): Promise<TLSSocket> {
    const options = { host, tls, contextOf: this.#contextOf };
    return within(limits, (deadline) => handshake(socket, options, deadline));
  }

  request(use: EgressUse, request: EgressRequest): Promise<EgressResponse> {
    return this.#counted(use, async () => {
      const target = parseHttpUrl(request.url);
      if (typeof target === 'string') return this.#refuse(use, target);
      const place = { host: target.host, port: target.port };
      if (target.protocol !== use.protocol) return this.#refuse(use, 'protocol', place);
      // A kept connection must not outlive its rule.
      if ((await this.#deps.rules.find(use, place)) === undefined) return this.#refuse(use, 'no_rule', place);
      const headers = headersOf(request, target);
      if (headers === undefined) return this.#refuse(use, 'header', place);
      const tls = target.protocol === 'https' ? (request.tls ?? {}) : undefined;
      const identity = tls === undefined ? 'plain' : this.#deps.hash(JSON.stringify(tls)).toString('hex');
      return within(request, (deadline) =>
        this.#pools.use(use.owner, (agent) =>
          exchange({
            ...{ agent, target, request, headers, deadline },
            placeKey: `${target.protocol} ${target.host} ${target.port} ${identity}`,
            dial: () => this.#open(use, { ...place, tls }, deadline),
          }),
        ),
      );
    });
  }

  close(): void {
    clearInterval(this.#review);
    this.#pools.close();
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  /** Writes the refusal into the trail. It stays a refusal when that fails. */
  async #refuse(use: EgressUse, reason: string, place?: Place): Promise<never> {
    const details = { protocol: use.protocol, ...(place ?? {}) };
    const target = { type: 'egress', id: isOwner(use.owner) ? use.owner : 'invalid' };
    await this.#deps.uow
      .run({ actor: SYSTEM_ACTOR }, async (tx) => {
        tx.record({ action: 'egress.refuse', outcome: 'refused', reason, target, details });
      })
      .catch((error: unknown) => this.#deps.log.warn('a refused call was not recorded', {}, error));
    throw fault('egress.refused', reason);
  }

  /** The addresses a place may be reached at, all of them judged; refuses by default. */
  async #admit(use: EgressUse, place: Place, deadline: Deadline): Promise<readonly ResolvedAddress[]> {
    if (!isOwner(use.owner)) return this.#refuse(use, 'owner', place);
    const rule = await this.#deps.rules.find(use, place);
    if (rule === undefined) return this.#refuse(use, 'no_rule', place);
    const addresses = await deadline.race(this.#resolve(place.host)).catch((error: unknown) => {
      throw toFault(error);
    });
    const reason = addressFault(rule, addresses);
    if (reason !== undefined) return this.#refuse(use, reason, place);
    return addresses.slice(0, ADDRESSES_TRIED_MAX);
  }

  async #dial(address: string, port: number, deadline: Deadline): Promise<Socket> {
    const { proxy, directNetworks } = this.#deps;
    if (proxy === undefined || isNamed(address, directNetworks)) return dialAddress(address, port, deadline);
    const [own] = await deadline.race(this.#resolve(proxy.host));
    if (own === undefined) throw fault('egress.unreachable', 'dns');
    const socket = await dialAddress(own.address, proxy.port, deadline);
    return dialThroughProxy(socket, { address, port }, deadline);
  }

  /** Judges, connects to what was judged, and does the handshake. */
  async #open(
    use: EgressUse,
    target: Place & { tls?: EgressTls | undefined },
    deadline: Deadline,
  ): Promise<Socket | TLSSocket> {
    const { host, port, tls } = target;
    const addresses = await this.#admit(use, { host, port }, deadline);
    let last: unknown;
    for (const { address } of addresses) {
      try {
        const socket = await this.#dial(address, port, deadline);
        this.#sockets.set(socket, { use, place: { host, port } });
        socket.once('close', () => this.#sockets.delete(socket));
        if (tls === undefined) return socket;
        return await handshake(socket, { host, tls, contextOf: this.#contextOf }, deadline);
      } catch (error) {
        last = error;
        // Another address of the name may answer; a wrong certificate is no reason to ask on.
        if (deadline.signal.aborted || toFault(error).code !== 'egress.unreachable') break;
      }
    }
    throw toFault(last);
  }

  async #counted<T>(use: EgressUse, call: () => Promise<T>): Promise<T> {
    const part = isOwner(use.owner) ? (use.owner.split(':')[0] ?? '') : 'invalid';
    const labels = { part, protocol: use.protocol };
    try {
      const result = await call();
      this.#counter.add({ ...labels, outcome: 'ok' });
      return result;
    } catch (error) {
      const known = toFault(error);
      this.#counter.add({ ...labels, outcome: known.code });
      throw known;
    }
  }
}
