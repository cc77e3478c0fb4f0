import { createContext, useContext } from 'react';
import { isAllowed, type Permission, type Session } from './session.ts';

/** Cache key of the session. */
export const SESSION_KEY = ['session'] as const;

export const SessionContext = createContext<Session | undefined>(undefined);

/** The session; works on signed-in pages only. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession outside a signed-in page');
  return session;
}

/** Tells whether the signed-in account has a permission. */
export function useCan(): (permission: Permission) => boolean {
  const session = useSession();
  return (permission) => isAllowed(session, [permission]);
}
