import type { AnyRoute } from '../platform/http/index.ts';
import type { ComplianceDeps } from './ports.ts';
import { searchRoutes } from './search/search.routes.ts';
import { trailRoutes } from './trail/trail.routes.ts';

/** The officer's side, as the composition root wires it. */
export interface Compliance {
  routes: AnyRoute[];
}

/** Builds the officer's side: search, single entries with proofs, state and verification of the trail. */
export function createCompliance(deps: ComplianceDeps): Compliance {
  return { routes: [...searchRoutes(deps), ...trailRoutes(deps)] };
}
