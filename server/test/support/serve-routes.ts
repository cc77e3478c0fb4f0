import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wholeScope, type Actor } from '../../kernel/index.ts';
import { configureServer, createHttpApp, SERVER_OPTIONS, type AnyRoute } from '../../platform/http/index.ts';
import type { AuditEmitter } from '../../platform/persistence/index.ts';
import { recordAnswer } from '../oracle-sim/answers.ts';
import { ask, type Ask, type Reply } from './ask.ts';
import type { Core } from './core.ts';

/** Someone who asks: the actor and what it may do. */
export interface Caller {
  actor: Actor;
  permissions: readonly string[];
}

/** Routes behind the real application on a free loopback port, answers checked against their schemas. */
export interface ServedRoutes<Name extends string> {
  /** One request of a named caller, with a JSON body; nobody's request without a name. */
  ask(caller: Name | undefined, path: string, options?: Ask): Promise<Reply>;
  readonly port: number;
  /** What was answered with 500, for the eyes of whoever debugs a spec. */
  readonly faults: readonly unknown[];
  stop(): Promise<void>;
}

/** An account of a spec sees the whole bank, unless the spec says otherwise. */
function placed(actor: Actor): Actor {
  return actor.type === 'account' ? { scope: wholeScope(actor.id), ...actor } : actor;
}

/** Serves a module's routes on a spec's database. `ask` names the caller; no account is needed behind it. */
export async function serveRoutes<Name extends string>(
  core: Core,
  routes: readonly AnyRoute[],
  callers: Record<Name, Caller>,
  options: { isOff?: (path: string) => boolean; audit?: Pick<AuditEmitter, 'emit'> } = {},
): Promise<ServedRoutes<Name>> {
  const server = createServer(SERVER_OPTIONS);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { clock, ids, uow } = core;
  const faults: unknown[] = [];
  const people = new Map<string, Caller>(Object.entries(callers));
  const { app } = createHttpApp({
    config: {
      publicBaseUrl: `https://localhost:${port}`,
      hosts: [`localhost:${port}`, `127.0.0.1:${port}`],
      trustedProxies: [],
      isLoopbackLimited: false,
      areResponsesChecked: true,
    },
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (_event, _fields, error) => void faults.push(error),
    },
    ...options,
    ...{ clock, ids, uow, routes, version: '0.0.0', readiness: [] },
    authenticators: [
      async ({ bearer }) => {
        const caller = people.get((bearer ?? '').replace('token-of-the-', ''));
        return caller && { actor: placed(caller.actor), permissions: new Set(caller.permissions) };
      },
    ],
    answerSeal: {
      hash: () => Buffer.alloc(32),
      seal: (_rowId, text) => Buffer.from(text),
      open: async (_rowId, envelope) => envelope.toString(),
    },
  });
  configureServer(server);
  server.on('request', app);
  return {
    port,
    faults,
    ask: async (caller, path, options = {}) => {
      const bearer: Record<string, string> =
        caller === undefined ? {} : { Authorization: `Bearer token-of-the-${caller}` };
      const reply = await ask(port, path, { ...options, headers: { ...bearer, ...options.headers } });
      recordAnswer({ path, method: options.method }, reply);
      return reply;
    },
    stop() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
