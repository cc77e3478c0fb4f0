import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuditDraft } from '../../../../audit/index.ts';
import { ask, type Ask, type Reply } from '../../../test/support/ask.ts';
import { createFakeClock, createIds, type FakeClock } from '../../../kernel/index.ts';
import type { Tx, UnitContext, UnitOfWork } from '../../persistence/index.ts';
import { createHttpApp, type HttpDeps } from '../app.ts';
import type { HttpConfig, LogFields, Principal } from '../ports.ts';
import type { AnyRoute } from '../route.ts';
import { configureServer, SERVER_OPTIONS } from '../server.ts';

/** A listening application with what it recorded and logged. */
export interface Serving {
  port: number;
  clock: FakeClock;
  recorded: { context: UnitContext; draft: AuditDraft }[];
  logged: { level: string; event: string; fields: LogFields; error?: unknown }[];
  drain(): void;
  ask(path: string, options?: Ask): Promise<Reply>;
  stop(): Promise<void>;
}

/** A unit of work without a database: it keeps what committed units recorded. */
export function createRecordingUnits(recorded: Serving['recorded']): UnitOfWork {
  return {
    async run(context, work) {
      const drafts: AuditDraft[] = [];
      const effects: (() => void)[] = [];
      const tx = {
        context,
        record: (draft: AuditDraft) => void drafts.push(draft),
        get recordCount() {
          return drafts.length;
        },
        afterCommit: (effect: () => void) => void effects.push(effect),
      } as unknown as Tx;
      const result = await work(tx);
      recorded.push(...drafts.map((draft) => ({ context, draft })));
      for (const effect of effects) effect();
      return result;
    },
    read: () => Promise.reject(new Error('There is no database in this test.')),
  };
}

/** Credentials of the tests: `Bearer token-of-<name>` and the cookie of the same text. */
export const PEOPLE: Record<string, Principal> = {
  'token-of-the-agent': { actor: { type: 'token', id: 'agent-1' }, permissions: new Set(['thing:write']) },
  'token-of-nobody-special': { actor: { type: 'token', id: 'nobody-1' }, permissions: new Set() },
  'cookie-of-the-agent': {
    actor: { type: 'account', id: 'agent-2' },
    permissions: new Set(['thing:write']),
    session: { id: 's1', csrfToken: 'csrf-of-the-agent' },
  },
  'cookie-that-is-restricted': {
    actor: { type: 'account', id: 'agent-3' },
    permissions: new Set(['thing:write']),
    session: { id: 's2', csrfToken: 'csrf-of-the-agent' },
    restriction: 'session.password_expired',
  },
  'token-of-the-visitor': {
    actor: { type: 'requester', id: 'requester-1' },
    permissions: new Set(),
    visitor: { conversationId: 'c1', requesterId: 'requester-1', siteId: 'demo' },
  },
};

/** Starts an application on a free loopback port. */
export async function serveApp(
  routes: readonly AnyRoute[],
  overrides: Partial<HttpDeps> & { http?: Partial<HttpConfig> } = {},
): Promise<Serving> {
  const clock = createFakeClock();
  const recorded: Serving['recorded'] = [];
  const logged: Serving['logged'] = [];
  const server: Server = createServer(SERVER_OPTIONS);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { app, drain } = createHttpApp({
    config: {
      publicBaseUrl: `https://localhost:${port}`,
      hosts: [`localhost:${port}`, `127.0.0.1:${port}`],
      trustedProxies: [],
      isLoopbackLimited: false,
      areResponsesChecked: true,
      ...overrides.http,
    },
    log: {
      info: (event, fields) => void logged.push({ level: 'info', event, fields }),
      warn: (event, fields) => void logged.push({ level: 'warn', event, fields }),
      error: (event, fields, error) => void logged.push({ level: 'error', event, fields, error }),
    },
    clock,
    ids: createIds({ clock, randomBytes: (length) => new Uint8Array(length) }),
    uow: createRecordingUnits(recorded),
    authenticators: [({ bearer, cookie }) => Promise.resolve(PEOPLE[bearer ?? cookie ?? ''])],
    answerSeal: {
      hash: () => Buffer.alloc(32),
      seal: (_rowId, text) => Buffer.from(text),
      open: (_rowId, envelope) => Promise.resolve(envelope.toString()),
    },
    version: '0.0.0',
    routes,
    readiness: [],
    ...overrides,
  });
  configureServer(server);
  server.on('request', app);
  return {
    port,
    clock,
    recorded,
    logged,
    drain,
    ask: (path, options = {}) => ask(port, path, options),
    stop: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

export type { Ask, Reply };
