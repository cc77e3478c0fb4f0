import {
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import { customRoleEntity, roleGrantEntity, type CustomRoleRow, type RoleGrantRow } from './role.entity.ts';
import { ROLES } from '../permissions.ts';
import { ROLE_RULES } from './role.rules.ts';

const ROLE_INSERT = insert(customRoleEntity);
const ROLE_BY_ID = select(customRoleEntity, { name: 'custom_role.by_id', where: ['id'] });
const ROLES_BY_ID = select(customRoleEntity, { name: 'custom_role.by_ids', whereIn: 'id' });
const ROLES_ACTIVE = select(customRoleEntity, {
  name: 'custom_role.active',
  where: ['state'],
  orderBy: [['id', 'asc']],
  limit: true,
});
const ROLE_UPDATE = update(customRoleEntity, {
  name: 'custom_role.update',
  set: ['nameZh', 'nameEn', 'nameKey', 'takesWork', 'permissions', 'state', 'version'],
  where: ['id', 'version'],
});
const HOLDER_COUNT = portable<{ role: string }, { holders: number }>(
  'custom_role.holders',
  'SELECT COUNT(*) AS holders FROM account_role WHERE role = :role',
  { params: { role: 'text' }, result: { holders: 'int' } },
);
const HOLDER_COUNTS = portable<{ limit: number }, { role: string; holders: number }>(
  'account_role.counts',
  'SELECT role, COUNT(*) AS holders FROM account_role GROUP BY role ORDER BY role FETCH FIRST :limit ROWS ONLY',
  { params: { limit: 'int' }, result: { role: 'text', holders: 'int' } },
);
const HOLDERS_LOSE = portable<{ role: string }>(
  'account_role.remove_role',
  'DELETE FROM account_role WHERE role = :role',
  { params: { role: 'text' } },
);
const GRANTS_LOSE = portable<{ role: string }>(
  'role_grant.remove_role',
  'DELETE FROM role_grant WHERE role = :role',
  { params: { role: 'text' } },
);
const HOLDERS_SIGN_OUT = portable<{ role: string }>(
  'account_session.remove_of_role',
  `DELETE FROM account_session
    WHERE account_id IN (SELECT account_id FROM account_role WHERE role = :role)`,
  { params: { role: 'text' } },
);
const GRANT_INSERT = insert(roleGrantEntity);
const GRANT_REMOVE = remove(roleGrantEntity, { name: 'role_grant.remove', where: ['accountId', 'role'] });
const GRANTS_OF = select(roleGrantEntity, { name: 'role_grant.of_account', where: ['accountId'] });

const IN_LIST_MAX = 500;

/** Adds a role. A taken name throws a conflict of `ux_custom_role_name`. */
export async function insertCustomRole(tx: Tx, row: CustomRoleRow): Promise<void> {
  await tx.run(ROLE_INSERT, row);
}

/** The composed role of an id, removed or not. */
export function findCustomRole(db: Db, id: string): Promise<CustomRoleRow | undefined> {
  return db.one(ROLE_BY_ID, { id });
}

/** The composed roles of ids that are in force. */
export async function findCustomRoles(db: Db, ids: readonly string[]): Promise<CustomRoleRow[]> {
  const wanted = [...new Set(ids)];
  const rows: CustomRoleRow[] = [];
  for (let start = 0; start < wanted.length; start += IN_LIST_MAX) {
    const idList = wanted.slice(start, start + IN_LIST_MAX);
    rows.push(...(await db.all(ROLES_BY_ID, { idList })));
  }
  return rows.filter(({ state }) => state === 'active');
}

/** All composed roles in force; at most a hundred. */
export function listCustomRoles(db: Db): Promise<CustomRoleRow[]> {
  return db.all(ROLES_ACTIVE, { state: 'active', limit: ROLE_RULES.customRolesMax });
}

/** Changes a role; gives whether it still had the version. */
export async function updateCustomRole(
  tx: Tx,
  row: CustomRoleRow,
  change: Partial<
    Pick<CustomRoleRow, 'nameZh' | 'nameEn' | 'nameKey' | 'takesWork' | 'permissions' | 'state'>
  >,
): Promise<boolean> {
  const { nameZh, nameEn, nameKey, takesWork, permissions, state } = { ...row, ...change };
  const set = { nameZh, nameEn, nameKey, takesWork, permissions, state, version: row.version + 1 };
  return (await tx.run(ROLE_UPDATE, { ...set, whereId: row.id, whereVersion: row.version })) === 1;
}

/** How many accounts hold a role. */
export async function countHolders(db: Db, role: string): Promise<number> {
  return (await db.one(HOLDER_COUNT, { role }))?.holders ?? 0;
}

/** How many accounts hold each role that anybody holds. */
export async function countHoldersByRole(db: Db): Promise<Map<string, number>> {
  const limit = ROLE_RULES.customRolesMax + ROLES.length;
  const rows = await db.all(HOLDER_COUNTS, { limit });
  return new Map(rows.map(({ role, holders }) => [role, holders]));
}

/** Ends the sessions of everybody who holds a role. */
export async function signOutHolders(tx: Tx, role: string): Promise<void> {
  await tx.run(HOLDERS_SIGN_OUT, { role });
}

/** Takes a role from everybody who holds it. */
export async function removeFromHolders(tx: Tx, role: string): Promise<void> {
  await tx.run(HOLDERS_LOSE, { role });
  await tx.run(GRANTS_LOSE, { role });
}

/** Notes who granted which roles: kept ones keep their grant, new ones get this one, the others lose theirs. */
export async function noteGrants(
  tx: Tx,
  accountId: string,
  change: {
    before: readonly string[];
    after: readonly string[];
    grant: Omit<RoleGrantRow, 'accountId' | 'role'>;
  },
): Promise<void> {
  const { before, after, grant } = change;
  const lost = before.filter((role) => !after.includes(role));
  const gained = after.filter((role) => !before.includes(role));
  await tx.runMany(
    GRANT_REMOVE,
    [...lost, ...gained].map((role) => ({ accountId, role })),
  );
  await tx.runMany(
    GRANT_INSERT,
    gained.map((role) => ({ accountId, role, ...grant })),
  );
}

/** Who granted the roles of an account; roles of the first accounts are absent. */
export function grantsOf(db: Db, accountId: string): Promise<RoleGrantRow[]> {
  return db.all(GRANTS_OF, { accountId });
}
