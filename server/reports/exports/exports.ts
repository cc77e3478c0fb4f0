import type { AnyRoute } from '../../platform/http/index.ts';
import type { ExportKind } from '../../platform/documents/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { ExportMaker } from './export.job.ts';
import { exportRoutes } from './export.routes.ts';
import {
  EXPORT_APPROVAL,
  ExportService,
  type ExportInput,
  type ExportServiceDeps,
} from './export.service.ts';
import { findExport } from './export.repo.ts';
import { exportSweepKind } from './export.sweep.ts';

/** What the exports are built from; each module declares its own kinds. */
export interface ExportsDeps extends Omit<ExportServiceDeps, 'kinds'> {
  uow: UnitOfWork;
  kinds: readonly ExportKind[];
}

/** Exports, as the composition root wires them. */
export interface Exports {
  routes: AnyRoute[];
  /** Asks for a file in the name of the unit's account, as the route does. */
  ask(tx: Tx, input: ExportInput): Promise<{ id: string }>;
  /** Kinds of background work; the engine must know them before it starts. */
  jobKinds: [ReturnType<ExportMaker['jobKind']>, ReturnType<typeof exportSweepKind>];
}

/** Builds the exports and registers the approval of plain values. */
export function createExports({ uow, kinds: list, ...deps }: ExportsDeps): Exports {
  const kinds = new Map(list.map((kind) => [kind.kind, kind]));
  if (kinds.size !== list.length) throw new Error('A kind of export is declared twice.');
  const service = new ExportService({ ...deps, kinds });
  const maker = new ExportMaker({ ...deps, uow, kinds }, service);
  registerApproval(deps.approvals, service, kinds);
  return {
    routes: exportRoutes({ service, kinds, files: deps.files }),
    ask: (tx, input) => service.ask(tx, input),
    jobKinds: [maker.jobKind(), exportSweepKind({ uow, clock: deps.clock }, service)],
  };
}

function registerApproval(
  approvals: ExportServiceDeps['approvals'],
  service: ExportService,
  kinds: ReadonlyMap<string, ExportKind>,
): void {
  const idOf = (params: unknown) => (params as { exportId: string }).exportId;
  approvals.register({
    kind: EXPORT_APPROVAL,
    title: { zh: '导出未脱敏数据', en: 'Export plain values' },
    permission: 'export:approve',
    async describe(db, params) {
      const row = await findExport(db, idOf(params));
      if (row === undefined) return [];
      const title = kinds.get(row.kind)?.title;
      return [
        { label: 'export.kind', to: title === undefined ? row.kind : `${title.zh} · ${title.en}` },
        { label: 'export.format', to: row.format },
        { label: 'export.values', from: '脱敏 · masked', to: '明文 · plain' },
      ];
    },
    apply: (tx, params) => service.allow(tx, idOf(params)),
    drop: (tx, params) => service.refuse(tx, idOf(params)),
  });
}
