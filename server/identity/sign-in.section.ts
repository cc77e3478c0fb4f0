import { defineSection } from '../platform/settings/index.ts';
import { ROLES, type Role } from './permissions.ts';

/** How people come in. */
export interface SignInSettings {
  /** Whoever holds one of these signs in through an identity provider and in no other way. */
  ssoOnlyRoles: Role[];
}

/** Section `sign-in`. Two people change it: it decides who is locked out. */
export const SIGN_IN = defineSection<SignInSettings>({
  name: 'sign-in',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['ssoOnlyRoles'],
    properties: {
      ssoOnlyRoles: {
        type: 'array',
        items: { type: 'string', enum: [...ROLES] },
        maxItems: ROLES.length,
        uniqueItems: true,
      },
    },
  },
  defaults: { ssoOnlyRoles: [] },
  normalise: ({ ssoOnlyRoles }) => ({ ssoOnlyRoles: ROLES.filter((role) => ssoOnlyRoles.includes(role)) }),
  isDangerous: () => true,
});
