export { isAllowed, type Permission, type Session, type SessionState } from './session.ts';
export { SESSION_KEY, SessionContext, useCan, useSession } from './session-context.ts';
export { RequireSession } from './require-session.tsx';
