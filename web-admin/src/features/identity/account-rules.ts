/** Roles an account may be given, desk first, administrators last. */
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

export type RoleName = (typeof ROLES)[number];

const ADMINISTRATORS: readonly string[] = ['system-admin', 'security-admin', 'audit-admin'];

/** States of an account; `locked` passes by itself after 15 minutes. */
export const ACCOUNT_STATES = ['pending', 'active', 'locked', 'disabled'] as const;

export type AccountState = (typeof ACCOUNT_STATES)[number];

/** States the server filters by; a lock is a time, not a state of its own. */
export const FILTER_STATES = ['pending', 'active', 'disabled'] as const;

/** What may be done with an account. */
export type AccountAct = 'approve' | 'reject' | 'enable' | 'requestRoles' | 'place' | 'reset' | 'disable';

/** The parts of an account the rules look at. */
export interface AccountFacts {
  id: string;
  state: AccountState;
  pendingRoles?: readonly string[];
}

/** Who looks at it. */
export interface Viewer {
  accountId: string;
  canCreate: boolean;
  canApprove: boolean;
}

/**
 * Acts worth offering. The server decides again: it also knows who asked for the roles, and refuses that person's
 * approval.
 */
export function actsOf(account: AccountFacts, viewer: Viewer): AccountAct[] {
  if (account.id === viewer.accountId) return [];
  const hasRequest = account.pendingRoles !== undefined;
  const isOff = account.state === 'disabled';
  const offered: Record<AccountAct, boolean> = {
    approve: viewer.canApprove && hasRequest,
    reject: viewer.canApprove && hasRequest,
    enable: viewer.canApprove && (isOff || account.state === 'locked'),
    requestRoles: viewer.canCreate && !isOff,
    place: viewer.canCreate && !isOff,
    reset: viewer.canCreate && !isOff,
    disable: viewer.canCreate && !isOff,
  };
  return (Object.keys(offered) as AccountAct[]).filter((act) => offered[act]);
}

/** Whether one account may hold these roles: an administrator's role stands alone. */
export function areCompatible(roles: readonly string[]): boolean {
  return roles.length <= 1 || !roles.some((role) => ADMINISTRATORS.includes(role));
}
