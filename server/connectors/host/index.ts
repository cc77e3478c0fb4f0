export { connectorWatchKind } from './watch.job.ts';
export { createConnectorHost, type ConnectorParts } from './create.ts';
export { ConnectorHost } from './host.ts';
export { CONNECTOR_LIMITS } from './limits.ts';
export type { ConnectorNotice, HostPorts, OutBounds, OutTls, WayOut } from './ports.ts';
export { PROBE_OUTCOMES, type ProbeOutcome, type ProbeResult } from './probe.ts';
export { verifyConnector, type VerifyInputs, type VerifyResult } from './verify.ts';
export { ConnectorWrites, type WriteInput } from './writes.ts';
