import type { Schema } from '../../platform/http/index.ts';
import { APPROVAL_RULES } from '../approvals/approval.rules.ts';
import { COMPOSABLE_PERMISSIONS, ROLE_RULES } from './role.rules.ts';

const text: Schema = { type: 'string' };
const reason: Schema = {
  type: 'string',
  minLength: APPROVAL_RULES.reasonCharactersMin,
  maxLength: APPROVAL_RULES.reasonCharactersMax,
};
/** A name people read: no control characters, not only spaces. */
const name: Schema = {
  type: 'string',
  pattern: `^(?=.*\\S)[^\\p{Cc}]{1,${ROLE_RULES.nameCharactersMax}}$`,
  maxLength: ROLE_RULES.nameCharactersMax,
};
const properties = {
  nameZh: name,
  nameEn: name,
  permissions: {
    type: 'array',
    items: { type: 'string', pattern: '^[a-z]+(?:-[a-z]+)*:[a-z]+(?:-[a-z]+)*$', maxLength: 60 },
    minItems: 1,
    maxItems: COMPOSABLE_PERMISSIONS.length,
    uniqueItems: true,
  },
  reason,
} satisfies Record<string, Schema>;

export const roleId: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['id'],
  properties: { id: { type: 'string', pattern: '^role-[0-9a-f]{12}$', maxLength: 20 } },
};
export const roleInput: Schema = {
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
};
export const removal: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['reason'],
  properties: { reason },
};
export const asked: Schema = {
  type: 'object',
  required: ['approvalId'],
  properties: { approvalId: { type: 'string', format: 'uuid' } },
};
const role = {
  id: text,
  isBuiltIn: { type: 'boolean' },
  nature: text,
  permissions: { type: 'array', items: text },
  holderCount: { type: 'integer' },
} satisfies Record<string, Schema>;
export const roleList: Schema = {
  type: 'object',
  required: ['items', 'permissions'],
  properties: {
    items: {
      type: 'array',
      items: {
        type: 'object',
        required: Object.keys(role),
        properties: { ...role, nameZh: text, nameEn: text, version: { type: 'integer' } },
      },
    },
    permissions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'administrators'],
        properties: { name: text, administrators: { type: 'array', items: text } },
      },
    },
  },
};
