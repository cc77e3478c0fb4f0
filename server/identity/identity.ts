import type { IncomingMessage } from 'node:http';
import type { Actor, Clock, DataScope, Ids } from '../kernel/index.ts';
import type { Bus } from '../platform/bus/index.ts';
import type { Crypto } from '../platform/crypto/index.ts';
import type { Egress } from '../platform/egress/index.ts';
import {
  allowedOrigins,
  createNetworkList,
  isSameSecret,
  readCookie,
  SESSION_COOKIE,
  type AnyRoute,
  type Authenticator,
  type HttpConfig,
} from '../platform/http/index.ts';
import type { Tx, UnitOfWork, UnitRows } from '../platform/persistence/index.ts';
import { findAccount, permissionsOfAccount, type Account } from './account.repo.ts';
import { SIGN_IN_RULES, type SignInRules } from './account.rules.ts';
import { identityJobs } from './identity.jobs.ts';
import { leaverRoutes } from './leavers/leaver.routes.ts';
import { importRoutes } from './import/import.routes.ts';
import { ImportService } from './import/import.service.ts';
import { LeaverService, type WorkPort } from './leavers/leaver.service.ts';
import type { AnyJobKind } from '../platform/jobs/index.ts';
import { listHolders } from './holder.view.ts';
import { accountRoutes } from './account.routes.ts';
import { approvalRoutes } from './approvals/approval.routes.ts';
import { ApprovalService, type Approvals, type OnAsked } from './approvals/approval.service.ts';
import { AccountService, type AccountInput, type FirstAccount } from './account.service.ts';
import type { TokenScope } from './permissions.ts';
import { rightsRoutes, type RecordLook } from './rights/rights.routes.ts';
import { roleRoutes } from './roles/role.routes.ts';
import { RoleService } from './roles/role.service.ts';
import { isBreakGlassPlace, localPathOf } from './local-path.ts';
import { ownSessionRoutes } from './own-session.routes.ts';
import { proofRoutes } from './proof.routes.ts';
import { ScimGroups } from './scim/scim-groups.service.ts';
import { ScimUsers } from './scim/scim-users.service.ts';
import { scimRoutes } from './scim/scim.routes.ts';
import { sessionRoutes } from './session.routes.ts';
import { actorOf, scopesOf, SessionService, type Bookkeeping } from './session.service.ts';
import { setupRoutes } from './setup/setup.routes.ts';
import { SetupService } from './setup/setup.service.ts';
import type { SignInSettings } from './sign-in.section.ts';
import { SignInService, type SignInDeps } from './sign-in.service.ts';
import { listAgents, listSkillGroups, type Agent, type SkillGroup } from './skill-group.repo.ts';
import { createSkillGroup, skillGroupRoutes, type SkillGroupInput } from './skill-group.routes.ts';
import { UnitTree } from './organisation/unit-tree.ts';
import { findUnits } from './organisation/unit.repo.ts';
import { unitRoutes } from './organisation/unit.routes.ts';
import { PlacementService } from './organisation/placement.service.ts';
import { placementRoutes } from './organisation/placement.routes.ts';
import { UnitService } from './organisation/unit.service.ts';
import type { Tell } from './sso/certificate-watch.ts';
import { createSso, type Sso } from './sso/sso.ts';
import { tokenRoutes } from './token.routes.ts';
import { TokenService } from './token.service.ts';

/** What identity is built from. */
export interface IdentityDeps {
  uow: UnitOfWork;
  bookkeeping: Bookkeeping;
  clock: Clock;
  ids: Ids;
  /** Tells the other processes of ended sessions; absent where there is one process alone. */
  bus?: Pick<Bus, 'publish' | 'subscribe' | 'onGap'>;
  crypto: Crypto;
  config: Pick<HttpConfig, 'publicBaseUrl' | 'hosts'>;
  isEvaluation: boolean;
  /** Where records of the desk lie, for the explanation of rights. */
  lookAt: RecordLook;
  /** Work of the desk that a leaver has in hand. */
  work: WorkPort;
  /** An account that nobody used for longer is turned off; milliseconds. */
  dormantMs: number;
  /** Tells whoever may approve; in the unit of work that asks. */
  onApprovalAsked?: OnAsked;
  /** The way out, for metadata of identity providers; built later. */
  egress(): Pick<Egress, 'request'>;
  /** How people come in; settings are built later. */
  signInSettings(): SignInSettings;
  /** Networks that emergency accounts may be used from; all of them when there is none. */
  breakGlassNetworks: readonly string[];
  /** Emergency accounts show a client certificate of their name; absent: they need none. */
  isCertificateNeeded?: boolean;
  /** Tells administrators of certificates and metadata. */
  tell: Tell;
  /** What the operator may set of signing in; absent: as the product comes. */
  signInRules?: SignInRules;
  /** Told of each failed sign-in, in its unit of work; with the account's id when that locked it. */
  onSignInFailed?(tx: Tx, lockedAccountId: string | undefined): Promise<void>;
  /** A write of the last use failed; nothing is lost, somebody should look. */
  onFault(error: unknown): void;
}

/** A signed-in account behind a socket. */
export interface SocketSession {
  actor: Actor;
  sessionId: string;
  csrfToken: string;
  permissions: ReadonlySet<string>;
  /** What of the organisation any of these permissions reaches, the widest of them. */
  scopeFor(...permissions: string[]): DataScope;
  /** Hears when the session ended or its account has other rights, in this process; gives back how to stop. */
  onForgotten(listener: () => void): () => void;
}

/** Signs sockets in by the session cookie of their handshake. */
export interface SocketSessions {
  /** The session of the cookie; undefined also when Host or Origin is foreign (a page sends both, and cannot lie). */
  ofRequest(request: IncomingMessage): Promise<SocketSession | undefined>;
  isAlive(sessionId: string): Promise<boolean>;
  touch(sessionId: string): void;
}

/** What other modules ask of the organisation. */
export interface Organisation {
  units: UnitService;
  /** The unit and those above it, itself first. Made in memory, at most five seconds old. */
  ancestorsOf(unitId: string): Promise<string[]>;
  /** Names of units, closed ones included; unknown ids are absent. At most 500 ids. */
  namesOf(unitIds: readonly string[]): Promise<readonly { id: string; name: string }[]>;
  /** What belongs to units besides people; the composition root says so before the start. */
  registerRecords(records: readonly UnitRows[]): void;
  /** Goes on with what is left of hand-overs; called at the start and after each closing. */
  finishHandOvers(): Promise<void>;
}

/** Somebody in whose name the server works later on. */
export interface AccountReader {
  actor: Actor;
  displayName: string;
  permissions: ReadonlySet<string>;
  /** What of the organisation any of these permissions reaches, the widest of them. */
  scopeFor(...permissions: string[]): DataScope;
}

/** Accounts, sessions, tokens, and skill groups. */
export interface Identity {
  routes: readonly AnyRoute[];
  /** People by cookie, programs by token. */
  authenticators: readonly Authenticator[];
  sockets: SocketSessions;
  /** Identity providers and who is whom there. */
  sso: Sso;
  /** Acts that need a second person; every module registers its own. */
  approvals: Approvals;
  /** The tree of units, who lies under whom. */
  organisation: Organisation;
  /** Unused accounts off, undecided approvals and old sessions ended. */
  jobKinds: readonly AnyJobKind[];
  /** Whether a cookie and its CSRF token belong to one live session; the session, if so. */
  verifySocketSession(cookie: string, csrfToken: string): Promise<SocketSession | undefined>;
  /** An account with its rights at this moment, for work done in its name; undefined unless it is active. */
  readerOf(accountId: string): Promise<AccountReader | undefined>;
  /** Display names of accounts by id; unknown ids are absent. At most 500 ids. */
  namesOf(ids: readonly string[]): Promise<Map<string, string>>;
  /** Active accounts that hold a permission; at most `limit`. */
  holdersOf(permission: string, limit: number): Promise<string[]>;
  /** Active agents and supervisors of a skill group, all of them for `null`; of a unit, those whose scope covers it. */
  listAgents(skillGroupId: string | null, unitId?: string): Promise<Agent[]>;
  /** Ids only; what routing asks. */
  agentsOf(skillGroupId: string | null, unitId?: string): Promise<readonly string[]>;
  listSkillGroups(): Promise<SkillGroup[]>;
  createSkillGroup(tx: Tx, input: SkillGroupInput): Promise<SkillGroup>;
  /** Active accounts in an installation without any; throws `account.state_refused` otherwise. */
  createFirstAccounts(tx: Tx, inputs: readonly AccountInput[]): Promise<FirstAccount[]>;
  createToken(
    tx: Tx,
    input: { name: string; scopes: readonly TokenScope[]; expiresInDays: number },
  ): Promise<{ id: string; name: string; token: string }>;
}

/** Builds the module. */
export function createIdentity(deps: IdentityDeps): Identity {
  const { signInRules: rules = SIGN_IN_RULES } = deps;
  const sessions = new SessionService(deps);
  const accounts = new AccountService({ ...deps, sessions, otpHash: rules.otpHash });
  const tokens = new TokenService(deps);
  const { clock, ids, onApprovalAsked } = deps;
  const approvals = new ApprovalService({
    ...{ clock, ids },
    ...(onApprovalAsked === undefined ? {} : { onAsked: onApprovalAsked }),
  });
  const leavers = new LeaverService({ accounts, approvals, work: deps.work });
  const disableDormant = (tx: Tx, account: Account) => leavers.disableDormant(tx, account);
  const imports = new ImportService({ ...deps, accounts, approvals });
  const signIns = new SignInService({
    ...{ ...deps, sessions, disableDormant },
    localPath: localPaths(deps, async () => (await sso.idps.list()).some(({ idp }) => idp.state === 'live')),
    onBreakGlass: (tx, id) =>
      deps.tell(tx, { kind: 'sso.break-glass', id, params: { account: id }, severity: 'alarm' }),
  });
  const organisation = createOrganisation(deps, sessions);
  const sso = createSso({ ...deps, sessions, accounts, approvals, beginningsPerMinute: rules.ssoPerMinute });
  const placements = new PlacementService({ approvals, sessions, units: organisation.units });
  const agents = (skillGroupId: string | null, unitId?: string) =>
    deps.uow.read((db) => listAgents(db, skillGroupId, unitId));
  return {
    routes: [
      ...sessionRoutes({ ...deps, sessions, signIns, accounts, failures: rules.failures }),
      ...setupRoutes({ setup: new SetupService(deps), rules }),
      ...ownSessionRoutes({ sessions }),
      ...proofRoutes({ ...deps, sessions, signIns, failures: rules.failures }),
      ...accountRoutes({ ...deps, accounts }),
      ...importRoutes({ ...deps, imports }),
      ...leaverRoutes({ clock, accounts, leavers }),
      ...tokenRoutes({ ...deps, tokens }),
      ...skillGroupRoutes(deps),
      ...approvalRoutes({ clock, approvals }),
      ...sso.routes,
      ...scimRoutes({
        ...{ idps: sso.idps, publicBaseUrl: deps.config.publicBaseUrl },
        users: new ScimUsers({ ...deps, accounts, leavers }),
        groups: new ScimGroups({ ...deps, accounts }),
      }),
      ...organisation.routes,
      ...rightsRoutes({ clock, lookAt: deps.lookAt, ancestorsOf: organisation.ancestorsOf }),
      ...placementRoutes({ accounts, placements }),
      ...roleRoutes({ roles: new RoleService({ clock, ids, sessions, approvals }) }),
    ],
    authenticators: [sessions.authenticate, tokens.authenticate],
    sockets: createSocketSessions(deps, sessions),
    async verifySocketSession(cookie, csrfToken) {
      const session = await socketSession(sessions, cookie);
      return session !== undefined && isSameSecret(csrfToken, session.csrfToken) ? session : undefined;
    },
    ...{ approvals, organisation, sso },
    readerOf: (accountId) => readerOf(deps.uow, accountId),
    jobKinds: [...identityJobs({ ...deps, approvals, leavers }), ...sso.jobKinds],
    namesOf: (ids) => accounts.namesOf(ids),
    holdersOf: (permission, limit) => deps.uow.read((db) => listHolders(db, permission, limit)),
    listAgents: agents,
    agentsOf: async (skillGroupId, unitId) => (await agents(skillGroupId, unitId)).map(({ id }) => id),
    listSkillGroups: () => deps.uow.read(listSkillGroups),
    createSkillGroup: (tx, input) => createSkillGroup(tx, input, deps),
    createFirstAccounts: (tx, inputs) => accounts.createFirst(tx, inputs),
    createToken: (tx, input) => tokens.create(tx, input),
  };
}

/** Decides by what ways a password opens an account. */
function localPaths(deps: IdentityDeps, hasLiveIdp: () => Promise<boolean>): SignInDeps['localPath'] {
  const { breakGlassNetworks: networks, isCertificateNeeded = false } = deps;
  const rules = { networks, isNear: createNetworkList(networks), isCertificateNeeded };
  return async (account, from) =>
    localPathOf(account, {
      settings: deps.signInSettings(),
      hasLiveIdp: await hasLiveIdp(),
      isBreakGlassPlace: isBreakGlassPlace(rules, account.username, from),
    });
}

function createOrganisation(
  deps: IdentityDeps,
  sessions: SessionService,
): Organisation & { routes: readonly AnyRoute[] } {
  const tree = new UnitTree(deps);
  const records: UnitRows[] = [];
  const units = new UnitService({ ...deps, sessions, tree, records });
  let running = Promise.resolve();
  // One after the other: a unit that is closed while others are handed over must not be passed by.
  const finishHandOvers = () =>
    (running = running.then(() => units.finishHandOvers()).catch((error: unknown) => deps.onFault(error)));
  return {
    units,
    ancestorsOf: (unitId) => tree.ancestorsOf(unitId),
    namesOf: (unitIds) => deps.uow.read((db) => findUnits(db, unitIds)),
    registerRecords: (each) => void records.push(...each),
    finishHandOvers,
    routes: unitRoutes({ units, startHandOver: () => void finishHandOvers() }),
  };
}

async function readerOf(uow: UnitOfWork, accountId: string): Promise<AccountReader | undefined> {
  const account = await uow.read((db) => findAccount(db, accountId));
  if (account?.state !== 'active') return undefined;
  const { displayName } = account;
  const permissions = permissionsOfAccount(account);
  return { actor: actorOf(account), displayName, permissions, scopeFor: scopesOf(account) };
}

/** A session whose password must be changed first has no socket. */
async function socketSession(sessions: SessionService, cookie: string): Promise<SocketSession | undefined> {
  const live = await sessions.find(cookie, true);
  if (live === undefined || sessions.isRestricted(live)) return undefined;
  return {
    actor: actorOf(live.account, { sessionId: live.row.id }),
    sessionId: live.row.id,
    csrfToken: live.csrfToken,
    permissions: permissionsOfAccount(live.account),
    scopeFor: scopesOf(live.account),
    onForgotten: (listener) => sessions.watch(live, listener),
  };
}

function createSocketSessions(deps: IdentityDeps, sessions: SessionService): SocketSessions {
  const hosts = new Set(deps.config.hosts.map((host) => host.toLowerCase()));
  const origins = allowedOrigins(deps.config);
  return {
    async ofRequest(request) {
      const { host, origin, cookie: header } = request.headers;
      if (!hosts.has((host ?? '').toLowerCase())) return undefined;
      if (origin === undefined || !origins.has(origin)) return undefined;
      const cookie = readCookie(header, SESSION_COOKIE);
      return cookie === undefined ? undefined : socketSession(sessions, cookie);
    },
    isAlive: (sessionId) => sessions.isAlive(sessionId),
    touch: (sessionId) => sessions.touch(sessionId),
  };
}
