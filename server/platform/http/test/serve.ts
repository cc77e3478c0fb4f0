import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuditDraft } from '../../../../audit/index.ts';
import { createFakeClock, createIds, type FakeClock } from '../../../kernel/index.ts';
import type { Tx, UnitContext, UnitOfWork } from '../../persistence/index.ts';
import { createHttpApp, type HttpDeps } from '../app.ts';
import type { HttpConfig, LogFields, Principal } from '../ports.ts';
import type { AnyRoute } from '../route.ts';
import { configureServer } from '../server.ts';

/** An answer as it came over the wire. */
export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every form
  json: any;
}

/** One request; `host` and `raw` allow what browsers never send. */
export interface Ask {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: unknown;
  raw?: string | Buffer;
}

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
  const server: Server = createServer();
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

/** Sends one request on a connection of its own. */
export function ask(port: number, path: string, options: Ask): Promise<Reply> {
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const headers = {
    Host: `localhost:${port}`,
    ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = (answer.headers['content-type'] ?? '').includes('json');
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text,
            json: isJson && text !== '' ? JSON.parse(text) : undefined,
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
