import { portable, type Db, type Tx } from '../../platform/persistence/index.ts';

const ROLE_HOLD = portable<{ role: string }>(
  'account_role.hold_role',
  'UPDATE account_role SET role = role WHERE role = :role',
  { params: { role: 'text' } },
);
const OTHERS_ACTIVE = portable<{ role: string; accountId: string }, { others: number }>(
  'account_role.others_active',
  `SELECT COUNT(*) AS others FROM account_role JOIN account ON account.id = account_role.account_id
    WHERE account_role.role = :role AND account.state = 'active' AND account.id <> :accountId`,
  { params: { role: 'text', accountId: 'uuid' }, result: { others: 'int' } },
);
const DORMANT = portable<{ before: Date; afterId: string; limit: number }, { id: string }>(
  'account.dormant',
  `SELECT id FROM account
    WHERE state = 'active' AND (last_sign_in_at < :before OR (last_sign_in_at IS NULL AND created_at < :before)) AND id > :afterId
    ORDER BY id FETCH FIRST :limit ROWS ONLY`,
  { params: { before: 'instant', afterId: 'uuid', limit: 'int' }, result: { id: 'uuid' } },
);
const MEMBERSHIPS = portable<{ accountId: string; limit: number }, { id: string; name: string }>(
  'skill_group.of_member',
  `SELECT skill_group.id, skill_group.name
    FROM skill_group JOIN skill_group_member ON skill_group_member.skill_group_id = skill_group.id
    WHERE skill_group_member.account_id = :accountId ORDER BY skill_group.name, skill_group.id
    FETCH FIRST :limit ROWS ONLY`,
  { params: { accountId: 'uuid', limit: 'int' }, result: { id: 'uuid', name: 'text' } },
);
const MEMBERSHIPS_END = portable<{ accountId: string }>(
  'skill_group_member.remove_of',
  'DELETE FROM skill_group_member WHERE account_id = :accountId',
  { params: { accountId: 'uuid' } },
);
const MEMBERSHIP_BEGIN = portable<{ skillGroupId: string; accountId: string }>(
  'skill_group_member.add',
  'INSERT INTO skill_group_member (skill_group_id, account_id) VALUES (:skillGroupId, :accountId)',
  { params: { skillGroupId: 'uuid', accountId: 'uuid' } },
);
const GROUP_TOUCH = portable<{ id: string }>(
  'skill_group.touch',
  'UPDATE skill_group SET version = version + 1 WHERE id = :id',
  { params: { id: 'uuid' } },
);

const MEMBERSHIPS_MAX = 500;

/**
 * Active accounts that hold a role, one account not counted. Takes the rows of the role until the commit, so that of
 * two acts that would take the last two of them the second sees the first.
 */
export async function othersWithRole(tx: Tx, role: string, accountId: string): Promise<number> {
  await tx.run(ROLE_HOLD, { role });
  return (await tx.one(OTHERS_ACTIVE, { role, accountId }))?.others ?? 0;
}

/** Ids of active accounts not used since an instant, behind an id. */
export async function dormantAccounts(
  db: Db,
  page: { before: Date; afterId: string; limit: number },
): Promise<string[]> {
  return (await db.all(DORMANT, page)).map(({ id }) => id);
}

/** Skill groups an account is in, by name. */
export function membershipsOf(db: Db, accountId: string): Promise<{ id: string; name: string }[]> {
  return db.all(MEMBERSHIPS, { accountId, limit: MEMBERSHIPS_MAX });
}

/** Takes an account out of its skill groups and puts another in its place; gives the ids of the groups. */
export async function leaveGroups(tx: Tx, accountId: string, successorId: string | null): Promise<string[]> {
  const left = (await membershipsOf(tx, accountId)).map(({ id }) => id);
  if (left.length === 0) return [];
  const known = successorId === null ? [] : (await membershipsOf(tx, successorId)).map(({ id }) => id);
  await tx.run(MEMBERSHIPS_END, { accountId });
  if (successorId !== null) {
    const gained = left.filter((id) => !known.includes(id));
    await tx.runMany(
      MEMBERSHIP_BEGIN,
      gained.map((skillGroupId) => ({ skillGroupId, accountId: successorId })),
    );
  }
  // Whoever edits such a group at this moment has to look at its members again.
  await tx.runMany(
    GROUP_TOUCH,
    left.map((id) => ({ id })),
  );
  return left;
}
