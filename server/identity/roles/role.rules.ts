import {
  ADMINISTRATOR_ROLES,
  AGENT_ROLES,
  isRole,
  ROLE_PERMISSIONS,
  ROLES,
  type Permission,
  type Role,
} from '../permissions.ts';

/** Limits of composed roles and of what one account holds. */
export const ROLE_RULES = {
  customRolesMax: 100,
  nameCharactersMax: 50,
  /** Roles of one account, so that what is asked for fits its column. */
  rolesPerAccountMax: 10,
} as const;

/** Whose permissions a composed role is made of: one administrator's, or those of the business. */
export type RoleNature = 'business' | 'system-admin' | 'security-admin' | 'audit-admin';

/** The parts of a composed role the rules look at. */
export interface ComposedRole {
  id: string;
  nature: string;
  permissions: readonly string[];
}

const CUSTOM_ID = /^role-[0-9a-f]{12}$/;
const ADMINISTRATORS = ROLES.filter((role) => ADMINISTRATOR_ROLES.has(role)) as Exclude<
  RoleNature,
  'business'
>[];

const held = (role: Role): readonly Permission[] => ROLE_PERMISSIONS[role];
const BUSINESS: ReadonlySet<Permission> = new Set(
  ROLES.filter((role) => !ADMINISTRATOR_ROLES.has(role)).flatMap(held),
);
const OWNERS = new Map<Permission, ReadonlySet<RoleNature>>(
  ADMINISTRATORS.flatMap(held)
    .filter((permission) => !BUSINESS.has(permission))
    .map((permission) => [
      permission,
      new Set(ADMINISTRATORS.filter((role) => held(role).includes(permission))),
    ]),
);

/** Every permission a role may be composed of: those of the built-in roles, by name. */
export const COMPOSABLE_PERMISSIONS: readonly Permission[] = [
  ...new Set(ROLES.flatMap((role) => held(role))),
].sort();

/** Whether a text is the id of a composed role, known or not. */
export function isCustomRoleId(text: string): boolean {
  return CUSTOM_ID.test(text);
}

/** Whether a text can name a role of an account. */
export function isRoleId(text: string): boolean {
  return isRole(text) || isCustomRoleId(text);
}

/** Id of a composed role, made of the random tail of a UUID, so that it fits where the built-in names do. */
export function customRoleId(uuid: string): string {
  return `role-${uuid.slice(-12)}`;
}

/** The administrators a permission belongs to alone; empty for those the business holds too. */
export function administratorsOf(permission: Permission): ReadonlySet<RoleNature> {
  return OWNERS.get(permission) ?? new Set();
}

/**
 * Whose a set of permissions is. An administrator's permission makes the whole set that administrator's: everything
 * else in it has to be held by the same administrator's built-in role. So no set joins two administrators, and none
 * joins an administrator's permission with one that reads customers' data; such a set is nobody's.
 */
export function natureOf(permissions: readonly Permission[]): RoleNature | undefined {
  if (!permissions.some((permission) => OWNERS.has(permission))) return 'business';
  return ADMINISTRATORS.find((role) => permissions.every((permission) => held(role).includes(permission)));
}

/** Two permissions of a set that exclude each other; empty when only more than two together do. */
export function conflictOf(permissions: readonly Permission[]): Permission[] {
  for (const one of permissions) {
    const other = permissions.find((each) => natureOf([one, each]) === undefined);
    if (other !== undefined) return [one, other];
  }
  return [];
}

/** The first text that names no permission a role may have. */
export function unknownPermission(permissions: readonly string[]): string | undefined {
  return permissions.find(
    (permission) => !(COMPOSABLE_PERMISSIONS as readonly string[]).includes(permission),
  );
}

/**
 * Whether one account may hold these roles: a built-in administrator stands alone, and composed roles of an
 * administrator are held only with others of the same administrator.
 */
export function areRolesCompatible(roles: readonly string[], composed: readonly ComposedRole[]): boolean {
  const builtIn = new Set(roles.filter(isRole));
  const all = new Set(roles).size;
  if ([...builtIn].some((role) => ADMINISTRATOR_ROLES.has(role))) return all <= 1;
  const natures = new Set(composed.filter(({ id }) => roles.includes(id)).map(({ nature }) => nature));
  if (builtIn.size > 0) natures.add('business');
  return natures.size <= 1;
}

/** Everything the roles together allow. A composed role that is gone, or names a permission that is, gives nothing. */
export function permissionsOfRoles(
  roles: readonly string[],
  composed: readonly ComposedRole[],
): ReadonlySet<Permission> {
  const known = new Set<string>(COMPOSABLE_PERMISSIONS);
  return new Set(
    roles.flatMap((role): readonly Permission[] => {
      if (isRole(role)) return held(role);
      const permissions = composed.find(({ id }) => id === role)?.permissions ?? [];
      return permissions.filter((permission) => known.has(permission)) as Permission[];
    }),
  );
}

/** Whether an account with these roles signs in with a one-time code: whoever has an administrator's permission. */
export function rolesNeedOtp(roles: readonly string[], composed: readonly ComposedRole[]): boolean {
  if (roles.some((role) => isRole(role) && ADMINISTRATOR_ROLES.has(role))) return true;
  return composed.some(({ id, nature }) => roles.includes(id) && nature !== 'business');
}

/** Whether accounts with these permissions take conversations, and so may be idle for longer. */
export function takesWork(roles: readonly string[], composed: readonly ComposedRole[]): boolean {
  if (roles.some((role) => isRole(role) && AGENT_ROLES.has(role))) return true;
  return permissionsOfRoles(roles, composed).has('conversation:work');
}
