export { selectRows, type EgressRow, type EgressSelect } from './select.ts';
export { configuredRules } from './configured-rules.ts';
export { connectLocal } from './local-socket.ts';
export { createEgress, type EgressDeps } from './egress.ts';
export { egressRoutes } from './egress.routes.ts';
export {
  EGRESS_APPROVAL,
  EgressRuleService,
  type ApprovalDesk,
  type EgressApproval,
  type EgressRuleInput,
  type EgressRuleState,
} from './egress-rule.service.ts';
export {
  EGRESS_PROTOCOLS,
  type Egress,
  type EgressLimits,
  type EgressProtocol,
  type EgressRequest,
  type EgressResponse,
  type EgressTarget,
  type EgressTls,
  type EgressUse,
  type ResolveHost,
} from './ports.ts';
export { parseAllowLine, type EgressAllowance } from './rule.rules.ts';
