import { MenuOutlined } from '@ant-design/icons';
import { Badge, Button, Drawer } from 'antd';
import { Suspense, useState, type ReactNode } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';
import { isAllowed, useSession } from '../auth/index.ts';
import { ProofDialog } from '../auth/proof-form.tsx';
import { BrandMark, ErrorBoundary, EvaluationBanner, LoadingFace } from '../components/index.ts';
import { UndeliveredBanner } from '../features/notices/undelivered-banner.tsx';
import { useI18n } from '../i18n/index.ts';
import { LiveProvider, useLive } from '../realtime/index.ts';
import { FEATURE_ROUTES, type FeatureRoute } from '../routes.tsx';
import { arrange, NavEntriesContext, useLayout, useProductName } from '../tailoring/index.ts';
import { ApprovalsBadge } from './approvals-badge.tsx';
import { IdleGuard } from './idle-guard.tsx';
import { TopBarTools } from './top-bar.tsx';

function QueueBadge() {
  const count = useLive()?.queuedCount ?? 0;
  return <Badge count={count} size="small" overflowCount={99} />;
}

function Navigation({ routes, onNavigate }: { routes: readonly FeatureRoute[]; onNavigate?: () => void }) {
  const { t } = useI18n();
  return (
    <nav className="side-nav" aria-label={t('nav.label')}>
      <ul>
        {routes.map(({ path, nav }) => {
          if (!nav) return null;
          const Icon = nav.icon;
          return (
            <li key={path}>
              <NavLink to={path} onClick={onNavigate} title={t(nav.label)}>
                <Icon />
                <span className="side-nav-label">{t(nav.label)}</span>
                {nav.badge === 'queue' && <QueueBadge />}
                {nav.badge === 'approvals' && <ApprovalsBadge />}
              </NavLink>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

/** Rows of the side navigation an account may open, arranged as the settings say. */
export function useNavRoutes(): FeatureRoute[] {
  const session = useSession();
  const layout = useLayout();
  const open = FEATURE_ROUTES.filter(
    ({ nav, anyOf }) => nav && isAllowed(session, anyOf) && isAllowed(session, nav.anyOf ?? []),
  );
  return arrange(open, layout);
}

/** Every entry of the navigation, for the page that arranges it. */
const NAV_ENTRIES = FEATURE_ROUTES.flatMap(({ path, nav }) => (nav ? [{ path, label: nav.label }] : []));

function NavigationDrawer({ routes }: { routes: readonly FeatureRoute[] }) {
  const { t } = useI18n();
  const name = useProductName();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        type="text"
        className="bar-button nav-toggle"
        icon={<MenuOutlined />}
        aria-label={t('nav.open')}
        aria-expanded={isOpen}
        onClick={() => setOpen(true)}
      />
      <Drawer
        rootClassName="nav-drawer"
        placement="left"
        size={260}
        open={isOpen}
        onClose={() => setOpen(false)}
        title={name}
      >
        <Navigation routes={routes} onNavigate={() => setOpen(false)} />
      </Drawer>
    </>
  );
}

/** The agent socket is for accounts that work conversations; others get the shell without it. */
function MaybeLive({ children }: { children: ReactNode }) {
  const session = useSession();
  return isAllowed(session, ['conversation:work']) ? <LiveProvider>{children}</LiveProvider> : children;
}

/** Frame around every page behind the sign-in: top bar, navigation, content. */
export function Shell() {
  const { t } = useI18n();
  const session = useSession();
  const location = useLocation();
  const routes = useNavRoutes();
  const name = useProductName();
  return (
    <MaybeLive>
      <div className="shell">
        <a className="skip-link" href="#content">
          {t('shell.skip')}
        </a>
        <EvaluationBanner isShown={session.evaluation} />
        <UndeliveredBanner />
        <header className="top-bar">
          <NavigationDrawer routes={routes} />
          <span className="brand">
            <BrandMark />
            {name}
          </span>
          <TopBarTools />
        </header>
        <div className="shell-body">
          <Navigation routes={routes} />
          <main id="content" className="content" tabIndex={-1}>
            <ErrorBoundary resetKey={location.pathname}>
              <Suspense fallback={<LoadingFace />}>
                <NavEntriesContext value={NAV_ENTRIES}>
                  <Outlet />
                </NavEntriesContext>
              </Suspense>
            </ErrorBoundary>
          </main>
        </div>
        <IdleGuard />
        <ProofDialog />
      </div>
    </MaybeLive>
  );
}
