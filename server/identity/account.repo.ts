import { isUuid } from '../kernel/index.ts';
import { insert, portable, remove, select, update, type Db, type Tx } from '../platform/persistence/index.ts';
import {
  accountEntity,
  accountRoleEntity,
  passwordHistoryEntity,
  type AccountRow,
} from './account.entity.ts';
import { ACCOUNT_RULES } from './account.rules.ts';
import { isRole, type Role } from './permissions.ts';

const ACCOUNT_INSERT = insert(accountEntity);
const ACCOUNT_BY_ID = select(accountEntity, { name: 'account.by_id', where: ['id'] });
const ACCOUNTS_BY_ID = select(accountEntity, { name: 'account.by_ids', whereIn: 'id' });
const ACCOUNT_BY_USERNAME = select(accountEntity, { name: 'account.by_username', where: ['username'] });
const ACCOUNTS_PAGE = select(accountEntity, {
  name: 'account.page',
  orderBy: [['username', 'asc']],
  keyset: true,
  limit: true,
});
const ACCOUNTS_PAGE_OF_STATE = select(accountEntity, {
  name: 'account.page_of_state',
  where: ['state'],
  orderBy: [['username', 'asc']],
  keyset: true,
  limit: true,
});
const ACCOUNT_COUNT = portable<Record<never, never>, { accountCount: number }>(
  'account.count',
  'SELECT COUNT(*) AS account_count FROM account',
  { params: {}, result: { accountCount: 'int' } },
);
const ACCOUNT_DECIDE = update(accountEntity, {
  name: 'account.decide',
  set: ['state', 'pendingRoles', 'pendingById', 'totpEnc', 'failedCount', 'lockedUntilAt', 'version'],
  where: ['id', 'version'],
});
const ACCOUNT_SET_PASSWORD = update(accountEntity, {
  name: 'account.set_password',
  set: ['passwordHash', 'passwordChangedAt', 'mustChangePassword', 'failedCount', 'lockedUntilAt', 'version'],
  where: ['id', 'version'],
});
const ACCOUNT_SET_LOCALE = update(accountEntity, {
  name: 'account.set_locale',
  set: ['locale'],
  where: ['id'],
});
const ACCOUNT_SIGNED_IN = update(accountEntity, {
  name: 'account.signed_in',
  set: ['failedCount', 'lockedUntilAt', 'lastSignInAt', 'totpLastStep'],
  where: ['id', 'failedCount', 'totpLastStep'],
});
const ACCOUNT_FAILED = portable<{ id: string }>(
  'account.failed',
  'UPDATE account SET failed_count = failed_count + 1 WHERE id = :id',
  { params: { id: 'uuid' } },
);
const ACCOUNT_LOCK = update(accountEntity, {
  name: 'account.lock',
  set: ['failedCount', 'lockedUntilAt'],
  where: ['id'],
});
const ROLE_INSERT = insert(accountRoleEntity);
const ROLES_REMOVE = remove(accountRoleEntity, { name: 'account_role.remove_all', where: ['accountId'] });
const ROLES_OF = select(accountRoleEntity, { name: 'account_role.of_accounts', whereIn: 'accountId' });
const HISTORY_INSERT = insert(passwordHistoryEntity);
const HISTORY_RECENT = select(passwordHistoryEntity, {
  name: 'password_history.recent',
  where: ['accountId'],
  orderBy: [
    ['createdAt', 'desc'],
    ['id', 'desc'],
  ],
  limit: true,
});

const IN_LIST_MAX = 500;

/** An account with the roles it holds. */
export interface Account extends AccountRow {
  roles: Role[];
}

/** The columns that decisions about an account change. */
export type AccountDecision = Pick<
  AccountRow,
  'state' | 'pendingRoles' | 'pendingById' | 'totpEnc' | 'failedCount' | 'lockedUntilAt'
>;

/** Adds the roles to rows, in their order; one query for 500 rows. */
export async function withRoles(db: Db, rows: readonly AccountRow[]): Promise<Account[]> {
  const rolesById = new Map<string, Role[]>(rows.map((row) => [row.id, []]));
  for (let start = 0; start < rows.length; start += IN_LIST_MAX) {
    const accountIdList = rows.slice(start, start + IN_LIST_MAX).map((row) => row.id);
    for (const { accountId, role } of await db.all(ROLES_OF, { accountIdList })) {
      if (isRole(role)) rolesById.get(accountId)?.push(role);
    }
  }
  return rows.map((row) => ({ ...row, roles: (rolesById.get(row.id) ?? []).sort() }));
}

async function one(db: Db, row: AccountRow | undefined): Promise<Account | undefined> {
  return row === undefined ? undefined : (await withRoles(db, [row]))[0];
}

/** The account of an id, if any. */
export async function findAccount(db: Db, id: string): Promise<Account | undefined> {
  return one(db, await db.one(ACCOUNT_BY_ID, { id }));
}

/** The account of a normalised user name, if any. */
export async function findAccountByUsername(db: Db, username: string): Promise<Account | undefined> {
  return one(db, await db.one(ACCOUNT_BY_USERNAME, { username }));
}

/** The accounts of at most 500 ids, in no order; missing ones are absent. */
export async function findAccounts(db: Db, ids: readonly string[]): Promise<Account[]> {
  if (ids.length === 0) return [];
  return withRoles(db, await db.all(ACCOUNTS_BY_ID, { idList: [...new Set(ids)] }));
}

/** Display names by id, for at most two pages of rows; unknown ids, and actors that are no accounts, are absent. */
export async function namesOfActors(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(ids)].filter(isUuid);
  const names = new Map<string, string>();
  for (let start = 0; start < wanted.length; start += IN_LIST_MAX) {
    const idList = wanted.slice(start, start + IN_LIST_MAX);
    for (const row of await db.all(ACCOUNTS_BY_ID, { idList })) names.set(row.id, row.displayName);
  }
  return names;
}

/** One page of accounts by user name. */
export async function listAccounts(
  db: Db,
  page: { state: string | undefined; limit: number; after: readonly unknown[] | undefined },
): Promise<Account[]> {
  const { state, limit, after } = page;
  const rows =
    state === undefined
      ? await db.all(ACCOUNTS_PAGE, { limit, after })
      : await db.all(ACCOUNTS_PAGE_OF_STATE, { state, limit, after });
  return withRoles(db, rows);
}

/** How many accounts there are. */
export async function countAccounts(db: Db): Promise<number> {
  return (await db.one(ACCOUNT_COUNT, {}))?.accountCount ?? 0;
}

/** Makes an account with its roles. A taken user name throws a conflict of `ux_account_username`. */
export async function insertAccount(tx: Tx, row: AccountRow, roles: readonly Role[]): Promise<void> {
  await tx.run(ACCOUNT_INSERT, row);
  await tx.runMany(
    ROLE_INSERT,
    roles.map((role) => ({ accountId: row.id, role })),
  );
}

/** Writes a decision; gives whether the account still had the version. */
export async function decideAccount(
  tx: Tx,
  account: AccountRow,
  decision: AccountDecision,
): Promise<boolean> {
  const changed = await tx.run(ACCOUNT_DECIDE, {
    ...decision,
    version: account.version + 1,
    whereId: account.id,
    whereVersion: account.version,
  });
  return changed === 1;
}

/** Replaces the roles of an account. */
export async function replaceRoles(tx: Tx, accountId: string, roles: readonly Role[]): Promise<void> {
  await tx.run(ROLES_REMOVE, { accountId });
  await tx.runMany(
    ROLE_INSERT,
    roles.map((role) => ({ accountId, role })),
  );
}

/** Sets a password, remembers its hash, and lifts a lock; gives whether the account still had the version. */
export async function setPassword(
  tx: Tx,
  account: AccountRow,
  password: { historyId: string; hash: string; at: Date; isTemporary: boolean },
): Promise<boolean> {
  const changed = await tx.run(ACCOUNT_SET_PASSWORD, {
    passwordHash: password.hash,
    passwordChangedAt: password.at,
    mustChangePassword: password.isTemporary,
    failedCount: 0,
    lockedUntilAt: null,
    version: account.version + 1,
    whereId: account.id,
    whereVersion: account.version,
  });
  await tx.run(HISTORY_INSERT, {
    id: password.historyId,
    accountId: account.id,
    passwordHash: password.hash,
    createdAt: password.at,
  });
  return changed === 1;
}

/** Remembers the first password of a new account. */
export async function rememberPassword(
  tx: Tx,
  entry: { id: string; accountId: string; passwordHash: string; createdAt: Date },
): Promise<void> {
  await tx.run(HISTORY_INSERT, entry);
}

/** Hashes of the last five passwords, the newest first. */
export async function recentPasswords(db: Db, accountId: string): Promise<string[]> {
  const rows = await db.all(HISTORY_RECENT, { accountId, limit: ACCOUNT_RULES.passwordsRemembered });
  return rows.map((row) => row.passwordHash);
}

/** Sets the language of the console. */
export async function setLocale(tx: Tx, id: string, locale: string): Promise<void> {
  await tx.run(ACCOUNT_SET_LOCALE, { locale, whereId: id });
}

/**
 * Notes a successful sign-in. Gives false when a failure or the same one-time code came in between, so that guesses
 * sent at once gain nothing over guesses in a row.
 */
export async function noteSignIn(
  tx: Tx,
  account: AccountRow,
  signIn: { at: Date; totpStep: number },
): Promise<boolean> {
  const changed = await tx.run(ACCOUNT_SIGNED_IN, {
    failedCount: 0,
    lockedUntilAt: null,
    lastSignInAt: signIn.at,
    totpLastStep: signIn.totpStep,
    whereId: account.id,
    whereFailedCount: account.failedCount,
    whereTotpLastStep: account.totpLastStep,
  });
  return changed === 1;
}

/** Counts a failure and locks at the fifth; gives whether it locked. The row stays locked until the commit. */
export async function noteFailure(tx: Tx, id: string, at: Date): Promise<boolean> {
  await tx.run(ACCOUNT_FAILED, { id });
  const row = await tx.one(ACCOUNT_BY_ID, { id });
  if (row === undefined || row.failedCount < ACCOUNT_RULES.failuresMax) return false;
  const lockedUntilAt = new Date(at.getTime() + ACCOUNT_RULES.lockMs);
  await tx.run(ACCOUNT_LOCK, { failedCount: 0, lockedUntilAt, whereId: id });
  return true;
}
