import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { AppError } from '../../../kernel/index.ts';
import { createAuthority } from '../../../test/support/certificates.ts';
import { buildCore, type Core } from '../../../test/support/core.ts';
import type { Egress, EgressResponse, EgressUse } from '../index.ts';
import { buildEgress, startPeer, type BuiltEgress, type Peer } from '../../../test/support/build-egress.ts';

/** Who calls in the specs, and the name of the peer. */
export const HTTP: EgressUse = { owner: 'spec:1', protocol: 'http' };
export const HTTPS: EgressUse = { owner: 'spec:1', protocol: 'https' };
export const NAME = 'peer.bank.example';

type Options = Parameters<typeof buildEgress>[1];
interface CallLimits {
  timeoutMs?: number;
  maxResponseBytes?: number;
}

/** Code and reason of a refusal; `no error` when there is none. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) =>
      error instanceof AppError ? `${error.code} ${String(error.details?.reason)}` : String(error),
  );
}

/** Answers whatever comes with these bytes. */
export const rawAnswer = (text: string) => (socket: Socket) =>
  void socket.on('data', () => socket.write(text));

/** Peers and ways out of a spec; registers its own hooks, which end what a test started. */
export class Stage {
  readonly authority = createAuthority();
  /** A certificate of the authority for NAME. */
  readonly good = this.authority.issue({ names: [NAME] });
  readonly stops: (() => Promise<void> | void)[] = [];
  #core: Core | undefined;

  constructor() {
    before(async () => {
      this.#core = await buildCore();
    });
    after(() => this.core.close());
    afterEach(async () => {
      for (const stop of this.stops.splice(0).reverse()) await stop();
    });
  }

  get core(): Core {
    if (this.#core === undefined) throw new Error('The stage is not open yet.');
    return this.#core;
  }

  build(options: Options): BuiltEgress {
    const built = buildEgress(this.core, options);
    this.stops.push(() => built.egress.close());
    return built;
  }

  async peer(...args: Parameters<typeof startPeer>): Promise<Peer> {
    const started = await startPeer(...args);
    this.stops.push(() => started.stop());
    return started;
  }

  /** A web server on the loopback. */
  async web(listener: RequestListener, tls?: object): Promise<{ port: number; connectionCount(): number }> {
    const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener);
    let count = 0;
    server.on('connection', () => (count += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.stops.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { port: (server.address() as AddressInfo).port, connectionCount: () => count };
  }

  /** A way out that may call the peer under its name, and nothing else. */
  towards(port: number, extra: Options = {}): Egress {
    return this.build({
      allow: [`spec:1 http ${NAME}:${port} 127.0.0.1`, `spec:1 https ${NAME}:${port} 127.0.0.1`],
      names: { [NAME]: ['127.0.0.1'] },
      trusted: [this.authority.ca],
      ...extra,
    }).egress;
  }

  get(egress: Egress, url: string, limits: CallLimits = {}): Promise<EgressResponse> {
    return egress.request(url.startsWith('https') ? HTTPS : HTTP, {
      ...{ method: 'GET', url, timeoutMs: 2_000, maxResponseBytes: 64 * 1024, ...limits },
    });
  }

  /** What a call gets when the peer answers with these bytes. */
  async answered(text: string, limits: CallLimits = {}): Promise<string> {
    const { port } = await this.peer(rawAnswer(text));
    return codeOf(this.get(this.towards(port), `http://${NAME}:${port}/`, limits));
  }
}
