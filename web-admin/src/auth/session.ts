/** Permissions a role may carry; the server decides, the console only hides what would be refused. */
export type Permission =
  | 'conversation:work'
  | 'conversation:supervise'
  | 'conversation:read-any'
  | 'ticket:work'
  | 'ticket:assign'
  | 'knowledge:read'
  | 'knowledge:write'
  | 'knowledge:approve'
  | 'robot:test'
  | 'requester:read'
  | 'requester:reveal'
  | 'canned:read'
  | 'canned:write'
  | 'agent:list'
  | 'report:read'
  | 'ticket:export'
  | 'conversation:export'
  | 'export:approve'
  | 'qa:read'
  | 'qa:score'
  | 'qa:configure'
  | 'skill-group:write'
  | 'audit:read'
  | 'audit:read-admin'
  | 'audit:verify'
  | 'audit:review'
  | 'record:read'
  | 'record:manage'
  | 'record:approve'
  | 'audit:export'
  | 'case:ask'
  | 'access:attest'
  | 'staff:write'
  | 'defence:read'
  | 'defence:release'
  | 'account:read'
  | 'account:create'
  | 'account:approve'
  | 'idp:read'
  | 'idp:write'
  | 'idp:approve'
  | 'unit:write'
  | 'role:write'
  | 'approval:read'
  | 'site:write'
  | 'token:write'
  | 'webhook:write'
  | 'egress:read'
  | 'egress:ask'
  | 'connector:read'
  | 'connector:write'
  | 'egress:approve'
  | 'system:read'
  | 'job:read'
  | 'job:run'
  | 'notify:read'
  | 'notify:write'
  | 'settings:read'
  | 'settings:write'
  | 'settings:approve';

/** The signed-in account as GET /session answers it. */
export interface Session {
  account: { id: string; username: string; displayName: string; locale: string };
  /** Identity provider that opened the session; absent for local accounts. */
  idp?: string;
  roles: string[];
  /** Names of the composed roles among them. */
  customRoles: { id: string; nameZh: string; nameEn: string }[];
  permissions: string[];
  csrfToken: string;
  /** Secret that seals drafts in this browser; the same in every session of the account. */
  draftKey: string;
  /** Absolute end of the session (ISO UTC). */
  expiresAt: string;
  /** Seconds without a request after which the server ends the session. */
  idleSeconds: number;
  evaluation: boolean;
  mustChangePassword: boolean;
  /** The identity provider did not ask for a second factor, and this account needs one. */
  isSecondFactorMissing: boolean;
  /** Takes conversations and is in no skill group, although there are some. */
  lacksSkillGroup: boolean;
  /** How this account shows again who it is. */
  proofBy: 'otp' | 'password' | 'idp';
}

/** Tells whether a session may do one of several things; an empty list asks for nothing. */
export function isAllowed(session: Session, anyOf: readonly Permission[]): boolean {
  return anyOf.length === 0 || anyOf.some((permission) => session.permissions.includes(permission));
}

/** What the sign-in page and the shell know: nobody signed in is a state, not an error. */
export interface SessionState {
  session: Session | null;
  /** The evaluation instance says so on every page, before anybody signed in too. */
  isEvaluation: boolean;
  /** The server ended a session of this page: the sign-in page says so. */
  hasEnded?: boolean;
  /** The person signed out: the sign-in page stays, and does not lead to the identity provider by itself. */
  hasSignedOut?: boolean;
}
