import {
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import { accountEntity } from '../account.entity.ts';
import {
  scimGroupEntity,
  scimMemberEntity,
  scimUserEntity,
  type ScimGroupRow,
  type ScimUserRow,
} from './scim.entity.ts';

/** Limits of what one identity provider keeps here. */
export const SCIM_LIMITS = {
  /** Positions that paging reaches; SCIM counts from an index instead of going on from a row. */
  positionsMax: 100_000,
  /** Resources that a filter other than by name or external id looks at. */
  scannedMax: 5_000,
  groupsMax: 5_000,
  membersMax: 10_000,
  pageMax: 200,
} as const;

const IN_LIST_MAX = 500;
const USER_INSERT = insert(scimUserEntity);
const USER_BY_ACCOUNT = select(scimUserEntity, { name: 'scim_user.by_account', where: ['accountId'] });
const USER_BY_EXTERNAL = select(scimUserEntity, {
  name: 'scim_user.by_external',
  where: ['idpId', 'externalId'],
});
const USERS_BY_ACCOUNT = select(scimUserEntity, { name: 'scim_user.by_accounts', whereIn: 'accountId' });
const USERS_FIRST = select(scimUserEntity, {
  name: 'scim_user.first',
  where: ['idpId'],
  orderBy: [['accountId', 'asc']],
  limit: true,
});
const USER_COUNT = portable<{ idpId: string }, { total: number }>(
  'scim_user.count',
  'SELECT COUNT(*) AS total FROM scim_user WHERE idp_id = :idpId',
  { params: { idpId: 'text' }, result: { total: 'int' } },
);
const USER_UPDATE = update(scimUserEntity, {
  name: 'scim_user.update',
  set: ['externalId', 'changedAt'],
  where: ['accountId'],
});
const USER_HOLD = portable<{ accountId: string }>(
  'scim_user.hold',
  'UPDATE scim_user SET changed_at = changed_at WHERE account_id = :accountId',
  { params: { accountId: 'uuid' } },
);
const USER_REMOVE = remove(scimUserEntity, { name: 'scim_user.remove', where: ['accountId'] });
const GROUP_INSERT = insert(scimGroupEntity);
const GROUP_BY_ID = select(scimGroupEntity, { name: 'scim_group.by_id', where: ['id'] });
const GROUPS_FIRST = select(scimGroupEntity, {
  name: 'scim_group.first',
  where: ['idpId'],
  orderBy: [['id', 'asc']],
  limit: true,
});
const GROUP_COUNT = portable<{ idpId: string }, { total: number }>(
  'scim_group.count',
  'SELECT COUNT(*) AS total FROM scim_group WHERE idp_id = :idpId',
  { params: { idpId: 'text' }, result: { total: 'int' } },
);
const GROUP_UPDATE = update(scimGroupEntity, {
  name: 'scim_group.update',
  set: ['displayName', 'externalId', 'changedAt'],
  where: ['id'],
});
const GROUP_HOLD = portable<{ id: string }>(
  'scim_group.hold',
  'UPDATE scim_group SET changed_at = changed_at WHERE id = :id',
  { params: { id: 'uuid' } },
);
const GROUP_REMOVE = remove(scimGroupEntity, { name: 'scim_group.remove', where: ['id'] });
const MEMBER_INSERT = insert(scimMemberEntity);
const MEMBER_REMOVE = remove(scimMemberEntity, {
  name: 'scim_group_member.remove',
  where: ['groupId', 'accountId'],
});
const MEMBERS_REMOVE = remove(scimMemberEntity, {
  name: 'scim_group_member.remove_all',
  where: ['groupId'],
});
const MEMBERSHIPS_REMOVE = remove(scimMemberEntity, {
  name: 'scim_group_member.leave_all',
  where: ['accountId'],
});
const MEMBERS = portable<{ groupIdList: string[] }, { groupId: string; accountId: string; name: string }>(
  'scim_group_member.of_groups',
  `SELECT m.group_id, m.account_id, a.display_name AS name
    FROM scim_group_member m JOIN account a ON a.id = m.account_id
    WHERE m.group_id IN (:groupIdList...) ORDER BY m.group_id, m.account_id`,
  {
    params: { groupIdList: 'uuid' },
    result: { groupId: 'uuid', accountId: 'uuid', name: 'text' },
  },
);
const GROUPS_OF = portable<{ accountIdList: string[] }, { accountId: string; id: string; name: string }>(
  'scim_group_member.of_accounts',
  `SELECT m.account_id, g.id, g.display_name AS name
    FROM scim_group_member m JOIN scim_group g ON g.id = m.group_id
    WHERE m.account_id IN (:accountIdList...) ORDER BY m.account_id, g.display_name`,
  {
    params: { accountIdList: 'uuid' },
    result: { accountId: 'uuid', id: 'uuid', name: 'text' },
  },
);
const ACCOUNT_SET_USERNAME = update(accountEntity, {
  name: 'account.set_username',
  set: ['username'],
  where: ['id'],
});

/** Keeps a person. A taken external id throws a conflict of `ux_scim_user_external`. */
export async function insertScimUser(tx: Tx, row: ScimUserRow): Promise<void> {
  await tx.run(USER_INSERT, row);
}

/** The person of an account, if an identity provider keeps it. */
export function findScimUser(db: Db, accountId: string): Promise<ScimUserRow | undefined> {
  return db.one(USER_BY_ACCOUNT, { accountId });
}

/** The person of an external id at an identity provider. */
export function findByExternalId(
  db: Db,
  idpId: string,
  externalId: string,
): Promise<ScimUserRow | undefined> {
  return db.one(USER_BY_EXTERNAL, { idpId, externalId });
}

/** Those of these accounts that are members of anything here. At most 10,000 ids. */
export async function knownScimUsers(db: Db, accountIds: readonly string[]): Promise<ScimUserRow[]> {
  const rows: ScimUserRow[] = [];
  for (let start = 0; start < accountIds.length; start += IN_LIST_MAX) {
    const accountIdList = accountIds.slice(start, start + IN_LIST_MAX);
    rows.push(...(await db.all(USERS_BY_ACCOUNT, { accountIdList })));
  }
  return rows;
}

/** The first people of an identity provider in a fixed order. */
export function firstScimUsers(db: Db, idpId: string, limit: number): Promise<ScimUserRow[]> {
  return db.all(USERS_FIRST, { idpId, limit });
}

/** How many people it keeps here. */
export async function countScimUsers(db: Db, idpId: string): Promise<number> {
  return (await db.one(USER_COUNT, { idpId }))?.total ?? 0;
}

/** Changes what is kept of a person. */
export async function updateScimUser(tx: Tx, row: ScimUserRow): Promise<void> {
  const { accountId: whereAccountId, externalId, changedAt } = row;
  await tx.run(USER_UPDATE, { externalId, changedAt, whereAccountId });
}

/** Holds a person until the commit, so that of two changes of one version the second sees the first. */
export async function holdScimUser(tx: Tx, accountId: string): Promise<void> {
  await tx.run(USER_HOLD, { accountId });
}

/** Holds a group until the commit. */
export async function holdScimGroup(tx: Tx, id: string): Promise<void> {
  await tx.run(GROUP_HOLD, { id });
}

/** Forgets a person and the memberships; the account stays. */
export async function removeScimUser(tx: Tx, accountId: string): Promise<void> {
  await tx.run(MEMBERSHIPS_REMOVE, { accountId });
  await tx.run(USER_REMOVE, { accountId });
}

/** Gives an account another user name. A taken one throws a conflict of `ux_account_username`. */
export async function setUsername(tx: Tx, accountId: string, username: string): Promise<void> {
  await tx.run(ACCOUNT_SET_USERNAME, { username, whereId: accountId });
}

/** Makes a group. A taken name throws a conflict of `ux_scim_group_name`. */
export async function insertScimGroup(tx: Tx, row: ScimGroupRow): Promise<void> {
  await tx.run(GROUP_INSERT, row);
}

/** The group of an id, if any. */
export function findScimGroup(db: Db, id: string): Promise<ScimGroupRow | undefined> {
  return db.one(GROUP_BY_ID, { id });
}

/** The first groups of an identity provider in a fixed order. */
export function firstScimGroups(db: Db, idpId: string, limit: number): Promise<ScimGroupRow[]> {
  return db.all(GROUPS_FIRST, { idpId, limit });
}

/** How many groups it keeps here. */
export async function countScimGroups(db: Db, idpId: string): Promise<number> {
  return (await db.one(GROUP_COUNT, { idpId }))?.total ?? 0;
}

/** Changes name and external id of a group. */
export async function updateScimGroup(tx: Tx, row: ScimGroupRow): Promise<void> {
  const { id: whereId, displayName, externalId, changedAt } = row;
  await tx.run(GROUP_UPDATE, { displayName, externalId, changedAt, whereId });
}

/** Removes a group with its memberships. */
export async function removeScimGroup(tx: Tx, id: string): Promise<void> {
  await tx.run(MEMBERS_REMOVE, { groupId: id });
  await tx.run(GROUP_REMOVE, { id });
}

/** Members of at most 200 groups, with their names. */
export function membersOf(db: Db, groupIds: readonly string[]) {
  return groupIds.length === 0 ? Promise.resolve([]) : db.all(MEMBERS, { groupIdList: [...groupIds] });
}

/** Groups of at most 500 accounts, by name. */
export function groupsOf(db: Db, accountIds: readonly string[]) {
  return accountIds.length === 0
    ? Promise.resolve([])
    : db.all(GROUPS_OF, { accountIdList: [...accountIds] });
}

/** Puts accounts into a group and takes others out. */
export async function changeMembers(
  tx: Tx,
  groupId: string,
  { added, gone }: { added: readonly string[]; gone: readonly string[] },
): Promise<void> {
  const rows = (ids: readonly string[]) => ids.map((accountId) => ({ groupId, accountId }));
  await tx.runMany(MEMBER_REMOVE, rows(gone));
  await tx.runMany(MEMBER_INSERT, rows(added));
}
