import { createServer, type Server } from 'node:http';
import process from 'node:process';
import type { AddressInfo } from 'node:net';
import { AppError, createFakeClock, SYSTEM_ACTOR, type FakeClock } from '../../kernel/index.ts';
import { totp } from '../../platform/crypto/index.ts';
import {
  configureServer,
  SERVER_OPTIONS,
  createAnswerSeal,
  createHttpApp,
  type AnyRoute,
  type HttpConfig,
} from '../../platform/http/index.ts';
import { portable } from '../../platform/persistence/index.ts';
import { ask, type Ask, type Reply } from '../../test/support/ask.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { recordAnswer } from '../../test/oracle-sim/answers.ts';
import {
  createIdentity,
  ROLES,
  type FirstAccount,
  type Identity,
  type Role,
  type IdentityDeps,
  type SignInSettings,
  type WorkPort,
} from '../index.ts';

const AUDIT_ROWS = portable<Record<never, never>, { action: string; outcome: string; actorId: string }>(
  'spec.identity_audit_rows',
  'SELECT action, outcome, actor_id FROM audit_event ORDER BY epoch, lane, n',
  { params: {}, result: { action: 'text', outcome: 'text', actorId: 'text' } },
);

/** The trail takes no entry from the future, so the clock that tests move forward starts a year back. */
const DORMANT_MS = 90 * 86_400_000;
const YEAR_MS = 365 * 86_400_000;

/** A browser that is signed in. */
export interface Browser {
  account: FirstAccount;
  session: Reply['json'];
  cookie: string;
  ask(path: string, options?: Ask): Promise<Reply>;
}

/** A fault in a test has to be seen. */
const showFault = (error: unknown): void => void process.stderr.write(`${String(error)}\n`);

type HostConfig = Pick<HttpConfig, 'publicBaseUrl' | 'hosts'>;

/** Identity behind a real server on a real database, with one account for each role. */
export interface IdentityServer {
  core: Core;
  clock: FakeClock;
  port: number;
  identity: Identity;
  work: ReturnType<typeof createWork>;
  people: Record<Role, FirstAccount>;
  ask(path: string, options?: Ask): Promise<Reply>;
  signIn(account: Pick<FirstAccount, 'username' | 'password' | 'totpSecret'>): Promise<Reply>;
  browse(account: FirstAccount): Promise<Browser>;
  /** Serves a second time, as another process on the same database would; gives its port. */
  twin(): Promise<number>;
  /** A new identity on the same database serves from here on: what was only in memory is gone. */
  restart(): void;
  /** Actions in the trail, as `action outcome`. */
  trail(): Promise<string[]>;
  close(): Promise<void>;
}

/** Serves routes of an identity on a port that listens already. */
function serve(
  server: Server,
  core: Core,
  parts: { identity: Identity; config: HostConfig; routes: AnyRoute[] },
): void {
  const { app } = createHttpApp({
    ...core,
    config: {
      ...parts.config,
      trustedProxies: ['127.0.0.1'],
      isLoopbackLimited: false,
      areResponsesChecked: true,
    },
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (_event, _fields, error) => showFault(error),
    },
    authenticators: parts.identity.authenticators,
    answerSeal: createAnswerSeal(core.crypto),
    version: '0',
    routes: [...parts.identity.routes, ...parts.routes],
    readiness: [],
  });
  configureServer(server);
  server.on('request', app);
}

/** What the desk would hold: counts a spec sets, and what was handed on. */
function createWork() {
  const counts = new Map<string, { conversations: number; tickets: number }>();
  const units = new Map<string, string[]>();
  const handed: Parameters<WorkPort['handOn']>[1][] = [];
  const port: WorkPort = {
    countOpen: async (_db, accountId) => counts.get(accountId) ?? { conversations: 0, tickets: 0 },
    unitsOf: async (_db, accountId) => units.get(accountId) ?? [],
    handOn: async (_tx, work) => `job-${handed.push(work)}`,
  };
  return { counts, units, handed, port };
}

/** Records of the desk, as a spec sets them. */
export const records = new Map<string, Awaited<ReturnType<IdentityDeps['lookAt']>>>();

/** How people come in; a spec sets it. */
export const signInSettings: SignInSettings = { ssoOnlyRoles: [] };

/** What administrators were told, and what answers calls to the outside; a spec sets both. */
export const told: Parameters<IdentityDeps['tell']>[1][] = [];
export const outside: { request: ReturnType<IdentityDeps['egress']>['request'] } = {
  request: async () => {
    throw new AppError('egress.refused');
  },
};

function buildIdentity(core: Core, config: HostConfig, port: WorkPort): Identity {
  return createIdentity({
    ...core,
    bookkeeping: {
      run: (statement, params) => core.database.read((session) => session.run(statement, params)),
    },
    config,
    isEvaluation: true,
    dormantMs: DORMANT_MS,
    work: port,
    lookAt: async (_db, { id }) => records.get(id),
    onFault: showFault,
    signInSettings: () => signInSettings,
    breakGlassNetworks: ['10.9.0.0/16'],
    egress: () => ({ request: (use, request) => outside.request(use, request) }),
    tell: async (_tx, notice) => void told.push(notice),
  });
}

/** One request, its answer written down for whoever compares the answers of two databases. */
async function askRecorded(port: number, path: string, options: Ask): Promise<Reply> {
  const reply = await ask(port, path, options);
  recordAnswer({ path, method: options.method }, reply);
  return reply;
}

async function listenAnywhere(): Promise<{ server: Server; port: number }> {
  const server = createServer(SERVER_OPTIONS);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

async function stopServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
}

async function createPeople(core: Core, identity: Identity): Promise<Record<Role, FirstAccount>> {
  const first = await core.uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
    identity.createFirstAccounts(
      tx,
      ROLES.map((role) => ({ username: `The.${role}`, displayName: `The ${role}`, roles: [role] })),
    ),
  );
  return Object.fromEntries(first.map((account) => [account.roles[0], account])) as Record<
    Role,
    FirstAccount
  >;
}

/** Starts it. */
export async function serveIdentity(
  extraRoutes: readonly AnyRoute[] = [],
  { startMs = Date.now() - YEAR_MS, isEmpty = false }: { startMs?: number; isEmpty?: boolean } = {},
): Promise<IdentityServer> {
  const work = createWork();
  const clock = createFakeClock(new Date(startMs));
  const core = await buildCore({ clock });
  const { server, port } = await listenAnywhere();
  const twins: Server[] = [];
  const config = { publicBaseUrl: `https://localhost:${port}`, hosts: [`localhost:${port}`] };
  const serveNew = () => {
    const identity = buildIdentity(core, config, work.port);
    server.removeAllListeners('request');
    serve(server, core, { identity, config, routes: [...extraRoutes] });
    return identity;
  };
  const identity = serveNew();
  // An installation before its first administrators has nobody.
  const people = isEmpty ? ({} as Record<Role, FirstAccount>) : await createPeople(core, identity);

  const signIn = ({
    username,
    password,
    totpSecret,
  }: Pick<FirstAccount, 'username' | 'password' | 'totpSecret'>) => {
    const otp = totpSecret === undefined ? {} : { otp: totp.code(totpSecret, clock.now()) };
    return askRecorded(port, '/api/v1/session', { method: 'POST', body: { username, password, ...otp } });
  };
  return {
    core,
    clock,
    port,
    identity,
    work,
    people,
    ask: (path, options = {}) => askRecorded(port, path, options),
    signIn,
    async browse(account) {
      const reply = await signIn(account);
      if (reply.status !== 200) throw new Error(`Sign-in of ${account.username}: ${reply.text}`);
      // The next one-time code of this person is 30 s away; the clock goes there.
      if (account.totpSecret !== undefined) clock.advance(30_000);
      const cookie = cookieOf(reply);
      const headers = { Cookie: cookie, 'X-CSRF-Token': reply.json.csrfToken as string };
      return {
        account,
        session: reply.json,
        cookie,
        ask: (path, options = {}) =>
          askRecorded(port, path, { ...options, headers: { ...headers, ...options.headers } }),
      };
    },
    async twin() {
      const { server: other, port: otherPort } = await listenAnywhere();
      const own = { ...config, hosts: [...config.hosts, `localhost:${otherPort}`] };
      serve(other, core, { identity: buildIdentity(core, own, work.port), config: own, routes: [] });
      twins.push(other);
      return otherPort;
    },
    restart: () => void serveNew(),
    trail: async () =>
      (await core.uow.read((db) => db.all(AUDIT_ROWS, {}))).map(
        ({ action, outcome }) => `${action} ${outcome}`,
      ),
    async close() {
      await Promise.all([server, ...twins].map(stopServer));
      await core.close();
    },
  };
}

/** The cookie pair an answer sets. */
export function cookieOf(reply: Reply): string {
  return (reply.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
}
