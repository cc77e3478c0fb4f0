import { AppError, type Clock } from '../kernel/index.ts';
import { hashPassword, type Crypto } from '../platform/crypto/index.ts';
import { defineRoute, refuse, Refusal, type AnyRoute, type RequestContext } from '../platform/http/index.ts';
import type { Tx, UnitOfWork } from '../platform/persistence/index.ts';
import { findAccount, permissionsOfAccount, setLocale, type Account } from './account.repo.ts';
import { mustChangePassword } from './account.rules.ts';
import type { AccountService } from './account.service.ts';
import * as schemas from './identity.schema.ts';
import { membershipsOf } from './leavers/leaver.repo.ts';
import { proofMeansOf } from './proof.routes.ts';
import { takesWork } from './roles/role.rules.ts';
import { findSessionById, removeSession } from './session.repo.ts';
import type { LiveSession, SessionService } from './session.service.ts';
import { listSkillGroups } from './skill-group.repo.ts';
import type { CheckedSignIn, SignIn, SignInService } from './sign-in.service.ts';

/** What the routes of a person's own session need. */
export interface SessionRouteDeps {
  uow: UnitOfWork;
  clock: Clock;
  crypto: Pick<Crypto, 'blindIndex'>;
  sessions: SessionService;
  signIns: SignInService;
  /** Failures from one address, and in how long. */
  failures: { max: number; perMs: number };
  accounts: AccountService;
  /** Shown on every page of an evaluation instance. */
  isEvaluation: boolean;
}

/** Sign-in, the own session, password, and language. */
export function sessionRoutes(deps: SessionRouteDeps): AnyRoute[] {
  return [signInRoute(deps), readRoute(deps), signOutRoute(deps), passwordRoute(deps), localeRoute(deps)];
}

/** Whether somebody takes conversations and is in no skill group although there are some: only the common queue comes. */
async function lacksSkillGroup(tx: Tx, { account }: LiveSession): Promise<boolean> {
  if (!takesWork(account.roles, account.composed)) return false;
  if ((await membershipsOf(tx, account.id)).length > 0) return false;
  return (await listSkillGroups(tx)).length > 0;
}

async function present(tx: Tx, deps: SessionRouteDeps, live: LiveSession): Promise<Record<string, unknown>> {
  const { id, username, displayName, locale, roles } = live.account;
  return {
    account: { id, username, displayName, locale },
    ...(live.row.idpId === null ? {} : { idp: live.row.idpId, nameId: live.row.nameId }),
    roles,
    customRoles: live.account.composed.map(({ id: roleId, nameZh, nameEn }) => ({
      id: roleId,
      nameZh,
      nameEn,
    })),
    permissions: [...permissionsOfAccount(live.account)].sort(),
    csrfToken: live.csrfToken,
    draftKey: draftKeyOf(deps.crypto, live.account.id),
    expiresAt: live.row.expiresAt.toISOString(),
    idleSeconds: live.idleMs / 1000,
    evaluation: deps.isEvaluation,
    mustChangePassword: mustChangePassword(live.account, deps.clock.now()),
    isSecondFactorMissing: live.row.provenAt === null,
    lacksSkillGroup: await lacksSkillGroup(tx, live),
    proofBy: proofMeansOf(live.account),
  };
}

const DRAFT_KEY_PARTS = [1, 2, 3, 4];

/** 256 bits that only live sessions of an account are given: its browser seals what was typed with them. */
function draftKeyOf(crypto: Pick<Crypto, 'blindIndex'>, accountId: string): string {
  const parts = DRAFT_KEY_PARTS.map((part) => crypto.blindIndex('account.draft', `${part} ${accountId}`));
  return Buffer.concat(parts).toString('base64url');
}

/** The account of the session that asks; programs have none. */
async function ownAccount(tx: Tx, context: RequestContext): Promise<{ account: Account; sessionId: string }> {
  const sessionId = context.session?.id;
  const account = sessionId === undefined ? undefined : await findAccount(tx, context.actor.id);
  if (account === undefined || sessionId === undefined) throw new AppError('access.unauthenticated');
  return { account, sessionId };
}

function signInRoute(deps: SessionRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, SignIn, CheckedSignIn>({
    method: 'POST',
    path: '/api/v1/session',
    summary: 'Signs a person in and sets the session cookie.',
    permission: 'public',
    audit: 'session.open',
    body: schemas.signIn,
    response: schemas.session,
    limit: { ...deps.failures, counts: 'failures' },
    errors: ['session.credentials_invalid', 'session.otp_required', 'session.locked', 'session.sso_only'],
    prepare: ({ body }, context) => deps.signIns.check(body, context),
    async handler(tx, { body, prepared }, context) {
      const result = await deps.signIns.complete(tx, { signIn: body, checked: prepared }, context);
      return result instanceof Refusal ? result : present(tx, deps, result);
    },
  });
}

function readRoute(deps: SessionRouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/session',
    summary: 'The own session, with the token that unsafe requests send.',
    permission: 'signed-in',
    isOpenWhenRestricted: true,
    audit: { none: 'The console asks at every start; signing in stands in the trail.' },
    response: schemas.session,
    async handler(tx, _input, context) {
      const { account, sessionId } = await ownAccount(tx, context);
      const row = await findSessionById(tx, sessionId);
      if (row === undefined || context.session === undefined) throw new AppError('session.expired');
      return present(tx, deps, deps.sessions.describe(row, account, context.session.csrfToken));
    },
  });
}

function signOutRoute(deps: SessionRouteDeps): AnyRoute {
  return defineRoute({
    method: 'DELETE',
    path: '/api/v1/session',
    summary: 'Ends the own session.',
    permission: 'signed-in',
    isOpenWhenRestricted: true,
    audit: 'session.close',
    response: schemas.noAnswer,
    status: 204,
    async handler(tx, _input, context) {
      const { sessionId } = await ownAccount(tx, context);
      await removeSession(tx, sessionId);
      deps.sessions.forgetAfter(tx, { sessionId });
      deps.sessions.clearCookie(context);
      tx.record({ action: 'session.close', outcome: 'ok', target: { type: 'session', id: sessionId } });
    },
  });
}

interface PasswordChange {
  isCurrentRight: boolean;
  faults: string[];
  hash: string;
}

function passwordRoute(deps: SessionRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, { current: string; next: string }, PasswordChange>({
    method: 'POST',
    path: '/api/v1/session/password',
    summary: 'Changes the own password and ends the other sessions.',
    permission: 'signed-in',
    isOpenWhenRestricted: true,
    audit: 'account.password-change',
    body: schemas.passwordChange,
    response: schemas.noAnswer,
    status: 204,
    limit: { ...deps.failures, counts: 'failures' },
    errors: ['session.credentials_invalid', 'account.password_weak'],
    async prepare({ body }, context) {
      const account = await deps.uow.read((db) => findAccount(db, context.actor.id));
      if (account === undefined || context.session === undefined)
        throw new AppError('access.unauthenticated');
      const isCurrentRight = await deps.signIns.verify(body.current, account.passwordHash);
      const faults = isCurrentRight ? await deps.accounts.faultsOf(account, body.next) : [];
      const hash = isCurrentRight && faults.length === 0 ? await hashPassword(body.next) : '';
      return { isCurrentRight, faults, hash };
    },
    async handler(tx, { prepared }, context) {
      const { account, sessionId } = await ownAccount(tx, context);
      const { ip } = context;
      if (!prepared.isCurrentRight) return deps.signIns.countFailure(tx, account, { ip, factor: 'password' });
      if (prepared.faults.length > 0) {
        const target = { type: 'account', id: account.id };
        const reason = 'account.password_weak';
        tx.record({ action: 'account.password-change', outcome: 'refused', target, reason });
        return refuse('account.password_weak', { faults: prepared.faults });
      }
      await deps.accounts.changePassword(tx, account, { hash: prepared.hash, sessionId });
      return undefined;
    },
  });
}

function localeRoute(deps: SessionRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, { locale: string }>({
    method: 'PUT',
    path: '/api/v1/session/locale',
    summary: 'Sets the language of the own console.',
    permission: 'signed-in',
    isOpenWhenRestricted: true,
    audit: 'account.update',
    body: schemas.localeChange,
    response: schemas.noAnswer,
    status: 204,
    async handler(tx, { body }, context) {
      const { account } = await ownAccount(tx, context);
      await setLocale(tx, account.id, body.locale);
      deps.sessions.forgetAfter(tx, { accountId: account.id });
      const target = { type: 'account', id: account.id };
      tx.record({ action: 'account.update', outcome: 'ok', target, fields: ['locale'] });
    },
  });
}
