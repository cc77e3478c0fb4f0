import { Navigate } from 'react-router';
import { isAllowed, useSession } from '../auth/index.ts';
import { ModuleOffFace, NoPermissionFace, ScreenWatermark } from '../components/index.ts';
import type { FeatureRoute } from '../routes.tsx';
import { isOff, useLayout } from '../tailoring/index.ts';
import { useNavRoutes } from './shell.tsx';

/** A page behind its permission, with the watermark where it shows customer data. */
export function GuardedPage({ route }: { route: FeatureRoute }) {
  const session = useSession();
  const layout = useLayout();
  if (!isAllowed(session, route.anyOf)) return <NoPermissionFace />;
  if (isOff(layout, route.module)) return <ModuleOffFace />;
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
  const first = useNavRoutes()[0];
  return first ? <Navigate to={first.path} replace /> : <NoPermissionFace />;
}
