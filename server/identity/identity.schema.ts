import { LIMITS } from '../kernel/index.ts';
import type { Schema } from '../platform/http/index.ts';
import { ROLES, TOKEN_SCOPES } from './permissions.ts';
import { ROLE_RULES } from './roles/role.rules.ts';

/** Exactly the names of built-in roles, and the form of ids of composed ones. */
const ROLE_ID_PATTERN = `^(?:${ROLES.join('|')}|role-[0-9a-f]{12})$`;
const text = (maxLength: number, minLength = 1): Schema => ({ type: 'string', minLength, maxLength });
const uuid: Schema = { type: 'string', format: 'uuid' };
const instant: Schema = { type: 'string', format: 'date-time' };
const nullable = (schema: Schema): Schema => ({ ...schema, type: [schema['type'], 'null'] });
/** A built-in role, or a composed one, which has to be in force. */
const roleId: Schema = { type: 'string', pattern: ROLE_ID_PATTERN, maxLength: 20 };
const roles: Schema = {
  type: 'array',
  items: roleId,
  minItems: 1,
  maxItems: ROLE_RULES.rolesPerAccountMax,
  uniqueItems: true,
};
const open = (properties: Record<string, Schema>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const closed = (properties: Record<string, Schema>, optional: readonly string[] = []): Schema => ({
  ...open(properties, optional),
  additionalProperties: false,
});
const items = (schema: Schema): Schema => ({ type: 'array', items: schema });
const permissionNames: Schema = { type: 'array', items: { type: 'string' } };

/** Letters, digits, and `._@-`, so that a name never needs escaping anywhere. */
export const USERNAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$';
/** A name people read: no control characters, not only spaces. */
export const DISPLAY_NAME_PATTERN = '^(?=.*\\S)[^\\p{Cc}]{1,100}$';
const username: Schema = { type: 'string', pattern: USERNAME_PATTERN, maxLength: 64 };
const displayName: Schema = { type: 'string', pattern: DISPLAY_NAME_PATTERN, maxLength: 100 };

export const nothing: Schema = closed({});
export const noAnswer: Schema = { type: 'null' };

export const signIn = closed({ username: text(64), password: text(256), otp: text(16, 0) }, ['otp']);
export const passwordChange = closed({ current: text(256), next: text(256) });
export const localeChange = closed({ locale: { type: 'string', enum: ['zh-CN', 'en'] } });
export const session = open(
  {
    account: open({ id: uuid, username: text(64), displayName: text(100), locale: text(10) }),
    idp: text(40),
    nameId: text(255),
    roles: { type: 'array', items: roleId },
    customRoles: items(open({ id: roleId, nameZh: text(50), nameEn: text(50) })),
    permissions: permissionNames,
    csrfToken: text(64),
    draftKey: text(64),
    expiresAt: instant,
    idleSeconds: { type: 'integer' },
    evaluation: { type: 'boolean' },
    mustChangePassword: { type: 'boolean' },
    isSecondFactorMissing: { type: 'boolean' },
    lacksSkillGroup: { type: 'boolean' },
    proofBy: { type: 'string', enum: ['otp', 'password', 'idp'] },
  },
  ['idp', 'nameId'],
);

export const account = open(
  {
    id: uuid,
    username: text(64),
    displayName: text(100),
    state: { type: 'string', enum: ['pending', 'active', 'locked', 'disabled'] },
    roles: permissionNames,
    pendingRoles: permissionNames,
    hasOtp: { type: 'boolean' },
    lastSignInAt: nullable(instant),
    createdAt: instant,
    version: { type: 'integer' },
    totpSecret: text(64),
  },
  ['pendingRoles', 'totpSecret'],
);
export const accountCreate = closed({ username, displayName, roles });
export const accountCreated = open({ account, temporaryPassword: text(64), totpSecret: text(64) }, [
  'totpSecret',
]);
export const rolesRequest = closed({ roles });
export const temporaryPassword = open({ temporaryPassword: text(64), version: { type: 'integer' } });
export const accountPage = open({ items: items(account), nextCursor: text(1024) }, ['nextCursor']);

export const disable = closed(
  {
    successor: {
      ...closed({ accountId: uuid, skillGroupId: uuid, queue: { type: 'boolean', const: true } }, [
        'accountId',
        'skillGroupId',
        'queue',
      ]),
      minProperties: 1,
      maxProperties: 1,
    },
  },
  ['successor'],
);
const count: Schema = { type: 'integer' };
export const openWork = open({
  conversations: count,
  tickets: count,
  approvals: count,
  skillGroups: items(open({ id: uuid, name: text(200) })),
});

const pageOptions: Record<string, Schema> = {
  cursor: text(1024),
  limit: { type: 'integer', minimum: 1, maximum: LIMITS.pageItemsMax },
};
export const accountQuery = closed(
  { state: { type: 'string', enum: ['pending', 'active', 'disabled'] }, ...pageOptions },
  ['state', 'cursor', 'limit'],
);
export const pageQuery = closed(pageOptions, ['cursor', 'limit']);

export const tokenCreate = closed(
  {
    name: displayName,
    scopes: {
      type: 'array',
      items: { type: 'string', enum: TOKEN_SCOPES },
      minItems: 1,
      maxItems: TOKEN_SCOPES.length,
      uniqueItems: true,
    },
    expiresInDays: { type: 'integer', minimum: 1, maximum: 365 },
    networks: {
      type: 'array',
      items: { type: 'string', pattern: '^[0-9a-fA-F:.]{2,45}(/[0-9]{1,3})?$', maxLength: 49 },
      maxItems: 32,
      uniqueItems: true,
    },
    perSecond: { type: 'integer', minimum: 1, maximum: 1_000 },
  },
  ['networks', 'perSecond'],
);
export const tokenRotate = closed({ graceHours: { type: 'integer', minimum: 0, maximum: 72 } });
export const tokenCreated = open({ id: uuid, name: text(100), token: text(64) });
export const token = open({
  id: uuid,
  name: text(100),
  scopes: permissionNames,
  createdAt: instant,
  expiresAt: instant,
  lastUsedAt: nullable(instant),
  isRevoked: { type: 'boolean' },
  networks: items({ type: 'string' }),
  perSecond: { type: ['integer', 'null'] },
  oldUntilAt: nullable(instant),
});
export const tokenPage = open({ items: items(token), nextCursor: text(1024) }, ['nextCursor']);

export const skillGroup = open({
  id: uuid,
  name: text(200),
  memberIds: items(uuid),
  version: { type: 'integer' },
});
export const skillGroupList = open({ items: items(skillGroup) });
export const skillGroupChange = closed({
  name: displayName,
  memberIds: { type: 'array', items: uuid, maxItems: 500, uniqueItems: true },
});
