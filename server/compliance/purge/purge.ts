import type { AnyRoute } from '../../platform/http/index.ts';
import type { AnyJobKind, JobQueue } from '../../platform/jobs/index.ts';
import type { AccountNames } from '../ports.ts';
import { registerPurge, type PurgeApprovalDeps } from './purge.approvals.ts';
import { PeriodService } from './period.service.ts';
import { purgeJob, purgePlanJob } from './purge.job.ts';
import { purgeRoutes } from './purge.routes.ts';
import { PurgeService, type PurgeDeps } from './purge.service.ts';

/** Purging of the trail as the composition root wires it. */
export interface Purge {
  routes: AnyRoute[];
  jobs: AnyJobKind[];
  purges: PurgeService;
}

/** Builds it, and registers what takes two people. */
export function createPurge(
  deps: PurgeDeps & PurgeApprovalDeps & { queue: JobQueue; accountNames: AccountNames },
): Purge {
  const purges = new PurgeService(deps);
  const requests = registerPurge(deps);
  const periods = new PeriodService(deps);
  const jobs = [purgeJob(purges), purgePlanJob(purges)];
  return { routes: purgeRoutes({ ...deps, requests, periods }), jobs, purges };
}
