import {
  col,
  defineEntity,
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type RowOf,
  type Tx,
} from '../platform/persistence/index.ts';

/** Agents able to take one kind of work. */
export const skillGroupEntity = defineEntity(
  'skill_group',
  { id: col.uuid(), name: col.text(200), createdAt: col.instant(), version: col.int() },
  { primaryKey: ['id'] },
);

/** Row of `skill_group`. */
export type SkillGroupRow = RowOf<typeof skillGroupEntity>;

/** Who is in a skill group. */
export const skillGroupMemberEntity = defineEntity(
  'skill_group_member',
  { skillGroupId: col.uuid(), accountId: col.uuid() },
  { primaryKey: ['skillGroupId', 'accountId'] },
);

const GROUP_INSERT = insert(skillGroupEntity);
const GROUP_BY_ID = select(skillGroupEntity, { name: 'skill_group.by_id', where: ['id'] });
const GROUPS = select(skillGroupEntity, {
  name: 'skill_group.list',
  orderBy: [
    ['name', 'asc'],
    ['id', 'asc'],
  ],
  limit: true,
});
const GROUP_UPDATE = update(skillGroupEntity, {
  name: 'skill_group.update',
  set: ['name', 'version'],
  where: ['id', 'version'],
});
const MEMBER_INSERT = insert(skillGroupMemberEntity);
const MEMBERS_REMOVE = remove(skillGroupMemberEntity, {
  name: 'skill_group_member.remove_all',
  where: ['skillGroupId'],
});
const MEMBERSHIPS_REMOVE = remove(skillGroupMemberEntity, {
  name: 'skill_group_member.remove_account',
  where: ['accountId'],
});
const MEMBERS_OF = select(skillGroupMemberEntity, {
  name: 'skill_group_member.of_groups',
  whereIn: 'skillGroupId',
});

interface AgentRow {
  id: string;
  displayName: string;
}

const AGENT_RESULT = { id: 'uuid', displayName: 'text' } as const;
/** Built-in roles that take conversations, and composed ones that may. */
const TAKES_WORK = `(account_role.role IN ('agent', 'supervisor') OR account_role.role IN
     (SELECT custom_role.id FROM custom_role WHERE custom_role.takes_work = 1))`;
/** Only those whose grant covers a unit; everybody for none. */
const COVERS = `(EXISTS (SELECT 1 FROM unit_closure s WHERE s.unit_id = :unitId
      AND s.ancestor_id = COALESCE(account_role.scope_unit_id, account.unit_id)
      AND (s.depth = 0 OR account_role.scope_kind = 'subtree')) OR :unitId IS NULL)`;
const AGENTS_ALL = portable<{ unitId: string | null; limit: number }, AgentRow>(
  'agent.all',
  `SELECT DISTINCT account.id, account.display_name
   FROM account JOIN account_role ON account_role.account_id = account.id
   WHERE account.state = 'active' AND ${TAKES_WORK} AND ${COVERS}
   ORDER BY account.display_name, account.id FETCH FIRST :limit ROWS ONLY`,
  { params: { unitId: 'uuid', limit: 'int' }, result: AGENT_RESULT },
);
const AGENTS_OF_GROUP = portable<{ skillGroupId: string; unitId: string | null; limit: number }, AgentRow>(
  'agent.of_group',
  `SELECT DISTINCT account.id, account.display_name
   FROM account
   JOIN account_role ON account_role.account_id = account.id
   JOIN skill_group_member ON skill_group_member.account_id = account.id
   WHERE account.state = 'active' AND ${TAKES_WORK}
     AND skill_group_member.skill_group_id = :skillGroupId AND ${COVERS}
   ORDER BY account.display_name, account.id FETCH FIRST :limit ROWS ONLY`,
  { params: { skillGroupId: 'uuid', unitId: 'uuid', limit: 'int' }, result: AGENT_RESULT },
);

/** More groups or agents than these are no organisation but a fault. */
const GROUPS_MAX = 500;
const AGENTS_MAX = 10_000;

/** A skill group with the ids of its members. */
export interface SkillGroup extends SkillGroupRow {
  memberIds: string[];
}

/** An agent as others see one. */
export interface Agent extends AgentRow {
  skillGroupIds: string[];
}

/** All skill groups by name. */
export async function listSkillGroups(db: Db): Promise<SkillGroup[]> {
  return withMembers(db, await db.all(GROUPS, { limit: GROUPS_MAX }));
}

/** The skill group of an id, if any. */
export async function findSkillGroup(db: Db, id: string): Promise<SkillGroup | undefined> {
  const row = await db.one(GROUP_BY_ID, { id });
  return row === undefined ? undefined : (await withMembers(db, [row]))[0];
}

async function withMembers(db: Db, rows: readonly SkillGroupRow[]): Promise<SkillGroup[]> {
  if (rows.length === 0) return [];
  const members = await db.all(MEMBERS_OF, { skillGroupIdList: rows.map(({ id }) => id) });
  const idsByGroup = new Map<string, string[]>(rows.map(({ id }) => [id, []]));
  for (const { skillGroupId, accountId } of members) idsByGroup.get(skillGroupId)?.push(accountId);
  return rows.map((row) => ({ ...row, memberIds: (idsByGroup.get(row.id) ?? []).sort() }));
}

/** Makes a group with its members; an unknown member throws a conflict of `fk_skill_member_account`. */
export async function insertSkillGroup(
  tx: Tx,
  row: SkillGroupRow,
  memberIds: readonly string[],
): Promise<void> {
  await tx.run(GROUP_INSERT, row);
  await insertMembers(tx, row.id, memberIds);
}

/** Changes name and members; gives whether the group still had the version. */
export async function updateSkillGroup(
  tx: Tx,
  group: SkillGroupRow,
  change: { name: string; memberIds: readonly string[] },
): Promise<boolean> {
  const changed = await tx.run(GROUP_UPDATE, {
    name: change.name,
    version: group.version + 1,
    whereId: group.id,
    whereVersion: group.version,
  });
  await tx.run(MEMBERS_REMOVE, { skillGroupId: group.id });
  await insertMembers(tx, group.id, change.memberIds);
  return changed === 1;
}

/**
 * Puts an account into the groups of these names and into no others; gives whether that changed anything, and the names
 * that no group has.
 */
export async function setSkillGroupsOf(
  tx: Tx,
  accountId: string,
  names: readonly string[],
): Promise<{ isChanged: boolean; unknown: string[] }> {
  const groups = await listSkillGroups(tx);
  const wanted = groups.filter(({ name }) => names.includes(name));
  const isIn = (group: SkillGroup) => group.memberIds.includes(accountId);
  const isChanged = groups.some((group) => isIn(group) !== wanted.includes(group));
  if (isChanged) {
    await tx.run(MEMBERSHIPS_REMOVE, { accountId });
    await tx.runMany(
      MEMBER_INSERT,
      wanted.map(({ id: skillGroupId }) => ({ skillGroupId, accountId })),
    );
  }
  const known = new Set(groups.map(({ name }) => name));
  return { isChanged, unknown: names.filter((name) => !known.has(name)) };
}

async function insertMembers(tx: Tx, skillGroupId: string, memberIds: readonly string[]): Promise<void> {
  await tx.runMany(
    MEMBER_INSERT,
    [...new Set(memberIds)].map((accountId) => ({ skillGroupId, accountId })),
  );
}

/**
 * Active accounts that take conversations, of a group, by name; of all groups and of none with `null`. With a unit, only those whose
 * grant covers it.
 */
export async function listAgents(
  db: Db,
  skillGroupId: string | null,
  unitId: string | null = null,
): Promise<Agent[]> {
  const rows =
    skillGroupId === null
      ? await db.all(AGENTS_ALL, { unitId, limit: AGENTS_MAX })
      : await db.all(AGENTS_OF_GROUP, { skillGroupId, unitId, limit: AGENTS_MAX });
  const groups = await listSkillGroups(db);
  return rows.map((row) => ({
    ...row,
    skillGroupIds: groups.filter((group) => group.memberIds.includes(row.id)).map(({ id }) => id),
  }));
}
