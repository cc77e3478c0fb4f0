/** The eight roles. The three administrators are separate people with disjoint rights (GB/T 22239 level 3, 三员). */
export const ROLES = [
  'agent',
  'supervisor',
  'inspector',
  'editor',
  'officer',
  'system-admin',
  'security-admin',
  'audit-admin',
] as const;

/** One of the eight roles. */
export type Role = (typeof ROLES)[number];

const AGENT = [
  'conversation:work',
  'ticket:work',
  'knowledge:read',
  'requester:read',
  'requester:reveal',
  'canned:read',
  'agent:list',
] as const;

/**
 * What each role may do. No administrator reads customers' data, and none can do another's work: who makes accounts
 * cannot approve them, who approves them makes none, who reads the trail of administrators is neither.
 */
export const ROLE_PERMISSIONS = {
  agent: AGENT,
  supervisor: [
    ...AGENT,
    'conversation:supervise',
    'ticket:assign',
    'canned:write',
    'report:read',
    'qa:read',
    'skill-group:write',
    'ticket:export',
    'conversation:export',
    'export:approve',
    'access:attest',
  ],
  inspector: [
    'qa:read',
    'qa:score',
    'qa:configure',
    'conversation:read-any',
    'conversation:export',
    'report:read',
  ],
  editor: [
    'knowledge:read',
    'knowledge:write',
    'knowledge:approve',
    'robot:test',
    'canned:write',
    'canned:read',
    'report:read',
  ],
  officer: [
    'audit:read',
    'audit:verify',
    'audit:review',
    'audit:export',
    'case:ask',
    'record:read',
    'record:manage',
    'record:approve',
    'export:approve',
  ],
  'system-admin': [
    'account:read',
    'account:create',
    'idp:read',
    'idp:write',
    'unit:write',
    'site:write',
    'skill-group:write',
    'token:write',
    'role:write',
    'system:read',
    'settings:read',
    'settings:write',
    'egress:read',
    'egress:ask',
    'webhook:write',
    'connector:read',
    'connector:write',
    'job:read',
    'job:run',
    'notify:read',
    'notify:write',
    'defence:read',
  ],
  'security-admin': [
    'account:read',
    'account:approve',
    'idp:read',
    'idp:approve',
    'settings:read',
    'settings:approve',
    'egress:read',
    'egress:approve',
    'connector:read',
    'access:attest',
    'staff:write',
    'defence:read',
    'defence:release',
  ],
  'audit-admin': ['audit:read-admin', 'account:read', 'approval:read', 'settings:read', 'record:approve'],
} as const satisfies Record<Role, readonly string[]>;

/** What a program's token may be given. */
export const TOKEN_SCOPES = [
  'robot:query',
  'ticket:read',
  'ticket:work',
  'conversation:read-any',
  'channel:send',
  'webhook:write',
  'report:read',
  'scim:write',
] as const;

/** Scopes that give a right of people for reading only. */
const READING_SCOPES: Partial<Record<TokenScope, Permission>> = { 'ticket:read': 'ticket:work' };

/** What scopes allow: `readOnly` rights let a program read where they would let a person change as well. */
export function rightsOfScopes(scopes: readonly TokenScope[]): {
  permissions: ReadonlySet<Permission>;
  readOnly: ReadonlySet<Permission>;
} {
  const whole = scopes.filter((scope) => READING_SCOPES[scope] === undefined);
  const reading = scopes.map((scope) => READING_SCOPES[scope]).filter((right) => right !== undefined);
  const readOnly = reading.filter((right) => !(whole as readonly string[]).includes(right));
  return { permissions: new Set([...whole, ...reading]), readOnly: new Set(readOnly) };
}

/** A right of a person or of a program, `noun:verb`. */
export type Permission = (typeof ROLE_PERMISSIONS)[Role][number] | TokenScope;

/** A right of a program. */
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** The three administrators: each excludes every other role, and needs a one-time code to sign in. */
export const ADMINISTRATOR_ROLES: ReadonlySet<Role> = new Set([
  'system-admin',
  'security-admin',
  'audit-admin',
]);

/** Roles that take conversations; they may be idle for longer. */
export const AGENT_ROLES: ReadonlySet<Role> = new Set(['agent', 'supervisor']);

/** Tells whether a text names a role. */
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** Everything the roles together allow. */
export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role): readonly Permission[] => ROLE_PERMISSIONS[role]));
}
