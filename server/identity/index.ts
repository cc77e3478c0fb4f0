export {
  createIdentity,
  type AccountReader,
  type Identity,
  type IdentityDeps,
  type Organisation,
  type SocketSession,
  type SocketSessions,
} from './identity.ts';
export { approvalRoutes } from './approvals/approval.routes.ts';
export {
  ApprovalService,
  type ApprovalKind,
  type Approvals,
  type OnAsked,
} from './approvals/approval.service.ts';
export type { ApprovalLine } from './approvals/approval.entity.ts';
export type { AccountInput, FirstAccount } from './account.service.ts';
export {
  ADMINISTRATOR_ROLES,
  AGENT_ROLES,
  permissionsOf,
  ROLE_PERMISSIONS,
  ROLES,
  TOKEN_SCOPES,
  type Permission,
  type Role,
  type TokenScope,
} from './permissions.ts';
export type { Agent, SkillGroup } from './skill-group.repo.ts';
export type { SkillGroupInput } from './skill-group.routes.ts';
export type { WorkPort } from './leavers/leaver.service.ts';
export type { Bookkeeping } from './session.service.ts';
export { createIdpAdministration, type IdpAdministration } from './sso/idp-administration.ts';
export { SIGN_IN, type SignInSettings } from './sign-in.section.ts';
export { accountIdsByUsername, listAccess, type AccountAccess } from './access.view.ts';
export { accountExport } from './account.export.ts';
export { unitExport } from './organisation/unit.export.ts';
export { createSetup } from './setup/setup.service.ts';
