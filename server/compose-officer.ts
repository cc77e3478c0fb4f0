import type { Services } from './compose-services.ts';
import {
  accessReviewRoutes,
  AccessReviewService,
  caseRoutes,
  CaseService,
  checkRoutes,
  CheckService,
  createTimeline,
  savedSearchRoutes,
  SavedSearchService,
  WordIndexer,
} from './compliance/index.ts';
import type { Desk } from './compose-desk.ts';
import { createCaseRecords } from './desk/index.ts';
import { originOf, placesOf, type Foundation } from './foundation.ts';
import { listAccess, type Identity } from './identity/index.ts';
import type { AnyRoute } from './platform/http/index.ts';
import { unitRows } from './platform/persistence/index.ts';
import type { Loop } from './platform/jobs/index.ts';
import type { Exports } from './reports/index.ts';
import * as wiring from './wiring.ts';

/** What officers work with every day: words and charts of the trail, kept searches and reports, verification with certificates. */
export function composeOfficer(
  foundation: Foundation,
  deps: {
    identity: Identity;
    services: Services;
    desk: Pick<Desk, 'conversations'>;
    exports: Pick<Exports, 'ask'>;
  },
): { routes: AnyRoute[]; loops: Pick<Loop, 'start' | 'stop'>[] } {
  const { config, clock, ids, log, crypto, uow, installationId, auditKeys, signNote } = foundation;
  const { identity, services, exports } = deps;
  const { notify: notifier, jobs, files } = services;
  const { store } = files;
  const { queue } = jobs;
  const trail = foundation.auditStorage;
  const places = placesOf(config.home);
  const accountNames = (accountIds: readonly string[]) => identity.namesOf(accountIds);
  const words = new WordIndexer({
    ...{ clock, log, metrics: services.metrics, trail },
    withDb: wiring.withDb(foundation.database),
    lease: foundation.leaseOf('audit-words'),
  });
  const timeline = createTimeline({
    ...{ clock, log, trail, accountNames, zone: services.zone },
    withDb: wiring.withDb(foundation.database),
    inTransaction: wiring.inTransactionOf(foundation.database),
    lease: foundation.leaseOf('audit-tally'),
  });
  const searches = new SavedSearchService({
    ...{ uow, clock, ids, crypto, notifier, zone: services.zone },
    readerOf: (accountId) => identity.readerOf(accountId),
    askReport: (tx, order) => exports.ask(tx, { kind: 'audit.events', ...order }),
  });
  const checks = new CheckService({
    ...{ uow, clock, ids, auditKeys, signNote, queue, trail },
    ...{ workFolder: places.checks, anchorFolder: places.anchors, keyPath: places.auditKeys },
    origin: originOf(installationId),
  });
  const records = createCaseRecords({ crypto, conversations: deps.desk.conversations });
  const cases = new CaseService({
    ...{ uow, clock, ids, crypto, auditKeys, signNote, queue, trail, notifier, store, records, accountNames },
    approvals: identity.approvals,
  });
  const reviews = new AccessReviewService({
    ...{ uow, clock, ids, crypto, queue, notifier, zone: services.zone },
    listAccess: (page) => uow.read((db) => listAccess(db, page)),
  });
  identity.organisation.registerRecords([unitRows('access_review_item')]);
  const unitNames = (unitIds: readonly string[]) => identity.organisation.namesOf(unitIds);
  jobs.add([searches.job, checks.job, ...cases.jobs, ...reviews.jobs]);
  return {
    routes: [
      ...timeline.routes,
      ...savedSearchRoutes({ searches }),
      ...checkRoutes({ checks, accountNames, auditKeys, signNote }),
      ...caseRoutes({ cases, records, store, accountNames }),
      ...accessReviewRoutes({ reviews, accountNames, unitNames }),
    ],
    loops: [words, timeline.counter],
  };
}
