import type { AnyRoute } from '../../platform/http/index.ts';
import type { AccountNames } from '../ports.ts';
import { staffRoutes } from './staff.routes.ts';
import { StaffService, type StaffDeps } from './staff.service.ts';

/** The staff list as the composition root wires it. */
export function createStaffList(deps: StaffDeps & { accountNames: AccountNames }): { routes: AnyRoute[] } {
  return { routes: staffRoutes({ ...deps, staff: new StaffService(deps) }) };
}
