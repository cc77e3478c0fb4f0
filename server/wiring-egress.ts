import type { Foundation } from './foundation.ts';
import type { Approvals } from './identity/index.ts';
import { sha256 } from './platform/crypto/index.ts';
import {
  createEgress,
  EGRESS_APPROVAL,
  egressRoutes,
  EgressRuleService,
  type Egress,
  type EgressApproval,
} from './platform/egress/index.ts';
import type { AnyRoute, Metrics } from './platform/http/index.ts';
import { egressOptions } from './egress-options.ts';

/** The way out with its rules, from the settings. */
export interface WayOut {
  egress: Egress;
  egressRules: EgressRuleService;
  routes: AnyRoute[];
}

/** Builds the way out; throws StartError `config.invalid` for lines and files that cannot be read. */
export async function openEgress(
  foundation: Foundation,
  { metrics, approvals }: { metrics: Metrics; approvals: Approvals },
): Promise<WayOut> {
  const { config, uow, clock, ids, log } = foundation;
  const { configured, ...options } = await egressOptions(config);
  const egressRules = new EgressRuleService({ uow, clock, ids, approvals, configured });
  approvals.register<EgressApproval>({
    kind: EGRESS_APPROVAL,
    title: { zh: '开放外联地址', en: 'Open a place to call' },
    permission: 'egress:approve',
    describe: (db, params) => egressRules.describe(db, params),
    apply: (tx, params, who) => egressRules.approve(tx, params, who),
    drop: (tx, params) => egressRules.reject(tx, params),
  });
  const egress = createEgress({
    ...{ ...options, rules: egressRules, uow, log, metrics, hash: sha256 },
  });
  return { egress, egressRules, routes: egressRoutes(egressRules) };
}
