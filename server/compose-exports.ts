import type { Desk } from './compose-desk.ts';
import type { Services } from './compose-services.ts';
import { eventExport, personExport } from './compliance/index.ts';
import { ticketExport, transcriptExport } from './desk/index.ts';
import type { Foundation } from './foundation.ts';
import { accountExport, unitExport, type Identity } from './identity/index.ts';
import { articleExport, transferExport } from './knowledge/index.ts';
import { evaluationExport } from './qa/index.ts';
import { createExports, exportNotice, overviewExport, type Exports } from './reports/index.ts';
import { listFilesOf } from './platform/files/index.ts';
import type { RecordStore } from './platform/persistence/index.ts';
import * as wiring from './wiring.ts';

/** Exports: each module's own kinds, made by the jobs into the store of files, plain values behind a second person. */
export function composeExports(
  { uow, clock, ids, crypto }: Foundation,
  {
    identity,
    services,
    desk,
    stores,
  }: { identity: Identity; services: Services; desk: Desk; stores: readonly RecordStore[] },
): Exports {
  const accountNames = (accountIds: readonly string[]) => identity.namesOf(accountIds);
  const staff = wiring.staffOf(identity);
  const exports = createExports({
    ...{ uow, clock, ids, crypto },
    kinds: [
      ticketExport({ view: desk.ticketView, staff }),
      transcriptExport({ conversations: desk.conversations, staff }),
      evaluationExport({ accountNames }),
      overviewExport({ clock }),
      eventExport({ accountNames }),
      personExport({ crypto, stores, filesOf: (db, ...query) => listFilesOf(crypto, db, ...query) }),
      accountExport({ clock }),
      unitExport(),
      articleExport(),
      transferExport(),
    ],
    accounts: {
      readerOf: (accountId) => identity.readerOf(accountId),
      ancestorsOf: (unitId) => identity.organisation.ancestorsOf(unitId),
    },
    files: services.files.store,
    queue: services.jobs.queue,
    approvals: identity.approvals,
    tellEnd: (tx, end) => services.notify.send(tx, exportNotice(end)),
  });
  services.jobs.add(exports.jobKinds);
  return exports;
}
