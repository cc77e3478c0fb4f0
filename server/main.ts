import { readFile, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { compose, type Parts } from './compose.ts';
import { startMigrated } from './database-start.ts';
import { openFoundation, placesOf, type Foundation } from './foundation.ts';
import { LIMITS, StartError, SYSTEM_ACTOR, systemClock } from './kernel/index.ts';
import type { Config } from './platform/config/index.ts';
import {
  createSecretFile,
  createServerCertificate,
  ensureSecretFolder,
  SERVER_TLS,
} from './platform/crypto/index.ts';
import {
  configureServer,
  createNetworkList,
  createRedirectServer,
  isLoopback,
  SERVER_OPTIONS,
  type ServerRules,
} from './platform/http/index.ts';
import type { Log } from './platform/log/index.ts';
import { writeStatus, type ServerStatus } from './status-file.ts';
import { toHttpConfig } from './wiring.ts';
import { VERSION } from './version.ts';
import type { WorkerPlace } from './worker-link.ts';

/** Connections that wait to be accepted; with fewer, a crowd that comes at once is told nothing and tries for minutes. */
const BACKLOG = 4_096;

/** A running server. */
export interface RunningServer {
  url: string;
  foundation: Foundation;
  parts: Parts;
  /** Drains and stops everything; at most 30 seconds. */
  stop(): Promise<void>;
}

/** What a server process starts from. */
export interface StartOptions {
  config: Config;
  log: Log;
  /** Called before anything runs; the evaluation instance makes its accounts and demonstration bank here. */
  prepare?: (foundation: Foundation, parts: Parts) => Promise<void>;
}

/**
 * Starts the server as one process: database, then everything that `startParts` starts. `onReplaced` is for one of
 * several servers; alone it is never called.
 */
export async function startServer(options: StartOptions & { onReplaced(): void }): Promise<RunningServer> {
  const { config, log, onReplaced, ...rest } = options;
  const { node, listen } = config.cluster;
  let status: ServerStatus | undefined;
  const database = await startMigrated({
    ...{ config, log },
    async onRestarted() {
      if (!status) return;
      status = { ...status, pids: { ...status.pids, database: database.embedded?.pid ?? null } };
      await writeStatus(config, status);
    },
  });
  try {
    const place = { node, databaseUrl: database.url, dataDir: database.about.dataDir };
    const among = listen === undefined ? { place } : { place: { ...place, listen }, onReplaced };
    const parts = await startParts({ ...rest, config, log, ...among });
    status = {
      state: 'ready',
      url: parts.url,
      version: VERSION,
      pids: { server: process.pid, workers: [], database: database.embedded?.pid ?? null },
      database: database.about,
    };
    await writeStatus(config, status);
    log.info('server ready', { url: parts.url });
    return {
      ...parts,
      async stop() {
        await parts.stop();
        await database.stop().catch((error: unknown) => log.warn('stopped uncleanly', {}, error));
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** Starts one of several processes, on the database that the primary has started. */
export function startWorker(
  options: StartOptions & { place: WorkerPlace; onReplaced(): void },
): Promise<RunningServer> {
  const { place, prepare, ...rest } = options;
  return startParts({ ...rest, place, ...(place.isFirst && prepare ? { prepare } : {}) });
}

/**
 * Starts keys, trail, modules, and listener on a migrated database. Whatever was started is stopped again when a later
 * part fails.
 */
async function startParts(
  options: StartOptions & {
    place: Pick<WorkerPlace, 'node' | 'databaseUrl' | 'dataDir' | 'listen'>;
    onReplaced?: () => void;
  },
): Promise<RunningServer> {
  const { config, log, place, onReplaced } = options;
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    // A part that cannot stop cleanly (the database is gone) must not keep the others running.
    for (const stop of stops.reverse()) {
      await stop().catch((error: unknown) => log.warn('stopped uncleanly', {}, error));
    }
    stops.length = 0;
  };
  try {
    const foundation = await openFoundation({
      ...{ config, log, clock: systemClock },
      ...{ databaseUrl: place.databaseUrl, node: place.node },
      ...(place.listen === undefined ? {} : { listen: place.listen }),
      dataFolders: [config.home, ...(place.dataDir ? [place.dataDir] : [])],
      ...(onReplaced ? { onReplaced } : {}),
    });
    stops.push(() => foundation.close());
    const parts = await compose(foundation);
    stops.push(() => parts.stop());
    await record(foundation, 'server.start');
    stops.push(() => record(foundation, 'server.stop'));
    await foundation.cluster.start();
    stops.push(() => foundation.cluster.stop());
    await options.prepare?.(foundation, parts);
    await parts.start();
    const listener = await listen({ config, log }, parts);
    stops.push(() => closeListener(listener.servers, parts));
    return { url: listener.url, foundation, parts, stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function record({ uow }: Foundation, action: 'server.start' | 'server.stop'): Promise<void> {
  const details = { version: VERSION, node: process.version };
  await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => tx.record({ action, outcome: 'ok', details }));
}

async function listen(
  { config, log }: { config: Config; log: Log },
  parts: Parts,
): Promise<{ servers: Server[]; url: string }> {
  const isFront = config.tls.mode === 'front';
  const rules = serverRules(config, log);
  const server = isFront
    ? createHttpServer(SERVER_OPTIONS, parts.http.app)
    : createHttpsServer(
        { ...SERVER_OPTIONS, ...SERVER_TLS, ...(await openCertificate(config)) },
        parts.http.app,
      );
  configureServer(server as Server, rules);
  parts.sockets.attach(server as Server);
  await opened(server as Server, config, config.tls.socketPath ?? config.port);
  const emergency = await openEmergency(config, parts, rules);
  const redirect = await openRedirect(config, rules);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : config.port;
  const host = config.bind.includes(':') ? `[${config.bind}]` : config.bind;
  const url = config.publicBaseUrl ?? `${isFront ? 'http' : 'https'}://${host}:${port}`;
  return { servers: [server as Server, emergency, redirect].filter((each) => each !== undefined), url };
}

/** What bounds connections: proxies bring everybody, and the loopback is left alone unless the limits hold there. */
function serverRules(config: Config, log: Log): ServerRules {
  const isProxy = createNetworkList(config.trustedProxies);
  const isCounted = (address: string) =>
    !isProxy(address) && (config.limits.loopback || !isLoopback(address));
  return { log, connections: { perAddressMax: config.limits.connectionsPerAddress, isCounted } };
}

/** Plain HTTP that only sends browsers to where TLS is, where the configuration wants it. */
async function openRedirect(config: Config, rules: ServerRules): Promise<Server | undefined> {
  if (config.tls.redirectPort === 0) return undefined;
  const server = createRedirectServer(toHttpConfig(config), rules);
  await opened(server, config, config.tls.redirectPort);
  return server;
}

/** The port for emergency accounts: nobody gets a byte without a certificate of the authority. */
async function openEmergency(config: Config, parts: Parts, rules: ServerRules): Promise<Server | undefined> {
  const { breakGlassAuthorityFile, breakGlassPort } = config.accounts;
  if (breakGlassAuthorityFile === undefined) return undefined;
  const ca = await readAuthority(resolve(config.home, breakGlassAuthorityFile));
  const server = createHttpsServer(
    {
      ...SERVER_OPTIONS,
      ...SERVER_TLS,
      ...(await openCertificate(config)),
      ca,
      requestCert: true,
      rejectUnauthorized: true,
    },
    parts.http.app,
  ) as Server;
  configureServer(server, rules);
  parts.sockets.attach(server);
  await opened(server, config, breakGlassPort);
  return server;
}

async function readAuthority(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new StartError({
      code: 'config.file_missing',
      sentence: `accounts.breakGlassAuthorityFile names ${path}, which cannot be read.`,
      remedy: 'Put the PEM file of the authority there, or remove the setting.',
      cause,
    });
  }
}

function opened(server: Server, config: Config, place: string | number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) => fail(listenFault(config, place, cause)));
    if (typeof place === 'string') server.listen(place, done);
    else server.listen({ port: place, host: config.bind, backlog: BACKLOG }, done);
  });
}

function listenFault(config: Config, at: string | number, cause: NodeJS.ErrnoException): StartError {
  const place = typeof at === 'string' ? at : `port ${at} of ${config.bind}`;
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
async function closeListener(servers: readonly Server[], parts: Parts): Promise<void> {
  parts.http.drain();
  const closed = Promise.all(
    servers.map((server) => new Promise<void>((done) => void server.close(() => done()))),
  );
  parts.sockets.close();
  for (const server of servers) server.closeIdleConnections();
  const timer = setTimeout(() => {
    for (const server of servers) server.closeAllConnections();
  }, LIMITS.drainMs);
  await closed;
  clearTimeout(timer);
}
