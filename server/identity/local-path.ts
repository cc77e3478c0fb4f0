import type { NetworkList } from '../platform/http/index.ts';
import type { Account } from './account.repo.ts';
import { normaliseUsername } from './account.rules.ts';
import { rolesNeedOtp } from './roles/role.rules.ts';
import type { SignInSettings } from './sign-in.section.ts';

/** Whether a password opens an account: it does, only in an emergency (which is told), or not at all. */
export type LocalPath = 'open' | 'break-glass' | 'closed';

/** What decides it. */
export interface LocalPathFacts {
  settings: SignInSettings;
  /** Without an identity provider that is live nobody is sent to one. */
  hasLiveIdp: boolean;
  /** The address, and the certificate where one is asked for, are those of an emergency account. */
  isBreakGlassPlace: boolean;
}

/**
 * Roles that sign in through an identity provider alone have no other way, but for administrators with a code, from the
 * networks named for emergencies: somebody must be able to mend what keeps everybody else out.
 */
export function localPathOf(
  account: Pick<Account, 'roles' | 'composed' | 'totpEnc'>,
  { settings, hasLiveIdp, isBreakGlassPlace }: LocalPathFacts,
): LocalPath {
  const isSsoOnly = account.roles.some((role) => settings.ssoOnlyRoles.some((only) => only === role));
  if (!isSsoOnly || !hasLiveIdp) return 'open';
  const isAdministrator = rolesNeedOtp(account.roles, account.composed) && account.totpEnc !== null;
  return isAdministrator && isBreakGlassPlace ? 'break-glass' : 'closed';
}

/** Where emergency accounts may be used from, and what they need to show. */
export interface BreakGlassRules {
  /** Empty: everywhere. */
  networks: readonly string[];
  isNear: NetworkList;
  isCertificateNeeded: boolean;
}

/** Whether somebody may come in by an emergency account from there; a certificate has to carry the account's own name. */
export function isBreakGlassPlace(
  { networks, isNear, isCertificateNeeded }: BreakGlassRules,
  username: string,
  { ip, certificateName }: { ip: string; certificateName?: string },
): boolean {
  const isOwn = certificateName !== undefined && normaliseUsername(certificateName) === username;
  return (networks.length === 0 || isNear(ip)) && (!isCertificateNeeded || isOwn);
}
