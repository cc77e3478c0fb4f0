import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { ApiContext, ApiError, createApiClient } from './api/index.ts';
import { RequireSession, SESSION_KEY, SignInPage, type SessionState } from './auth/index.ts';
import { NotFoundFace } from './components/index.ts';
import { I18nProvider } from './i18n/index.ts';
import { fillGaps } from './polyfills.ts';
import { FEATURE_ROUTES } from './routes.tsx';
import { GuardedPage, Shell, StartPage } from './shell/index.ts';
import { ThemeProvider } from './theme/index.ts';

const READ_RETRIES_MAX = 2;

/** Answers of the server are final; only reads that got none are repeated. */
function isRetried(failureCount: number, error: unknown): boolean {
  return error instanceof ApiError && error.status === 0 && failureCount < READ_RETRIES_MAX;
}

function createCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: isRetried, staleTime: 5_000, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}

/** The server said that the session is gone: the sign-in page comes, and no data of the account stays in memory. */
function endSession(cache: QueryClient): void {
  const held = cache.getQueryData<SessionState>(SESSION_KEY);
  if (!held?.session) return;
  cache.setQueryData<SessionState>(SESSION_KEY, { ...held, session: null, hasEnded: true });
  cache.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] });
}

function createRouter() {
  return createBrowserRouter([
    { path: '/sign-in', element: <SignInPage /> },
    {
      element: <RequireSession />,
      children: [
        {
          element: <Shell />,
          children: [
            { path: '/', element: <StartPage /> },
            ...FEATURE_ROUTES.map((route) => ({ path: route.path, element: <GuardedPage route={route} /> })),
            { path: '*', element: <NotFoundFace /> },
          ],
        },
      ],
    },
  ]);
}

function start(root: HTMLElement): void {
  const cache = createCache();
  const api = createApiClient({
    fetch: (input, init) => fetch(input, init),
    onSignedOut: () => endSession(cache),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    nowMs: Date.now,
  });
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={cache}>
        <ApiContext value={api}>
          <I18nProvider>
            <ThemeProvider>
              <RouterProvider router={createRouter()} />
            </ThemeProvider>
          </I18nProvider>
        </ApiContext>
      </QueryClientProvider>
    </StrictMode>,
  );
}

const root = document.getElementById('root');
// Old browsers see the page of browser-check.js instead.
if (root && !document.documentElement.classList.contains('browser-too-old')) {
  fillGaps();
  start(root);
}
