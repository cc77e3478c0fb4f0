import type { AnyRoute } from '../../platform/http/index.ts';
import { connectorRoutes } from './connector.routes.ts';
import { ConnectorService } from './connector.service.ts';
import { ConnectorHost } from './host.ts';
import type { HostPorts } from './ports.ts';
import type { QueueDb } from './write.repo.ts';
import { ConnectorWrites } from './writes.ts';

/** Connectors as the composition root wires them. */
export interface ConnectorParts {
  host: ConnectorHost;
  service: ConnectorService;
  writes: ConnectorWrites;
  routes: AnyRoute[];
}

/** Builds the host of connectors; nothing is sent before `writes.start`. */
export function createConnectorHost(deps: {
  ports: HostPorts;
  withDb: <T>(work: (db: QueueDb) => Promise<T>) => Promise<T>;
  lease: { hold(): Promise<boolean>; drop(): Promise<void> };
}): ConnectorParts {
  const { ports, withDb, lease } = deps;
  const { uow, clock, ids } = ports;
  const host = new ConnectorHost(ports);
  const service = new ConnectorService({ ports, host, clock, ids });
  const writes = new ConnectorWrites({ host, ports, clock, ids, withDb, lease });
  return { host, service, writes, routes: connectorRoutes({ uow, ports, host, service }) };
}
