import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { ApiContext, ApiError, createApiClient } from './api/index.ts';
import { RequireSession, SESSION_KEY, type SessionState } from './auth/index.ts';
import { createProofGate, ProofContext } from './auth/proof-gate.ts';
import { LoadingFace, NotFoundFace } from './components/index.ts';
import { I18nProvider, loadFirstTexts, type Texts } from './i18n/index.ts';
import { fillGaps } from './polyfills.ts';
import { FEATURE_ROUTES } from './routes.tsx';
import { ThemeProvider } from './theme/index.ts';

// What is drawn before and what after the sign-in: nobody waits for both.
const SignInPage = lazy(async () => ({ default: (await import('./auth/sign-in-page.tsx')).SignInPage }));
const SetupPage = lazy(() => import('./features/setup/setup-page.tsx'));
const loadShell = () => import('./shell/index.ts');
const Shell = lazy(async () => ({ default: (await loadShell()).Shell }));
const GuardedPage = lazy(async () => ({ default: (await loadShell()).GuardedPage }));
const StartPage = lazy(async () => ({ default: (await loadShell()).StartPage }));

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
    { path: '/setup', element: <SetupPage /> },
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

function start(root: HTMLElement, texts: Texts): void {
  const cache = createCache();
  const proof = createProofGate();
  const api = createApiClient({
    fetch: (input, init) => fetch(input, init),
    onSignedOut: () => endSession(cache),
    onProofNeeded: () => proof.ask(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    nowMs: Date.now,
  });
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={cache}>
        <ApiContext value={api}>
          <ProofContext value={proof}>
            <I18nProvider first={texts}>
              <ThemeProvider>
                <Suspense fallback={<LoadingFace isFullPage />}>
                  <RouterProvider router={createRouter()} />
                </Suspense>
              </ThemeProvider>
            </I18nProvider>
          </ProofContext>
        </ApiContext>
      </QueryClientProvider>
    </StrictMode>,
  );
}

const root = document.getElementById('root');
// Old browsers see the page of browser-check.js instead.
if (root && !document.documentElement.classList.contains('browser-too-old')) {
  fillGaps();
  loadFirstTexts().then(
    (texts) => start(root, texts),
    // There are no texts yet to say it with.
    () => (root.textContent = '页面未能加载，请刷新。 The page could not be loaded; please reload it.'),
  );
}
