import { eraseVisitorRows, webWidgetRecords } from './channels/web-widget/index.ts';
import type { OutsideAnchors } from './compose-anchors.ts';
import type { Services } from './compose-services.ts';
import {
  AlertService,
  alertJobs,
  alertRoutes,
  createCompliance,
  createErasure,
  createLifecycle,
  type Lifecycle,
} from './compliance/index.ts';
import type { Desk } from './compose-desk.ts';
import { deskRecords, eraseDeskRows } from './desk/index.ts';
import { lifecycleNotices } from './lifecycle-notices.ts';
import { placesOf, type Foundation } from './foundation.ts';
import type { Identity } from './identity/index.ts';
import { eraseFiles, fileRecords } from './platform/files/index.ts';
import type { AnyRoute } from './platform/http/index.ts';
import { qaRecords } from './qa/index.ts';
import { robotRecords } from './robot/index.ts';
import { CONVERSATIONS_GONE } from './wiring-cluster.ts';
import * as wiring from './wiring.ts';

/** The officer's side: the trail, and the life cycle of records with the stores of every module. */
export function composeCompliance(
  foundation: Foundation,
  deps: {
    identity: Identity;
    services: Services;
    desk: Pick<Desk, 'owners' | 'writer'>;
    outside: OutsideAnchors;
  },
): { routes: AnyRoute[]; lifecycle: Lifecycle } {
  const { config, clock, ids, log, crypto, uow, installationId, bus } = foundation;
  const { identity, services, desk } = deps;
  const forget = (gone: readonly string[]) => {
    desk.owners.forget(gone);
    void bus.announce(CONVERSATIONS_GONE, gone).catch((error: unknown) => log.warn('bus is away', {}, error));
  };
  const accountNames = (accountIds: readonly string[]) => identity.namesOf(accountIds);
  const places = placesOf(config.home);
  const compliance = createCompliance({
    ...{ clock, accountNames, trail: foundation.auditStorage, sealer: foundation.sealer },
    epoch: foundation.trail.epoch,
    outsideAnchors: deps.outside.states,
    stampFolder: places.stamps,
    anchorFolder: places.anchors,
    auditKeys: foundation.auditKeys,
  });
  const stores = [
    ...deskRecords({ forget }),
    ...[robotRecords(), webWidgetRecords(), qaRecords()],
    ...fileRecords(),
  ];
  const erasure = createErasure({
    ...{ uow, clock, ids, installationId, accountNames, stores },
    ...{ withDb: wiring.withDb(foundation.database), bus, log },
    erasers: [{ erase: eraseDeskRows }, { erase: eraseVisitorRows }, { erase: eraseFiles }],
    approvals: identity.approvals,
    queue: services.jobs.queue,
    async forgetKeys(dekIds) {
      for (const id of dekIds) crypto.forget(id);
      await desk.owners.forgetKeys(new Set(dekIds));
    },
  });
  const lifecycle = createLifecycle({
    ...{ uow, clock, ids, crypto, installationId, accountNames },
    stores,
    archiveRoot: places.archive,
    approvals: identity.approvals,
    queue: services.jobs.queue,
    queueDepth: () => desk.writer.depth,
    notices: lifecycleNotices({ notifier: services.notify, log: foundation.log }),
  });
  const alerts = new AlertService({
    ...{ uow, clock, ids, crypto, notifier: services.notify },
    zone: services.zone,
  });
  services.jobs.add(alertJobs(alerts));
  services.jobs.add([...lifecycle.jobs, erasure.job]);
  return {
    routes: [
      ...compliance.routes,
      ...alertRoutes({ alerts, accountNames }),
      ...lifecycle.routes,
      ...erasure.routes,
    ],
    lifecycle,
  };
}
