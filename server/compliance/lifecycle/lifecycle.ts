import type { AnyRoute } from '../../platform/http/index.ts';
import type { AnyJobKind } from '../../platform/jobs/index.ts';
import type { Db } from '../../platform/persistence/index.ts';
import { calendarRoutes } from './calendar.routes.ts';
import { holdRoutes } from './hold.routes.ts';
import { registerHoldProposals } from './hold.proposals.ts';
import { tellDueHolds } from './hold.watch.ts';
import { HoldService } from './hold.service.ts';
import { registerApprovals } from './lifecycle.approvals.ts';
import type { LifecycleDeps } from './lifecycle.deps.ts';
import { lifecycleJobs } from './lifecycle.jobs.ts';
import { recordRoutes } from './records.routes.ts';
import { RuleService } from './rule.service.ts';
import { SweepService } from './sweep.service.ts';

/** The life cycle as the composition root wires it. */
export interface Lifecycle {
  routes: AnyRoute[];
  jobs: AnyJobKind[];
  rules: RuleService;
  holds: HoldService;
  sweeps: SweepService;
  /** Tells officers of holds that wait for them; gives how many. */
  tellDueHolds(): Promise<number>;
  /** Whether anything of a requester is under a hold; then the person must not be erased. */
  isHeld(db: Db, requesterId: string): Promise<boolean>;
}

/** Builds retention, holds, and sweeps, and registers what takes two people. */
export function createLifecycle(deps: LifecycleDeps): Lifecycle {
  const rules = new RuleService(deps);
  const holds = new HoldService(deps);
  const sweeps = new SweepService(deps);
  registerApprovals({ approvals: deps.approvals, rules, holds, clock: deps.clock });
  registerHoldProposals({ approvals: deps.approvals, holds });
  const { uow, clock, notices } = deps;
  const tellDue = () => tellDueHolds({ uow, clock, tell: (tx, facts) => notices.holdDue(tx, facts) });
  return {
    tellDueHolds: tellDue,
    routes: [...recordRoutes({ ...deps, rules }), ...calendarRoutes(deps), ...holdRoutes({ ...deps, holds })],
    jobs: lifecycleJobs(sweeps, tellDue),
    rules,
    holds,
    sweeps,
    isHeld: (db, requesterId) => holds.isHeld(db, requesterId),
  };
}
