import { hostname } from 'node:os';
import { placesOf, type Foundation } from './foundation.ts';
import type { Approvals } from './identity/index.ts';
import { followTimeZone } from './kernel/index.ts';
import { fileTellings, scannerOf, THUMBNAIL_WORKER } from './wiring-files.ts';
import { createFiles, createThumbnailer } from './platform/files/index.ts';
import { createMetrics } from './platform/http/index.ts';
import { createJobs, jobHistoryKind } from './platform/jobs/index.ts';
import { createNotify, noticeRetentionKind, type Notify } from './platform/notify/index.ts';
import { Settings, type AnySection } from './platform/settings/index.ts';
import * as wiring from './wiring.ts';
import { openEgress } from './wiring-egress.ts';

/** Technique the modules stand on, as composeServices wires it. */
export type Services = Awaited<ReturnType<typeof composeServices>>;

/** Services below the modules: they know no word of the domain. */
export async function composeServices(
  foundation: Foundation,
  deps: {
    sections: readonly AnySection[];
    approvals: Approvals;
    /** Zone of the schedules, as the settings say at that moment. */
    timeZoneOf(settings: Settings): string;
  },
) {
  const { uow, clock, log, ids, crypto, database, guard, config } = foundation;
  const { sections, approvals, timeZoneOf } = deps;
  const onFault = (error: unknown) => log.error('settings.fault', {}, error);
  const settings = new Settings({ uow, clock, sections, approvals, onFault });
  const metrics = createMetrics();
  const { egress, egressRules, routes } = await openEgress(foundation, { metrics, approvals });
  const files = createFiles({
    ...{ uow, clock, log, ids, crypto, database, guard },
    groups: config.files.types,
    ...scannerOf(config, egress),
    tell: fileTellings(() => notify),
    thumbnail: (store) => createThumbnailer(store, { workerUrl: THUMBNAIL_WORKER, log }),
  });
  const withDb = wiring.withDb(database);
  const notify: Notify = createNotify({
    ...{ uow, withDb, clock, ids, log, crypto, egress, hostname: hostname() },
    folder: placesOf(config.home).notices,
    publicBaseUrl: wiring.toHttpConfig(config).publicBaseUrl,
    randomRatio: wiring.randomRatio,
  });
  const jobs = createJobs({
    ...{ uow, withDb, clock, ids, log, timeZone: () => timeZoneOf(settings) },
    kinds: [jobHistoryKind({ withDb, clock }), noticeRetentionKind({ withDb, clock })],
    onFailed: (tx, { id, kind, code }) => notify.send(tx, wiring.jobFailedNotice(id, kind, code)),
  });
  return {
    /** The installation's zone, as the settings say at each moment. */
    zone: followTimeZone(() => timeZoneOf(settings)),
    ...{ settings, metrics, egress, egressRules, files, jobs, notify },
    routes: [...routes, ...jobs.routes, ...notify.routes],
    /** All but the jobs: they start when every module has added its kinds and runs, and stop before them. */
    async start() {
      await settings.start();
      files.checker.start();
      notify.start();
    },
    async stop() {
      await notify.stop();
      await files.checker.stop();
      await settings.stop();
      egress.close();
    },
  };
}
