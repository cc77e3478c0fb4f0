import { Navigate } from 'react-router';
import { isAllowed, useSession } from '../auth/index.ts';
import { NoPermissionFace, ScreenWatermark } from '../components/index.ts';
import type { FeatureRoute } from '../routes.tsx';
import { navRoutes } from './shell.tsx';

/** A page behind its permission, with the watermark where it shows customer data. */
export function GuardedPage({ route }: { route: FeatureRoute }) {
  const session = useSession();
  if (!isAllowed(session, route.anyOf)) return <NoPermissionFace />;
  const Content = route.component;
  return (
    <>
      <Content />
      {route.hasCustomerData && <ScreenWatermark account={session.account.username} />}
    </>
  );
}

/** `/` leads to the first page of the navigation the account may open. */
export function StartPage() {
  const first = navRoutes(useSession())[0];
  return first ? <Navigate to={first.path} replace /> : <NoPermissionFace />;
}
