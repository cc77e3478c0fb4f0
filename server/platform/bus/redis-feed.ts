import { StartError } from '../../kernel/index.ts';
import type { BusLog, FeedListener, SendingFeed } from './types.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const PROBE_EVERY_MS = 5_000;
const RECONNECT_FIRST_MS = 100;
const RECONNECT_MAX_MS = 2_000;
/** Notices that wait for the connection; beyond them the others are told that they missed some. */
const UNSENT_MAX = 1_000;
/** Said in the place of notices that could not be kept. */
const GAP = 'gap';

/** What of the library's client is used here; its own type goes through every command there is. */
interface Client {
  readonly isOpen: boolean;
  on(event: 'error', listener: (error: unknown) => void): void;
  on(event: 'ready', listener: () => void): void;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (text: string) => void): Promise<unknown>;
  publish(channel: string, text: string): Promise<unknown>;
  destroy(): void;
}

/**
 * Notices over a channel of a Redis server: nothing is kept there, it only hands on. A process whose connection was
 * lost has missed notices and says so; what it had to tell meanwhile it tells later. `space` keeps installations that
 * share a Redis apart.
 */
export function createRedisFeed(deps: RedisDeps, listener: FeedListener): SendingFeed {
  return new RedisFeed(deps, listener);
}

interface RedisDeps {
  url: string;
  space: string;
  log: BusLog;
}

class RedisFeed implements SendingFeed {
  readonly #deps: RedisDeps;
  readonly #listener: FeedListener;
  #clients: { hears: Client; tells: Client } | undefined;
  #unsent: string[] = [];
  #flushing = Promise.resolve();
  #isLost = false;

  constructor(deps: RedisDeps, listener: FeedListener) {
    this.#deps = deps;
    this.#listener = listener;
  }

  get #channel(): string {
    return `vaultdesk:${this.#deps.space}`;
  }

  async start(): Promise<void> {
    const hears = await this.#open(() => this.#hearAgain());
    const tells = await this.#open(() => void this.#flushLater());
    this.#clients = { hears, tells };
    const timeout = new Promise<never>((_, fail) => {
      setTimeout(() => fail(new Error('no answer')), CONNECT_TIMEOUT_MS).unref();
    });
    try {
      await Promise.race([Promise.all([hears.connect(), tells.connect()]), timeout]);
      await hears.subscribe(this.#channel, (text) => {
        if (text === GAP) this.#listener.gap();
        else this.#listener.hear(text);
      });
    } catch (cause) {
      close(hears, tells);
      throw new StartError({
        code: 'bus.unreachable',
        sentence: 'The Redis server of "bus.url" does not answer.',
        remedy: 'Start it, correct "bus.url", or remove the setting: then the database carries the notices.',
        cause,
      });
    }
  }

  send(bodies: readonly string[]): Promise<void> {
    this.#keep(bodies);
    return this.#flushLater();
  }

  async stop(): Promise<void> {
    await this.#flushing;
    if (this.#clients) close(this.#clients.hears, this.#clients.tells);
  }

  async #open(onReady: () => void): Promise<Client> {
    // Loaded where it is configured; an installation without Redis need not have it.
    const { createClient } = await import('@redis/client');
    const reconnectStrategy = (retries: number) =>
      Math.min(RECONNECT_MAX_MS, RECONNECT_FIRST_MS * 2 ** retries);
    const client: Client = createClient({
      url: this.#deps.url,
      socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy },
      // What cannot be sent is kept here, within limits, and not by the library without any.
      disableOfflineQueue: true,
      pingInterval: PROBE_EVERY_MS,
    }) as unknown as Client;
    client.on('error', (error: unknown) => {
      if (!this.#isLost) this.#deps.log.warn('bus lost its connection', {}, error);
      this.#isLost = true;
    });
    client.on('ready', onReady);
    return client;
  }

  /** The connection is there; when it is there again, notices were missed. */
  #hearAgain(): void {
    if (!this.#isLost) return;
    this.#isLost = false;
    this.#deps.log.info('bus hears again');
    this.#listener.gap();
  }

  #keep(bodies: readonly string[]): void {
    this.#unsent.push(...bodies);
    if (this.#unsent.length > UNSENT_MAX) this.#unsent = [GAP];
  }

  #flushLater(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush());
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    const bodies = this.#unsent;
    this.#unsent = [];
    for (const [index, body] of bodies.entries()) {
      try {
        await this.#clients?.tells.publish(this.#channel, body);
      } catch {
        // Whether it arrived is not known: a notice heard twice harms nobody.
        this.#keep(bodies.slice(index));
        return;
      }
    }
  }
}

function close(...clients: Client[]): void {
  for (const client of clients) if (client.isOpen) client.destroy();
}
