import { scopeOf, type Clock } from '../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../platform/http/index.ts';
import type { Settings } from '../platform/settings/index.ts';
import { firstStepsRoutes } from './first-steps/first-steps.routes.ts';
import { windowOf } from './overview.rules.ts';
import { readOverview } from './overview.view.ts';
import * as schemas from './reports.schema.ts';

/** Facts a part tells of itself: states, counts, instants as ISO texts; no personal data. */
export type Facts = Record<string, unknown>;

/** Port: the running parts, asked each time. A part that cannot answer fails the whole status, on purpose. */
export interface SystemParts {
  version: string;
  startedAt: Date;
  database(): Promise<Facts>;
  robot(): Promise<Facts>;
  audit(): Promise<Facts>;
  outbox(): Promise<{ pending: number; dead: number }>;
  files(): Facts;
  /** Open sockets of visitors and agents. */
  socketCount(): number;
}

/** What the reports need from outside. */
export interface ReportsDeps {
  clock: Clock;
  system: SystemParts;
  settings: Settings;
}

/** Reports, as the composition root wires them. */
export interface Reports {
  routes: AnyRoute[];
}

/** A week is what people look at first. */
const DAYS_DEFAULT = 7;

/** Builds the reports. They only read, and know no other module. */
export function createReports(deps: ReportsDeps): Reports {
  return { routes: [overviewRoute(deps), statusRoute(deps), ...firstStepsRoutes(deps)] };
}

function overviewRoute({ clock }: ReportsDeps): AnyRoute {
  return defineRoute<unknown, { days?: number; offsetMinutes?: number }>({
    method: 'GET',
    path: '/api/v1/reports/overview',
    summary: 'Figures of the last days, today included; days are those of the given offset from UTC.',
    permission: 'report:read',
    audit: 'report.view',
    query: schemas.overviewQuery,
    response: schemas.overview,
    async handler(tx, { query }, { actor }) {
      const { days = DAYS_DEFAULT, offsetMinutes = 0 } = query;
      tx.record({ action: 'report.view', outcome: 'ok', details: { report: 'overview', days } });
      return readOverview(tx, windowOf(clock.now(), days, offsetMinutes), {
        offsetMinutes,
        scope: scopeOf(actor),
      });
    },
  });
}

function statusRoute({ clock, system }: ReportsDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/system/status',
    summary: 'Version, database, robot, audit trail, outbox, files, and sockets of this process.',
    permission: 'system:read',
    audit: 'system.view',
    response: schemas.systemStatus,
    async handler() {
      const upMs = clock.now().getTime() - system.startedAt.getTime();
      return {
        version: system.version,
        uptimeSeconds: Math.max(0, Math.floor(upMs / 1_000)),
        database: await system.database(),
        robot: await system.robot(),
        audit: await system.audit(),
        outbox: await system.outbox(),
        files: system.files(),
        sockets: system.socketCount(),
      };
    },
  });
}
