import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, useEffect } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { ApiError, useApi } from '../api/index.ts';
import { ErrorFace, LoadingFace } from '../components/index.ts';
import { useI18n } from '../i18n/index.ts';
import { isLocale } from '../i18n/locale.ts';
import { SESSION_KEY, SessionContext } from './session-context.ts';
import type { Session, SessionState } from './session.ts';

const ChangePasswordPage = lazy(async () => ({
  default: (await import('./change-password.tsx')).ChangePasswordPage,
}));

const SecondFactorPage = lazy(async () => ({
  default: (await import('./proof-form.tsx')).SecondFactorPage,
}));

/** Reads who is signed in. */
export function useSessionQuery() {
  const api = useApi();
  const cache = useQueryClient();
  return useQuery<SessionState, ApiError>({
    queryKey: SESSION_KEY,
    queryFn: async ({ signal }) => {
      try {
        const session = await api.get<Session>('/session', { signal });
        api.setCsrfToken(session.csrfToken);
        return { session, isEvaluation: session.evaluation };
      } catch (thrown) {
        if (!(thrown instanceof ApiError) || thrown.status !== 401) throw thrown;
        const held = cache.getQueryData<SessionState>(SESSION_KEY);
        const isEvaluation = thrown.details['evaluation'] === true || held?.isEvaluation === true;
        return { session: null, isEvaluation, hasEnded: held?.hasEnded === true || Boolean(held?.session) };
      }
    },
    staleTime: Infinity,
  });
}

/** Lets signed-in accounts through; others go to the sign-in page and come back afterwards. */
export function RequireSession() {
  const location = useLocation();
  const { setLocale } = useI18n();
  const { data, error, isPending, refetch } = useSessionQuery();
  const session = data?.session;
  const accountLocale = session?.account.locale;
  useEffect(() => {
    if (isLocale(accountLocale)) setLocale(accountLocale);
  }, [accountLocale, setLocale]);
  if (isPending) return <LoadingFace isFullPage />;
  if (error) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!session) {
    const from = `${location.pathname}${location.search}`;
    return <Navigate to="/sign-in" replace state={{ from }} />;
  }
  return (
    <SessionContext.Provider value={session}>
      {session.isSecondFactorMissing ? (
        <SecondFactorPage />
      ) : session.mustChangePassword ? (
        <ChangePasswordPage isForced />
      ) : (
        <Outlet />
      )}
    </SessionContext.Provider>
  );
}
