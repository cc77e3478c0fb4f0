import { AppError, SYSTEM_ACTOR, type Clock, type Ids } from '../kernel/index.ts';
import { hashPassword, passwordFaults, randomToken, totp, type Crypto } from '../platform/crypto/index.ts';
import type { Db, Tx, UnitOfWork } from '../platform/persistence/index.ts';
import {
  countAccounts,
  decideAccount,
  findAccount,
  findAccounts,
  insertAccount,
  orUsernameTaken,
  recentPasswords,
  rememberPassword,
  replaceRoles,
  setPassword,
  type Account,
  type AccountDecision,
} from './account.repo.ts';
import type { AccountRow } from './account.entity.ts';
import { newAccountRow, type AccountSecrets } from './account.row.ts';
import { joinRoles, NO_PASSWORD, splitRoles, type SignInRules } from './account.rules.ts';
import { findCustomRoles, noteGrants } from './roles/role.repo.ts';
import { areRolesCompatible, isCustomRoleId, rolesNeedOtp } from './roles/role.rules.ts';
import type { CustomRoleRow } from './roles/role.entity.ts';
import { othersWithRole } from './leavers/leaver.repo.ts';
import { unlockAddresses } from './known-address.repo.ts';
import { ADMINISTRATOR_ROLES, isRole } from './permissions.ts';
import { removeSessions } from './session.repo.ts';
import type { SessionService } from './session.service.ts';
import { countIdentities } from './sso/sso.repo.ts';
import { totpCell } from './sign-in.service.ts';

/** What accounts need. */
export interface AccountDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
  sessions: SessionService;
  /** What new secrets for one-time codes are made for. */
  otpHash: SignInRules['otpHash'];
}

/** A new account. */
export interface AccountInput {
  username: string;
  displayName: string;
  /** Names of built-in roles and ids of composed ones. */
  roles: readonly string[];
  /** Where the person works; the head office when absent. */
  unitId?: string;
}

/** A password made by us, to be handed over once. */
export interface TemporaryPassword {
  password: string;
  hash: string;
}

/** An account of the evaluation instance, with what its user needs to sign in. */
export interface FirstAccount {
  id: string;
  username: string;
  password: string;
  totpSecret?: string;
  roles: string[];
}

/** Roles an account gets, and the two people who decided that. */
export interface Granting {
  roles: readonly string[];
  who: { requestedById: string; approvedById: string };
}

const TEMPORARY_BYTES = 18;

/**
 * Makes a password of 144 random bits. Its fixed ending holds all four classes, so that the rules accept it whatever
 * the random part is.
 */
export async function createTemporaryPassword(): Promise<TemporaryPassword> {
  const password = `${randomToken(TEMPORARY_BYTES)}-aA1`;
  return { password, hash: await hashPassword(password) };
}

/** Accounts and the four eyes over them: who asks for rights never grants them, and nobody grants to himself. */
export class AccountService {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  /** The account of an id and version; throws when it is missing, stale, or the actor's own. */
  async getForChange(tx: Tx, id: string, version: number): Promise<Account> {
    const account = await findAccount(tx, id);
    if (account === undefined) throw new AppError('request.not_found');
    if (account.id === tx.context.actor.id) throw new AppError('account.self_refused');
    if (account.version !== version) throw new AppError('request.version_stale');
    return account;
  }

  /** Makes a pending account: it has no role until another person approves. Gives the secret of its codes, once. */
  async create(
    tx: Tx,
    input: AccountInput,
    temporary: TemporaryPassword,
  ): Promise<{ account: Account; totpSecret: string | undefined }> {
    const composed = await assertRoles(tx, input.roles);
    const id = this.#deps.ids.next();
    const totpSecret = rolesNeedOtp(input.roles, composed)
      ? totp.createSecret(this.#deps.otpHash)
      : undefined;
    const row = this.#rowOf(id, input, { hash: temporary.hash, totpSecret });
    row.state = 'pending';
    row.mustChangePassword = true;
    row.pendingRoles = joinRoles(input.roles);
    row.pendingById = tx.context.actor.id;
    await this.#insert(tx, row, []);
    tx.record({
      action: 'account.create',
      outcome: 'ok',
      target: { type: 'account', id },
      details: { roles: [...input.roles], hasOtp: totpSecret !== undefined },
    });
    return { account: { ...row, roles: [], composed: [], grants: [] }, totpSecret };
  }

  #rowOf(id: string, input: AccountInput, secrets: AccountSecrets): AccountRow {
    const { clock, crypto } = this.#deps;
    return newAccountRow({ id, ...input, ...secrets, at: clock.now(), crypto });
  }

  async #insert(tx: Tx, row: AccountRow, roles: readonly string[]): Promise<void> {
    await orUsernameTaken(() => insertAccount(tx, row, roles));
    const { id: accountId, passwordHash, createdAt } = row;
    await rememberPassword(tx, { id: this.#deps.ids.next(), accountId, passwordHash, createdAt });
  }

  /** Asks for other roles; they count once another person approved. Gives a secret when the roles newly need codes. */
  async requestRoles(
    tx: Tx,
    account: Account,
    roles: readonly string[],
  ): Promise<{ account: Account; totpSecret: string | undefined }> {
    const composed = await assertRoles(tx, roles);
    if (account.state === 'disabled') throw new AppError('account.state_refused');
    const isNewlyCoded = rolesNeedOtp(roles, composed) && account.totpEnc === null;
    const totpSecret = isNewlyCoded ? totp.createSecret(this.#deps.otpHash) : undefined;
    const sealed =
      totpSecret === undefined
        ? account.totpEnc
        : this.#deps.crypto.installation.seal(totpCell(account.id), totpSecret);
    const changed = await this.#decide(tx, account, {
      pendingRoles: joinRoles(roles),
      pendingById: tx.context.actor.id,
      totpEnc: sealed,
    });
    tx.record({
      action: 'account.roles-request',
      outcome: 'ok',
      target: { type: 'account', id: account.id },
      details: { from: account.roles, to: [...roles] },
    });
    return { account: changed, totpSecret };
  }

  /** Grants what was asked for. The one who asked cannot; sessions of the account end, so rights change at once. */
  async approve(tx: Tx, account: Account): Promise<Account> {
    if (account.pendingRoles === null) throw new AppError('account.state_refused');
    if (account.pendingById === tx.context.actor.id) throw new AppError('account.second_person');
    const roles = splitRoles(account.pendingRoles);
    const composed = await assertRoles(tx, roles);
    if (await this.isLastAdministrator(tx, account, roles)) throw new AppError('account.last_administrator');
    const isNew = account.state === 'pending';
    const changed = await this.#decide(tx, account, {
      state: 'active',
      pendingRoles: null,
      pendingById: null,
    });
    if (isNew) {
      const target = { type: 'account', id: account.id };
      tx.record({ action: 'account.approve', outcome: 'ok', target });
    }
    const requestedById = account.pendingById ?? SYSTEM_ACTOR.id;
    await this.#grant(tx, account, { roles, who: { requestedById, approvedById: tx.context.actor.id } });
    return (await findAccount(tx, account.id)) ?? { ...changed, roles, composed };
  }

  async #grant(tx: Tx, account: Account, { roles, who }: Granting): Promise<void> {
    await replaceRoles(tx, account, roles);
    const grant = { ...who, grantedAt: this.#deps.clock.now() };
    await noteGrants(tx, account.id, { before: account.roles, after: roles, grant });
    await this.#endSessions(tx, account.id);
    tx.record({
      action: 'account.roles-grant',
      outcome: 'ok',
      target: { type: 'account', id: account.id },
      details: { from: account.roles, to: [...roles] },
    });
  }

  /** Gives an account other roles in an act that two people decided on; its sessions end. */
  async grantApproved(tx: Tx, account: Account, granting: Granting): Promise<void> {
    await assertRoles(tx, granting.roles);
    await this.#decide(tx, account, {});
    await this.#grant(tx, account, granting);
  }

  /**
   * Makes accounts in an act that two people decided on; gives their ids. They are active, without a password anybody
   * could sign in with. Not for roles that need one-time codes. Throws `account.username_taken`.
   */
  async createApproved(
    tx: Tx,
    inputs: readonly (AccountInput & { id?: string; locale: string })[],
    who: Granting['who'],
  ): Promise<string[]> {
    const grant = { ...who, grantedAt: this.#deps.clock.now() };
    const made = inputs.map((input) => {
      const secrets = { hash: NO_PASSWORD, totpSecret: undefined };
      const row = this.#rowOf(input.id ?? this.#deps.ids.next(), input, secrets);
      return { row: { ...row, locale: input.locale, mustChangePassword: true }, roles: input.roles };
    });
    for (const { row, roles } of made) {
      await orUsernameTaken(() => insertAccount(tx, row, roles));
      await noteGrants(tx, row.id, { before: [], after: roles, grant });
      const target = { type: 'account', id: row.id };
      tx.record({ action: 'account.create', outcome: 'ok', target, details: { roles: [...roles] } });
    }
    return made.map(({ row }) => row.id);
  }

  /** Turns a request down; an account that was never approved is turned off. */
  async reject(tx: Tx, account: Account): Promise<Account> {
    if (account.pendingRoles === null) throw new AppError('account.state_refused');
    const state = account.state === 'pending' ? 'disabled' : account.state;
    const changed = await this.#decide(tx, account, { state, pendingRoles: null, pendingById: null });
    tx.record({ action: 'account.reject', outcome: 'ok', target: { type: 'account', id: account.id } });
    return changed;
  }

  /** Whether an active account is the only one to hold an administrator's role that `rolesAfter` lacks. */
  async isLastAdministrator(tx: Tx, account: Account, rolesAfter: readonly string[]): Promise<boolean> {
    if (account.state !== 'active') return false;
    for (const role of account.roles) {
      const isLost = isRole(role) && ADMINISTRATOR_ROLES.has(role) && !rolesAfter.includes(role);
      if (isLost && (await othersWithRole(tx, role, account.id)) === 0) return true;
    }
    return false;
  }

  /** Turns an account off and ends its sessions; its work is the leavers' matter. Throws `account.last_administrator`. */
  async disable(tx: Tx, account: Account, reason?: string): Promise<Account> {
    if (account.state === 'disabled') throw new AppError('account.state_refused');
    if (await this.isLastAdministrator(tx, account, [])) throw new AppError('account.last_administrator');
    const changed = await this.#decide(tx, account, {
      state: 'disabled',
      pendingRoles: null,
      pendingById: null,
    });
    await this.#endSessions(tx, account.id);
    const target = { type: 'account', id: account.id };
    tx.record({
      action: 'account.disable',
      outcome: 'ok',
      target,
      ...(reason === undefined ? {} : { reason }),
    });
    return changed;
  }

  /** Turns an account on again; one that was never granted a role has to be asked for anew. */
  async enable(tx: Tx, account: Account): Promise<Account> {
    const isLocked = account.state === 'active' && account.lockedUntilAt !== null;
    if (account.state !== 'disabled' && !isLocked) throw new AppError('account.state_refused');
    const changed = await this.#decide(tx, account, { state: 'active', failedCount: 0, lockedUntilAt: null });
    await unlockAddresses(tx, account.id);
    tx.record({ action: 'account.enable', outcome: 'ok', target: { type: 'account', id: account.id } });
    return changed;
  }

  /** Sets a temporary password, which has to be changed at the next sign-in; ends the sessions. */
  async resetPassword(tx: Tx, account: Account, temporary: TemporaryPassword): Promise<void> {
    // Whoever signs in through an identity provider gets no second way in.
    if ((await countIdentities(tx, account.id)) > 0) throw new AppError('account.state_refused');
    await this.#setPassword(tx, account, { hash: temporary.hash, isTemporary: true });
    await this.#endSessions(tx, account.id);
    tx.record({
      action: 'account.password-reset',
      outcome: 'ok',
      target: { type: 'account', id: account.id },
    });
  }

  /** What is wrong with a person's new password, by the rules and the last five. */
  async faultsOf(account: Account, password: string): Promise<string[]> {
    const recentHashes = await this.#deps.uow.read((db) => recentPasswords(db, account.id));
    return passwordFaults(password, { username: account.username, recentHashes });
  }

  /** Changes a person's own password; the other sessions of the account end. */
  async changePassword(tx: Tx, account: Account, change: { hash: string; sessionId: string }): Promise<void> {
    await this.#setPassword(tx, account, { hash: change.hash, isTemporary: false });
    await removeSessions(tx, account.id, change.sessionId);
    this.#deps.sessions.forgetAfter(tx, { accountId: account.id });
    tx.record({
      action: 'account.password-change',
      outcome: 'ok',
      target: { type: 'account', id: account.id },
    });
  }

  async #setPassword(
    tx: Tx,
    account: Account,
    password: { hash: string; isTemporary: boolean },
  ): Promise<void> {
    const entry = { ...password, historyId: this.#deps.ids.next(), at: this.#deps.clock.now() };
    if (!(await setPassword(tx, account, entry))) throw new AppError('request.version_stale');
  }

  async #decide(tx: Tx, account: Account, change: Partial<AccountDecision>): Promise<Account> {
    const { state, pendingRoles, pendingById, totpEnc, failedCount, lockedUntilAt } = account;
    const decision = { state, pendingRoles, pendingById, totpEnc, failedCount, lockedUntilAt, ...change };
    if (!(await decideAccount(tx, account, decision))) throw new AppError('request.version_stale');
    return { ...account, ...decision, version: account.version + 1 };
  }

  async #endSessions(tx: Tx, accountId: string): Promise<void> {
    await removeSessions(tx, accountId);
    this.#deps.sessions.forgetAfter(tx, { accountId });
  }

  /**
   * Makes accounts that are active at once. Only for an installation that has none (the install ceremony, the evaluation
   * instance); throws `account.state_refused` otherwise. The passwords are given once.
   */
  async createFirst(tx: Tx, inputs: readonly AccountInput[]): Promise<FirstAccount[]> {
    if ((await countAccounts(tx)) > 0) throw new AppError('account.state_refused');
    const made: FirstAccount[] = [];
    for (const input of inputs) {
      const composed = await assertRoles(tx, input.roles);
      const { password, hash } = await createTemporaryPassword();
      const totpSecret = rolesNeedOtp(input.roles, composed)
        ? totp.createSecret(this.#deps.otpHash)
        : undefined;
      const row = this.#rowOf(this.#deps.ids.next(), input, { hash, totpSecret });
      await this.#insert(tx, row, input.roles);
      tx.record({
        action: 'account.create',
        outcome: 'ok',
        target: { type: 'account', id: row.id },
        reason: 'first-accounts',
        details: { roles: [...input.roles] },
      });
      const { id, username } = row;
      made.push({
        id,
        username,
        password,
        roles: [...input.roles],
        ...(totpSecret === undefined ? {} : { totpSecret }),
      });
    }
    return made;
  }

  /** The accounts of ids, by id; for names beside what they did. */
  async namesOf(ids: readonly string[]): Promise<Map<string, string>> {
    const accounts = await this.#deps.uow.read((db) => findAccounts(db, ids));
    return new Map(accounts.map((account) => [account.id, account.displayName]));
  }
}

/** The composed ones of roles that one account may hold together; throws `role.unknown`, `account.roles_exclusive`. */
export async function assertRoles(db: Db, roles: readonly string[]): Promise<CustomRoleRow[]> {
  const customIds = roles.filter(isCustomRoleId);
  const composed = customIds.length === 0 ? [] : await findCustomRoles(db, customIds);
  if (composed.length < new Set(customIds).size) throw new AppError('role.unknown');
  if (!areRolesCompatible(roles, composed)) throw new AppError('account.roles_exclusive');
  return composed;
}
