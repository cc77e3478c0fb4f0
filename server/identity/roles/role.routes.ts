import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import { ADMINISTRATOR_ROLES, ROLE_PERMISSIONS, ROLES } from '../permissions.ts';
import { countHoldersByRole, listCustomRoles } from './role.repo.ts';
import { administratorsOf, COMPOSABLE_PERMISSIONS } from './role.rules.ts';
import * as schemas from './role.schema.ts';
import type { RoleInput, RoleService } from './role.service.ts';

/** What the routes of roles need. */
export interface RoleRouteDeps {
  roles: RoleService;
}

interface ById {
  id: string;
}

type Asked = RoleInput & { reason: string };

const ERRORS = [
  'role.exclusive',
  'role.permission_unknown',
  'role.name_taken',
  'role.limit',
  'approval.exists',
  'approval.reason_invalid',
] as const;

/** Built-in and composed roles; changes are asked for here and take effect when another administrator approves. */
export function roleRoutes({ roles }: RoleRouteDeps): AnyRoute[] {
  return [
    listRoute(),
    defineRoute<unknown, unknown, Asked>({
      method: 'POST',
      path: '/api/v1/roles',
      summary: 'Asks for a role composed of permissions; another administrator approves.',
      permission: 'role:write',
      audit: 'approval.request',
      body: schemas.roleInput,
      response: schemas.asked,
      status: 202,
      idempotent: true,
      errors: ERRORS,
      async handler(tx, { body: { reason, ...input } }) {
        return { approvalId: (await roles.requestCreate(tx, input, reason)).id };
      },
    }),
    defineRoute<ById, unknown, Asked>({
      method: 'PUT',
      path: '/api/v1/roles/:id',
      summary: 'Asks for another composition of a role; counts at once for live sessions when approved.',
      permission: 'role:write',
      audit: 'approval.request',
      params: schemas.roleId,
      body: schemas.roleInput,
      response: schemas.asked,
      status: 202,
      ifMatch: true,
      errors: [...ERRORS, 'role.nature_fixed'],
      async handler(tx, { params, body: { reason, ...input }, version }) {
        const row = await roles.getForChange(tx, params.id, version);
        return { approvalId: (await roles.requestChange(tx, row, input, reason)).id };
      },
    }),
    defineRoute<ById, unknown, { reason: string }>({
      method: 'POST',
      path: '/api/v1/roles/:id/removal',
      summary: 'Asks to remove a role; whoever holds it loses it at once when approved.',
      permission: 'role:write',
      audit: 'approval.request',
      params: schemas.roleId,
      body: schemas.removal,
      response: schemas.asked,
      status: 202,
      ifMatch: true,
      errors: ['approval.exists', 'approval.reason_invalid'],
      async handler(tx, { params, body, version }) {
        const row = await roles.getForChange(tx, params.id, version);
        return { approvalId: (await roles.requestRemoval(tx, row, body.reason)).id };
      },
    }),
  ];
}

function listRoute(): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/roles',
    summary: 'Built-in and composed roles with their permissions, and which permissions exclude each other.',
    permission: 'account:read',
    audit: 'role.list',
    response: schemas.roleList,
    async handler(tx) {
      const holders = await countHoldersByRole(tx);
      const builtIn = ROLES.map((id) => ({
        id,
        isBuiltIn: true,
        nature: ADMINISTRATOR_ROLES.has(id) ? id : 'business',
        permissions: ROLE_PERMISSIONS[id],
        holderCount: holders.get(id) ?? 0,
      }));
      const composed = (await listCustomRoles(tx)).map(
        ({ id, nameZh, nameEn, nature, permissions, version }) => ({
          ...{ id, isBuiltIn: false, nature, permissions, nameZh, nameEn, version },
          holderCount: holders.get(id) ?? 0,
        }),
      );
      const permissions = COMPOSABLE_PERMISSIONS.map((name) => ({
        name,
        administrators: [...administratorsOf(name)],
      }));
      return { items: [...builtIn, ...composed], permissions };
    },
  });
}
