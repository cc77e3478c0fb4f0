import { isRoleId } from './roles/role.rules.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** In place of a hash: no password fits it. */
export const NO_PASSWORD = 'none';

/** Rules for accounts of one's own (GB/T 22239, product defaults). */
export const ACCOUNT_RULES = {
  failuresMax: 5,
  lockMs: 15 * MINUTE_MS,
  passwordAgeMaxMs: 90 * DAY_MS,
  passwordsRemembered: 5,
  idleMs: 15 * MINUTE_MS,
  idleAgentMs: 30 * MINUTE_MS,
  sessionMs: 12 * 60 * MINUTE_MS,
  sessionsPerAccountMax: 3,
  /** An address is known for that long after a sign-in from it; a lock set off elsewhere does not hold there. */
  addressKnownMs: 30 * DAY_MS,
  /** A dangerous act asks for proof again after that. */
  provenMs: 15 * MINUTE_MS,
  recoveryCodes: 10,
} as const;

/** What the operator may set of signing in; `limits` and `accounts` of the configuration. */
export interface SignInRules {
  /** Failures of one address, and how long they count, at each route that takes a secret. */
  failures: { max: number; perMs: number };
  /** Beginnings of single sign-on from one address in a minute; each writes a row. */
  ssoPerMinute: number;
  /** What new secrets for one-time codes are made for; known ones keep theirs. */
  otpHash: 'sha1' | 'sha256';
}

/** As they are unless the configuration says otherwise. */
export const SIGN_IN_RULES: SignInRules = {
  failures: { max: 20, perMs: 15 * MINUTE_MS },
  ssoPerMinute: 120,
  otpHash: 'sha1',
};

/** Stored state of an account; being locked is a time, not a state. */
export type AccountState = 'pending' | 'active' | 'disabled';

/** What people see: an active account is `locked` for 15 minutes after five failures. */
export type ShownState = AccountState | 'locked';

/** The parts of an account the rules look at. */
export interface AccountFacts {
  state: string;
  lockedUntilAt: Date | null;
  mustChangePassword: boolean;
  passwordChangedAt: Date;
  lastSignInAt: Date | null;
  createdAt: Date;
}

/** Whether sign-in is refused because of failures just before. */
export function isLocked(account: Pick<AccountFacts, 'lockedUntilAt'>, now: Date): boolean {
  return account.lockedUntilAt !== null && account.lockedUntilAt > now;
}

/** The state as it is shown. */
export function shownState(account: Pick<AccountFacts, 'state' | 'lockedUntilAt'>, now: Date): ShownState {
  return account.state === 'active' && isLocked(account, now) ? 'locked' : (account.state as AccountState);
}

/** Whether an account has not been used for so long that it is to be turned off. */
export function isDormant(
  account: Pick<AccountFacts, 'lastSignInAt' | 'createdAt'>,
  now: Date,
  dormantMs: number,
): boolean {
  const lastUse = account.lastSignInAt ?? account.createdAt;
  return now.getTime() - lastUse.getTime() > dormantMs;
}

/** Whether the password has to be changed before anything else: a temporary one, or one of 90 days. */
export function mustChangePassword(
  account: Pick<AccountFacts, 'mustChangePassword' | 'passwordChangedAt'> & { passwordHash: string },
  now: Date,
): boolean {
  // Who signs in through an identity provider has none to change.
  if (account.passwordHash === NO_PASSWORD) return false;
  const ageMs = now.getTime() - account.passwordChangedAt.getTime();
  return account.mustChangePassword || ageMs > ACCOUNT_RULES.passwordAgeMaxMs;
}

/** How long a session may be idle: 15 minutes, 30 for those who take conversations. */
export function idleLimitMs(takesWork: boolean): number {
  return takesWork ? ACCOUNT_RULES.idleAgentMs : ACCOUNT_RULES.idleMs;
}

/** User names are compared in one form: NFKC, without spaces around, lower case. */
export function normaliseUsername(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}

/** Roles as one column keeps them. */
export function joinRoles(roles: readonly string[]): string {
  return [...new Set(roles)].sort().join(',');
}

/** Roles of a column; what can name no role is left out. */
export function splitRoles(text: string | null): string[] {
  return (text ?? '').split(',').filter(isRoleId);
}
