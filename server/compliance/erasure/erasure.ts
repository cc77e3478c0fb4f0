import type { Bus } from '../../platform/bus/index.ts';
import type { AnyRoute } from '../../platform/http/index.ts';
import type { AnyJobKind } from '../../platform/jobs/index.ts';
import type { AccountNames } from '../ports.ts';
import { erasureRoutes } from './erasure.routes.ts';
import { ErasureService, type ErasureDeps } from './erasure.service.ts';

/** Erasure of persons as the composition root wires it. */
export interface Erasure {
  routes: AnyRoute[];
  job: AnyJobKind;
  service: ErasureService;
}

/** What erasure needs from outside. */
export interface ErasureParts extends Omit<ErasureDeps, 'announce'> {
  accountNames: AccountNames;
  installationId: string;
  bus: Bus;
  log: { error(message: string, fields?: Record<string, unknown>, error?: unknown): void };
  /** Overwrites keys in this process, and lets go of what is sealed by them. */
  forgetKeys(dekIds: readonly number[]): Promise<void>;
}

/** Tells of destroyed keys as `ERASURE/KEY`. */
const TOPIC = 'crypto.destroyed';

/** Builds the erasure of persons, and has this process let go of keys when any process destroys them. */
export function createErasure(parts: ErasureParts): Erasure {
  const { bus, log, forgetKeys, accountNames, installationId } = parts;
  const service = new ErasureService({
    ...parts,
    announce: (tx, erasureId, dekIds) =>
      bus.publish(
        tx,
        TOPIC,
        dekIds.map((id) => `${erasureId}/${id}`),
      ),
  });
  bus.subscribe(TOPIC, (told) => {
    void letGo(told).catch((error: unknown) => log.error('erasure.not_acknowledged', {}, error));
  });

  async function letGo(told: readonly string[]): Promise<void> {
    const keysOf = new Map<string, number[]>();
    for (const one of told) {
      const [erasureId = '', dekId] = one.split('/');
      keysOf.set(erasureId, [...(keysOf.get(erasureId) ?? []), Number(dekId)]);
    }
    for (const [erasureId, dekIds] of keysOf) {
      await forgetKeys(dekIds);
      await service.acknowledge(erasureId, bus.nodeId);
    }
  }

  return {
    routes: erasureRoutes({ erasures: service, accountNames, installationId }),
    job: service.job,
    service,
  };
}
