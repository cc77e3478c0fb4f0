import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** Accounts that an identity provider keeps here; `externalId` is the account's own id where it names none. */
export const scimUserEntity = defineEntity(
  'scim_user',
  {
    accountId: col.uuid(),
    idpId: col.text(40),
    externalId: col.text(255),
    createdAt: col.instant(),
    changedAt: col.instant(),
  },
  { primaryKey: ['accountId'] },
);

/** Row of `scim_user`. */
export type ScimUserRow = RowOf<typeof scimUserEntity>;

/** Groups that an identity provider keeps here. */
export const scimGroupEntity = defineEntity(
  'scim_group',
  {
    id: col.uuid(),
    idpId: col.text(40),
    displayName: col.text(256),
    externalId: col.text(255),
    createdAt: col.instant(),
    changedAt: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** Row of `scim_group`. */
export type ScimGroupRow = RowOf<typeof scimGroupEntity>;

/** Who is in which group. */
export const scimMemberEntity = defineEntity(
  'scim_group_member',
  { groupId: col.uuid(), accountId: col.uuid() },
  { primaryKey: ['groupId', 'accountId'] },
);
