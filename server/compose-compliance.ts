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
  createPurge,
  createStaffList,
  digestJob,
  keepDaysOf,
  WitnessService,
  witnessRoutes,
  type Lifecycle,
} from './compliance/index.ts';
import type { Desk } from './compose-desk.ts';
import { createStaffMatching, deskRecords, eraseDeskRows } from './desk/index.ts';
import { lifecycleNotices } from './lifecycle-notices.ts';
import { placesOf, type Foundation } from './foundation.ts';
import { accountIdsByUsername, type Identity } from './identity/index.ts';
import { eraseFiles, fileRecords } from './platform/files/index.ts';
import type { AnyRoute } from './platform/http/index.ts';
import type { AnyJobKind } from './platform/jobs/index.ts';
import type { RecordStore } from './platform/persistence/index.ts';
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
): { routes: AnyRoute[]; lifecycle: Lifecycle; stores: readonly RecordStore[] } {
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
    timeReading: () => foundation.time.read(),
    stampFolder: places.stamps,
    anchorFolder: places.anchors,
    auditKeys: foundation.auditKeys,
  });
  const stores = [
    ...deskRecords({ forget, ids }),
    ...[robotRecords({ ids }), webWidgetRecords({ ids }), qaRecords({ ids })],
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
    keepDays: keepDaysOf(config.audit),
    approvals: identity.approvals,
    queue: services.jobs.queue,
    queueDepth: () => desk.writer.depth,
    notices: lifecycleNotices({ notifier: services.notify, log: foundation.log }),
  });
  const care = composeTrailCare(foundation, deps);
  const review = composeReview(foundation, deps);
  services.jobs.add([...review.jobs, ...lifecycle.jobs, erasure.job, ...care.jobs]);
  return {
    routes: [...compliance.routes, ...review.routes, ...lifecycle.routes, ...erasure.routes, ...care.routes],
    ...{ lifecycle, stores },
  };
}

/** The daily review of what rules find, and the staff list that two of them go by. */
function composeReview(
  { clock, ids, uow, crypto }: Foundation,
  { identity, services }: { identity: Identity; services: Services },
): { routes: AnyRoute[]; jobs: AnyJobKind[] } {
  const accountNames = (accountIds: readonly string[]) => identity.namesOf(accountIds);
  const staff = createStaffMatching({ crypto });
  const alerts = new AlertService({
    ...{ uow, clock, ids, crypto, staff, notifier: services.notify },
    zone: services.zone,
  });
  const staffList = createStaffList({
    ...{ clock, ids, accountNames, matching: staff },
    accountsByUsername: accountIdsByUsername,
  });
  return {
    routes: [...alertRoutes({ alerts, accountNames }), ...staffList.routes],
    jobs: alertJobs(alerts),
  };
}

/** What keeps the trail itself: purging it, witnessing others, and its digest on paper. */
function composeTrailCare(
  { config, clock, ids, uow, auditStorage: trail, auditKeys, cosigner }: Foundation,
  { identity, services, outside }: { identity: Identity; services: Services; outside: OutsideAnchors },
): { routes: AnyRoute[]; jobs: AnyJobKind[] } {
  const places = placesOf(config.home);
  const purge = createPurge({
    ...{
      uow,
      clock,
      ids,
      accountNames: identity.namesOf,
      approvals: identity.approvals,
      queue: services.jobs.queue,
    },
    ...{ trail, keepDays: keepDaysOf(config.audit) },
    ...{ auditKeys, anchorFolder: places.anchors, archiveRoot: places.auditArchive },
  });
  const witness = new WitnessService({
    ...{ clock, ids, trails: outside.witnessed, cosigner },
    onRefused: (tx, { origin, refusalId }) =>
      services.notify.send(tx, {
        ...{ kind: 'alarm.witness-refused', severity: 'alarm', params: { origin }, link: '/audit' },
        ...{
          key: `alarm.witness-refused/${refusalId}`,
          to: { permission: ['audit:read', 'audit:read-admin'] },
        },
      }),
  });
  const digest = digestJob({ trail, auditKeys, folder: places.digests, clock, uow });
  return { routes: [...purge.routes, ...witnessRoutes({ witness })], jobs: [...purge.jobs, digest] };
}
