import { portable, type Db } from '../platform/persistence/index.ts';
import { ROLE_PERMISSIONS, ROLES } from './permissions.ts';
import { listCustomRoles } from './roles/role.repo.ts';

const HOLDERS = portable<{ roleList: string[]; limit: number }, { id: string }>(
  'account.holders_of_roles',
  `SELECT DISTINCT account.id FROM account
   JOIN account_role ON account_role.account_id = account.id
   WHERE account.state = 'active' AND account_role.role IN (:roleList...)
   ORDER BY account.id FETCH FIRST :limit ROWS ONLY`,
  { params: { roleList: 'text', limit: 'int' }, result: { id: 'uuid' } },
);

/** Active accounts that hold a permission through a built-in or a composed role; at most `limit`. */
export async function listHolders(db: Db, permission: string, limit: number): Promise<string[]> {
  const builtIn = ROLES.filter((role) => (ROLE_PERMISSIONS[role] as readonly string[]).includes(permission));
  const composed = (await listCustomRoles(db)).filter(({ permissions }) => permissions.includes(permission));
  const roleList = [...builtIn, ...composed.map(({ id }) => id)];
  if (roleList.length === 0) return [];
  return (await db.all(HOLDERS, { roleList, limit })).map(({ id }) => id);
}
