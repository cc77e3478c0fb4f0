import { AppError, isUuid } from '../kernel/index.ts';
import type { ScopeKind } from '../kernel/index.ts';
import {
  DatabaseConflict,
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type Tx,
} from '../platform/persistence/index.ts';
import {
  accountEntity,
  accountRoleEntity,
  passwordHistoryEntity,
  type AccountRow,
} from './account.entity.ts';
import { ACCOUNT_RULES } from './account.rules.ts';
import type { CustomRoleRow } from './roles/role.entity.ts';
import { findCustomRoles } from './roles/role.repo.ts';
import { isCustomRoleId, isRoleId, permissionsOfRoles } from './roles/role.rules.ts';
import type { Permission } from './permissions.ts';

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
const ROLE_INSERT = insert(accountRoleEntity);
const ROLES_REMOVE = remove(accountRoleEntity, { name: 'account_role.remove_all', where: ['accountId'] });
/** A grant without a unit of its own counts from where the account is. */
const ROLES_OF = portable<{ accountIdList: string[] }, GrantRow>(
  'account_role.of_accounts',
  `SELECT r.account_id, r.role, r.scope_kind, r.scope_unit_id, u.id AS unit_id, u.depth AS unit_depth
    FROM account_role r JOIN account a ON a.id = r.account_id
    JOIN org_unit u ON u.id = COALESCE(r.scope_unit_id, a.unit_id)
    WHERE r.account_id IN (:accountIdList...)`,
  {
    params: { accountIdList: 'uuid' },
    result: {
      accountId: 'uuid',
      role: 'text',
      scopeKind: 'text',
      scopeUnitId: 'uuid',
      unitId: 'uuid',
      unitDepth: 'int',
    },
  },
);
const ACCOUNT_PLACE = update(accountEntity, {
  name: 'account.place',
  set: ['unitId', 'version'],
  where: ['id', 'version'],
});
const GRANT_PLACE = update(accountRoleEntity, {
  name: 'account_role.place',
  set: ['scopeKind', 'scopeUnitId'],
  where: ['accountId', 'role'],
});
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

interface GrantRow {
  accountId: string;
  role: string;
  scopeKind: string;
  scopeUnitId: string | null;
  unitId: string;
  unitDepth: number;
}

/** A role as an account holds it: what it reaches of the organisation. */
export interface Grant {
  role: string;
  kind: ScopeKind;
  /** The unit the scope counts from, and how far below the head office it lies. */
  unitId: string;
  unitDepth: number;
  /** The unit named with the grant; null follows the account. */
  ownUnitId: string | null;
}

/** An account with the roles it holds. */
export interface Account extends AccountRow {
  /** Names of built-in roles and ids of composed ones. */
  roles: string[];
  grants: Grant[];
  /** The composed ones among them that are in force. */
  composed: readonly CustomRoleRow[];
}

/** Everything an account may do. */
export function permissionsOfAccount({ roles, composed }: Account): ReadonlySet<Permission> {
  return permissionsOfRoles(roles, composed);
}

/** The columns that decisions about an account change. */
export type AccountDecision = Pick<
  AccountRow,
  'state' | 'pendingRoles' | 'pendingById' | 'totpEnc' | 'failedCount' | 'lockedUntilAt'
>;

/** Adds the roles to rows, in their order; one query for 500 rows, and one for the composed roles they hold. */
export async function withRoles(db: Db, rows: readonly AccountRow[]): Promise<Account[]> {
  const granted: GrantRow[] = [];
  for (let start = 0; start < rows.length; start += IN_LIST_MAX) {
    const accountIdList = rows.slice(start, start + IN_LIST_MAX).map((row) => row.id);
    granted.push(...(await db.all(ROLES_OF, { accountIdList })));
  }
  return withGrants(db, rows, granted);
}

async function withGrants(
  db: Db,
  rows: readonly AccountRow[],
  granted: readonly GrantRow[],
): Promise<Account[]> {
  const grantsById = new Map<string, Grant[]>(rows.map((row) => [row.id, []]));
  for (const { accountId, role, scopeKind, scopeUnitId: ownUnitId, unitId, unitDepth } of granted) {
    if (!isRoleId(role)) continue;
    grantsById.get(accountId)?.push({ role, kind: scopeKind as ScopeKind, unitId, unitDepth, ownUnitId });
  }
  const customIds = [...grantsById.values()].flat().map(({ role }) => role);
  const custom = new Map(
    (await findCustomRoles(db, customIds.filter(isCustomRoleId))).map((role) => [role.id, role]),
  );
  return rows.map((row) => {
    const grants = (grantsById.get(row.id) ?? []).sort((a, b) => (a.role < b.role ? -1 : 1));
    const roles = grants.map(({ role }) => role);
    return { ...row, grants, roles, composed: roles.flatMap((role) => custom.get(role) ?? []) };
  });
}

async function one(db: Db, row: AccountRow | undefined): Promise<Account | undefined> {
  return row === undefined ? undefined : (await withRoles(db, [row]))[0];
}

/** The account of an id, if any; its roles come in the same round trip. */
export async function findAccount(db: Db, id: string): Promise<Account | undefined> {
  const [row, granted] = await Promise.all([
    db.one(ACCOUNT_BY_ID, { id }),
    db.all(ROLES_OF, { accountIdList: [id] }),
  ]);
  return row === undefined ? undefined : (await withGrants(db, [row], granted))[0];
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
export async function insertAccount(tx: Tx, row: AccountRow, roles: readonly string[]): Promise<void> {
  await tx.run(ACCOUNT_INSERT, row);
  await insertGrants(tx, row.id, roles, []);
}

/** Makes a conflict of user names a refusal, `account.username_taken`. */
export async function orUsernameTaken(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DatabaseConflict && error.constraint === 'ux_account_username') {
      throw new AppError('account.username_taken', { cause: error });
    }
    throw error;
  }
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

/** Replaces the roles of an account; one that stays keeps its scope. */
export async function replaceRoles(
  tx: Tx,
  account: Pick<Account, 'id' | 'grants'>,
  roles: readonly string[],
): Promise<void> {
  await tx.run(ROLES_REMOVE, { accountId: account.id });
  await insertGrants(tx, account.id, roles, account.grants);
}

/** A new grant reaches the account's unit and everything under it. */
async function insertGrants(
  tx: Tx,
  accountId: string,
  roles: readonly string[],
  before: readonly Grant[],
): Promise<void> {
  await tx.runMany(
    ROLE_INSERT,
    roles.map((role) => {
      const known = before.find((grant) => grant.role === role);
      return {
        ...{ accountId, role },
        scopeKind: known?.kind ?? 'subtree',
        scopeUnitId: known?.ownUnitId ?? null,
      };
    }),
  );
}

/** Where an account works, and what each of its roles reaches. */
export interface Placement {
  unitId: string;
  /** Grants to change; `unitId: null` follows the account. */
  scopes: readonly { role: string; kind: ScopeKind; unitId: string | null }[];
}

/** Writes a placement; gives whether the account still had the version. */
export async function placeAccount(tx: Tx, account: AccountRow, placement: Placement): Promise<boolean> {
  const { id, version } = account;
  const set = { unitId: placement.unitId, version: version + 1, whereId: id, whereVersion: version };
  if ((await tx.run(ACCOUNT_PLACE, set)) !== 1) return false;
  await tx.runMany(
    GRANT_PLACE,
    placement.scopes.map(({ role, kind, unitId }) => ({
      ...{ scopeKind: kind, scopeUnitId: unitId },
      ...{ whereAccountId: id, whereRole: role },
    })),
  );
  return true;
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
