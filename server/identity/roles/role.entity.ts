import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** Roles composed by the bank of permissions. Removed ones stay, for their names beside what was done. */
export const customRoleEntity = defineEntity(
  'custom_role',
  {
    id: col.text(20),
    nameZh: col.text(50),
    nameEn: col.text(50),
    nameKey: col.text(120),
    nature: col.text(20),
    takesWork: col.flag(),
    permissions: col.json<string[]>(),
    state: col.text(20),
    createdAt: col.instant(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `custom_role`. */
export type CustomRoleRow = RowOf<typeof customRoleEntity>;

/** Who asked for and who approved a role that an account holds. */
export const roleGrantEntity = defineEntity(
  'role_grant',
  {
    accountId: col.uuid(),
    role: col.text(20),
    requestedById: col.text(64),
    approvedById: col.text(64),
    grantedAt: col.instant(),
  },
  { primaryKey: ['accountId', 'role'] },
);

/** Row of `role_grant`. */
export type RoleGrantRow = RowOf<typeof roleGrantEntity>;
