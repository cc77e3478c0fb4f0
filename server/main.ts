import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { migrateUp } from '../migrations/index.ts';
import { compose, type Parts } from './compose.ts';
import { openFoundation, placesOf, type Foundation } from './foundation.ts';
import { LIMITS, StartError, SYSTEM_ACTOR, systemClock } from './kernel/index.ts';
import type { Config } from './platform/config/index.ts';
import { createSecretFile, createServerCertificate, ensureSecretFolder } from './platform/crypto/index.ts';
import { startDatabase, superviseDatabase, type EmbeddedDatabase } from './platform/database/index.ts';
import { configureServer } from './platform/http/index.ts';
import type { Log } from './platform/log/index.ts';
import { assertCopyWhole, assertDatabaseFits, openDatabase } from './platform/persistence/index.ts';
import { assertFeatures, openSchemaPort } from './schema-port.ts';
import { VERSION } from './version.ts';

/** A running server. */
export interface RunningServer {
  url: string;
  foundation: Foundation;
  parts: Parts;
  database: EmbeddedDatabase | undefined;
  /** Drains and stops everything; at most 30 seconds. */
  stop(): Promise<void>;
}

/** What `vaultdesk status` reads. */
export interface ServerStatus {
  state: 'starting' | 'ready' | 'draining';
  url: string;
  version: string;
  pids: { server: number; workers: number[]; database: number | null };
  database: { url: string; dataDir: string | null };
}

/** Name in the trail of the one server process of a node. */
const SERVER_NODE = 'server-1';

/**
 * Starts the server on a home folder: database, migration check, keys, trail, modules, listener. Whatever was started
 * is stopped again when a later part fails.
 */
export async function startServer(options: {
  config: Config;
  log: Log;
  /** Called before anything runs; the evaluation instance makes its accounts and demonstration bank here. */
  prepare?: (foundation: Foundation, parts: Parts) => Promise<void>;
}): Promise<RunningServer> {
  const { config, log } = options;
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    // A part that cannot stop cleanly (the database is gone) must not keep the others running.
    for (const stop of stops.reverse()) {
      await stop().catch((error: unknown) => log.warn('stopped uncleanly', {}, error));
    }
    stops.length = 0;
  };
  let status: ServerStatus | undefined;
  try {
    const database = config.database.url ? undefined : await startDatabase({ home: config.home, log });
    if (database) {
      stops.push(() => database.stop());
      const supervisor = superviseDatabase(database, {
        log,
        async onRestarted() {
          if (!status) return;
          status = { ...status, pids: { ...status.pids, database: database.pid } };
          await writeStatus(config, status);
        },
      });
      stops.push(() => supervisor.stop());
    }
    const databaseUrl = config.database.url ?? (database as EmbeddedDatabase).url;
    await migrate(config, databaseUrl, log);
    const foundation = await openFoundation({
      config,
      databaseUrl,
      clock: systemClock,
      log,
      node: SERVER_NODE,
      dataFolders: [config.home, ...(database ? [database.dataDir] : [])],
    });
    stops.push(() => foundation.close());
    const parts = await compose(foundation);
    stops.push(() => parts.stop());
    await record(foundation, 'server.start');
    stops.push(() => record(foundation, 'server.stop'));
    await options.prepare?.(foundation, parts);
    await parts.start();
    const listener = await listen(config, parts);
    stops.push(() => closeListener(listener.server, parts));
    status = {
      state: 'ready',
      url: listener.url,
      version: VERSION,
      pids: { server: process.pid, workers: [], database: database?.pid ?? null },
      database: { url: database?.ownerUrl ?? databaseUrl, dataDir: database?.dataDir ?? null },
    };
    await writeStatus(config, status);
    log.info('server ready', { url: listener.url });
    return { url: listener.url, foundation, parts, database, stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** Refuses a database that does not fit and a schema newer than this program; applies the pending steps. */
async function migrate(config: Config, databaseUrl: string, log: Log): Promise<void> {
  const { port, close } = await openSchemaPort(databaseUrl);
  try {
    const database = await openDatabase({ url: databaseUrl, poolSize: 2 });
    try {
      const isCompatible = config.database.family === 'compatible';
      await assertDatabaseFits(database, { isVersionKnown: !isCompatible });
      if (isCompatible) await assertFeatures(port);
      // Said at every start, until somebody sends the result of `npm run test:oracle` of a real server.
      if (port.dialect === 'oracle')
        log.warn('this version was never run against a real oracle by its makers');
      await migrateUp({ port, now: () => systemClock.now() });
      await assertCopyWhole(database);
    } finally {
      await database.close();
    }
  } finally {
    await close();
  }
}

async function record({ uow }: Foundation, action: 'server.start' | 'server.stop'): Promise<void> {
  const details = { version: VERSION, node: process.version };
  await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => tx.record({ action, outcome: 'ok', details }));
}

async function listen(config: Config, parts: Parts): Promise<{ server: Server; url: string }> {
  const isFront = config.tls.mode === 'front';
  const server = isFront
    ? createHttpServer(parts.http.app)
    : createHttpsServer({ ...(await openCertificate(config)), minVersion: 'TLSv1.2' }, parts.http.app);
  configureServer(server as Server);
  parts.sockets.attach(server as Server);
  await new Promise<void>((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) => fail(listenFault(config, cause)));
    if (config.tls.socketPath) server.listen(config.tls.socketPath, done);
    else server.listen(config.port, config.bind, done);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : config.port;
  const host = config.bind.includes(':') ? `[${config.bind}]` : config.bind;
  const url = config.publicBaseUrl ?? `${isFront ? 'http' : 'https'}://${host}:${port}`;
  return { server: server as Server, url };
}

function listenFault(config: Config, cause: NodeJS.ErrnoException): StartError {
  const place = config.tls.socketPath ?? `port ${config.port} of ${config.bind}`;
  const isTaken = cause.code === 'EADDRINUSE';
  return new StartError({
    code: isTaken ? 'listen.in_use' : 'listen.refused',
    sentence: isTaken ? `Another program listens on ${place}.` : `The server may not listen on ${place}.`,
    remedy: 'Stop the other program, or choose another port with VAULTDESK_PORT or in config.yaml.',
    cause,
  });
}

/** The configured certificate, or one made for this machine at the first start. */
async function openCertificate(config: Config): Promise<{ cert: Buffer; key: Buffer }> {
  const { certFile, keyFile } = config.tls;
  if (certFile && keyFile) {
    const [cert, key] = [certFile, keyFile].map((file) => resolve(config.home, file)) as [string, string];
    return { cert: await readFile(cert), key: await readFile(key) };
  }
  const { tls } = placesOf(config.home);
  await ensureSecretFolder(tls);
  const [cert, key] = [join(tls, 'server.crt'), join(tls, 'server.key')];
  const known = await readFile(key).catch(() => undefined);
  if (known === undefined) {
    const hostnames = config.hosts.map((host) => host.replace(/:\d+$/, ''));
    const made = await createServerCertificate({ hostnames, now: systemClock.now() });
    await writeFile(cert, made.certificate, { mode: 0o644 });
    await createSecretFile(key, made.privateKey);
  }
  return { cert: await readFile(cert), key: await readFile(key) };
}

/** No new work, requests in flight finish, then the sockets are told to come back. */
async function closeListener(server: Server, parts: Parts): Promise<void> {
  parts.http.drain();
  const closed = new Promise<void>((done) => server.close(() => done()));
  parts.sockets.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), LIMITS.drainMs);
  await closed;
  clearTimeout(timer);
}

async function writeStatus(config: Config, status: ServerStatus): Promise<void> {
  const { status: path } = placesOf(config.home);
  await mkdir(config.home, { recursive: true, mode: 0o700 });
  await writeFile(`${path}.tmp`, JSON.stringify(status, null, 2), { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}
