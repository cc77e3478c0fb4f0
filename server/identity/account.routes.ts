import { decodeCursor, LIMITS, toPage, type Clock } from '../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../platform/http/index.ts';
import type { Tx } from '../platform/persistence/index.ts';
import { listAccounts, type Account } from './account.repo.ts';
import { shownState, splitRoles } from './account.rules.ts';
import {
  createTemporaryPassword,
  type AccountInput,
  type AccountService,
  type TemporaryPassword,
} from './account.service.ts';
import * as schemas from './identity.schema.ts';

/** What the routes of accounts need. */
export interface AccountRouteDeps {
  clock: Clock;
  accounts: AccountService;
}

interface ById {
  id: string;
}

/** Accounts: made by the system administrator, approved by the security administrator. */
export function accountRoutes(deps: AccountRouteDeps): AnyRoute[] {
  return [
    listRoute(deps),
    createRoute(deps),
    rolesRoute(deps),
    changeRoute(deps, { verb: 'approve', permission: 'account:approve', audit: 'account.approve' }),
    changeRoute(deps, { verb: 'reject', permission: 'account:approve', audit: 'account.reject' }),
    changeRoute(deps, { verb: 'enable', permission: 'account:approve', audit: 'account.enable' }),
    resetRoute(deps),
  ];
}

/** An account as lists and answers show it. */
export function presentAccount(account: Account, now: Date): Record<string, unknown> {
  return {
    id: account.id,
    username: account.username,
    displayName: account.displayName,
    state: shownState(account, now),
    roles: account.roles,
    ...(account.pendingRoles === null ? {} : { pendingRoles: splitRoles(account.pendingRoles) }),
    hasOtp: account.totpEnc !== null,
    lastSignInAt: account.lastSignInAt?.toISOString() ?? null,
    createdAt: account.createdAt.toISOString(),
    version: account.version,
  };
}

function listRoute({ clock }: AccountRouteDeps): AnyRoute {
  return defineRoute<unknown, { state?: string; cursor?: string; limit?: number }>({
    method: 'GET',
    path: '/api/v1/accounts',
    summary: 'Accounts by user name.',
    permission: 'account:read',
    audit: 'account.list',
    query: schemas.accountQuery,
    response: schemas.accountPage,
    async handler(tx, { query }) {
      const limit = query.limit ?? LIMITS.pageItemsDefault;
      const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, 1);
      const rows = await listAccounts(tx, { state: query.state, limit: limit + 1, after });
      const now = clock.now();
      return toPage(
        rows,
        limit,
        (row) => [row.username],
        (row) => presentAccount(row, now),
      );
    },
  });
}

function createRoute({ clock, accounts }: AccountRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, AccountInput, TemporaryPassword>({
    method: 'POST',
    path: '/api/v1/accounts',
    summary: 'Makes an account that waits for approval; password and secret are shown once.',
    permission: 'account:create',
    audit: 'account.create',
    body: schemas.accountCreate,
    response: schemas.accountCreated,
    status: 201,
    errors: ['account.username_taken', 'account.roles_exclusive', 'role.unknown'],
    prepare: () => createTemporaryPassword(),
    async handler(tx, { body, prepared }) {
      const { account, totpSecret } = await accounts.create(tx, body, prepared);
      return {
        account: presentAccount(account, clock.now()),
        temporaryPassword: prepared.password,
        ...(totpSecret === undefined ? {} : { totpSecret }),
      };
    },
  });
}

function rolesRoute({ clock, accounts }: AccountRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { roles: string[] }>({
    method: 'POST',
    path: '/api/v1/accounts/:id/roles',
    summary: 'Asks for other roles; another person approves.',
    permission: 'account:create',
    audit: 'account.roles-request',
    needsProof: true,
    body: schemas.rolesRequest,
    response: schemas.account,
    ifMatch: true,
    errors: ['account.self_refused', 'account.roles_exclusive', 'account.state_refused', 'role.unknown'],
    async handler(tx, { params, body, version }) {
      const account = await accounts.getForChange(tx, params.id, version);
      const { account: changed, totpSecret } = await accounts.requestRoles(tx, account, body.roles);
      return { ...presentAccount(changed, clock.now()), ...(totpSecret === undefined ? {} : { totpSecret }) };
    },
  });
}

interface Change {
  verb: 'approve' | 'reject' | 'enable';
  permission: 'account:approve';
  audit: 'account.approve' | 'account.reject' | 'account.enable';
}

const SUMMARIES = {
  approve: 'Grants the roles another person asked for.',
  reject: 'Turns the request for roles down.',
  enable: 'Turns an account on again, or lifts its lock.',
} as const;

function changeRoute({ clock, accounts }: AccountRouteDeps, change: Change): AnyRoute {
  const decide: Record<Change['verb'], (tx: Tx, account: Account) => Promise<Account>> = {
    approve: (tx, account) => accounts.approve(tx, account),
    reject: (tx, account) => accounts.reject(tx, account),
    enable: (tx, account) => accounts.enable(tx, account),
  };
  return defineRoute<ById>({
    method: 'POST',
    path: `/api/v1/accounts/:id/${change.verb}`,
    summary: SUMMARIES[change.verb],
    permission: change.permission,
    audit: change.audit,
    needsProof: true,
    response: schemas.account,
    ifMatch: true,
    errors: [
      'account.self_refused',
      'account.second_person',
      'account.state_refused',
      'account.last_administrator',
      'role.unknown',
    ],
    async handler(tx, { params, version }) {
      const account = await accounts.getForChange(tx, params.id, version);
      return presentAccount(await decide[change.verb](tx, account), clock.now());
    },
  });
}

function resetRoute({ accounts }: AccountRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, unknown, TemporaryPassword>({
    method: 'POST',
    path: '/api/v1/accounts/:id/password-reset',
    summary: 'Sets a temporary password, shown once; one-time codes stay as they are.',
    permission: 'account:create',
    audit: 'account.password-reset',
    needsProof: true,
    response: schemas.temporaryPassword,
    ifMatch: true,
    errors: ['account.self_refused'],
    prepare: () => createTemporaryPassword(),
    async handler(tx, { params, version, prepared }) {
      const account = await accounts.getForChange(tx, params.id, version);
      await accounts.resetPassword(tx, account, prepared);
      return { temporaryPassword: prepared.password, version: account.version + 1 };
    },
  });
}
