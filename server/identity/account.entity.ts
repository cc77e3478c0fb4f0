import { col, defineEntity, type RowOf } from '../platform/persistence/index.ts';

/** People of the bank who sign in. Their names are C1; the secret of their one-time codes is sealed. */
export const accountEntity = defineEntity(
  'account',
  {
    id: col.uuid(),
    username: col.text(64),
    displayName: col.text(100),
    state: col.text(20),
    locale: col.text(10),
    passwordHash: col.text(200),
    passwordChangedAt: col.instant(),
    mustChangePassword: col.flag(),
    totpEnc: col.sealed({ class: 'C2', scope: 'installation' }).optional(),
    totpLastStep: col.int(),
    failedCount: col.int(),
    lockedUntilAt: col.instant().optional(),
    pendingRoles: col.text(200).optional(),
    pendingById: col.uuid().optional(),
    /** Where the person works. */
    unitId: col.uuid(),
    createdAt: col.instant(),
    lastSignInAt: col.instant().optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `account`. */
export type AccountRow = RowOf<typeof accountEntity>;

/** Roles an account holds; asked-for ones stand in the account until another person decides. */
export const accountRoleEntity = defineEntity(
  'account_role',
  {
    accountId: col.uuid(),
    role: col.text(20),
    scopeKind: col.text(10),
    /** The unit the scope counts from; none: the unit of the account. */
    scopeUnitId: col.uuid().optional(),
  },
  { primaryKey: ['accountId', 'role'] },
);

/** Hashes of former passwords. */
export const passwordHistoryEntity = defineEntity(
  'password_history',
  {
    id: col.uuid(),
    accountId: col.uuid(),
    passwordHash: col.text(200),
    createdAt: col.instant(),
  },
  { primaryKey: ['id'] },
);
