import pg from 'pg';
import type { BusLog, Feed, FeedListener } from './types.ts';
import { CHANNEL } from './bus-notice.repo.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** A connection that was cut without a word is found by asking it something this often. */
const PROBE_EVERY_MS = 5_000;
const PROBE_TIMEOUT_MS = 4_000;
const RECONNECT_FIRST_MS = 100;
const RECONNECT_MAX_MS = 2_000;

/**
 * Notices by LISTEN on a connection of its own: a pooled one would be given away. A lost connection is opened again,
 * and then notices may have been missed.
 */
export function createPostgresFeed(deps: { url: string; log: BusLog }, listener: FeedListener): Feed {
  let client: pg.Client | undefined;
  let probe: NodeJS.Timeout | undefined;
  let retry: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function connect(): Promise<void> {
    const next = await listen(deps.url, { hear: (text) => listener.hear(text), lose });
    client = next;
    probe = setTimeout(() => void ask(next), PROBE_EVERY_MS);
    probe.unref();
  }

  async function ask(asked: pg.Client): Promise<void> {
    try {
      await asked.query('SELECT 1');
    } catch {
      return lose(asked);
    }
    if (client !== asked) return;
    probe = setTimeout(() => void ask(asked), PROBE_EVERY_MS);
    probe.unref();
  }

  function lose(lost: pg.Client): void {
    if (client !== lost) return;
    client = undefined;
    clearTimeout(probe);
    void lost.end().catch(() => undefined);
    if (isStopped) return;
    deps.log.warn('bus connection lost');
    reconnect(RECONNECT_FIRST_MS);
  }

  function reconnect(waitMs: number): void {
    retry = setTimeout(() => {
      connect().then(
        () => {
          if (isStopped) return void close();
          deps.log.info('bus connection is back');
          listener.gap();
        },
        () => !isStopped && reconnect(Math.min(RECONNECT_MAX_MS, waitMs * 2)),
      );
    }, waitMs);
    retry.unref();
  }

  async function close(): Promise<void> {
    const last = client;
    client = undefined;
    clearTimeout(probe);
    await last?.end().catch(() => undefined);
  }

  return {
    start: connect,
    async stop() {
      isStopped = true;
      clearTimeout(retry);
      await close();
    },
  };
}

async function listen(
  url: string,
  on: { hear(text: string): void; lose(client: pg.Client): void },
): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: PROBE_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'vaultdesk bus',
  });
  client.on('error', () => on.lose(client));
  client.on('end', () => on.lose(client));
  client.on('notification', ({ payload }) => on.hear(payload ?? ''));
  try {
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
    return client;
  } catch (error) {
    void client.end().catch(() => undefined);
    throw error;
  }
}
