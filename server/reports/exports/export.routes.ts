import { LIMITS } from '../../kernel/index.ts';
import type { ExportFormat, ExportKind } from '../../platform/documents/index.ts';
import { defineRoute, sendDownload, type AnyRoute } from '../../platform/http/index.ts';
import type { ExportRow } from './export.entity.ts';
import { EXPORT_LIMITS, keptHoursOf, MEDIA_TYPES } from './export.rules.ts';
import * as schemas from './export.schema.ts';
import type { ExportInput, ExportService } from './export.service.ts';
import { listExports, type ExportItemRow } from './export.view.ts';
import type { ExportFiles } from './ports.ts';

/** What the routes need. */
export interface ExportRouteDeps {
  service: ExportService;
  kinds: ReadonlyMap<string, ExportKind>;
  files: ExportFiles;
}

type ById = { id: string };

/** Each kind has its permission, which the handlers check; what is listed is the account's own. */
const OWN = 'signed-in';

/** Routes of exports. */
export function exportRoutes(deps: ExportRouteDeps): AnyRoute[] {
  return [kindsRoute(deps), listRoute(deps), askRoute(deps), cancelRoute(deps), fileRoute(deps)];
}

function kindsRoute({ service }: ExportRouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/exports/kinds',
    summary: 'What the account may export, with columns, formats, and limits.',
    permission: OWN,
    audit: { none: 'a fixed table of the program' },
    response: schemas.exportKinds,
    async handler(_tx, _input, { permissions }) {
      const { rowsMax, pdfRowsMax } = EXPORT_LIMITS;
      return service.kindsFor(permissions).map(({ kind, title, formats, columns, canUnmask, ...rest }) => ({
        ...{ kind, title, formats, canUnmask, rowsMax, pdfRowsMax, keptHours: keptHoursOf(rest) },
        columns: columns.map((column) => ({ key: column.key, title: column.title })),
      }));
    },
  });
}

function listRoute({ kinds }: ExportRouteDeps): AnyRoute {
  return defineRoute<unknown, { cursor?: string; limit?: number }>({
    method: 'GET',
    path: '/api/v1/exports',
    summary: 'Exports of the asking account, newest first.',
    permission: OWN,
    audit: { none: 'the own list holds states and counts' },
    query: schemas.exportQuery,
    response: schemas.exportPage,
    async handler(tx, { query }, { actor }) {
      const { cursor, limit = LIMITS.pageItemsDefault } = query;
      const page = await listExports(tx, actor.id, { cursor, limit });
      return { ...page, items: page.items.map((row) => present(row, kinds)) };
    },
  });
}

function askRoute({ service, kinds }: ExportRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, ExportInput>({
    method: 'POST',
    path: '/api/v1/exports',
    summary: 'Asks for a file; it is made in the background. Plain values wait for a second person.',
    permission: OWN,
    audit: 'export.ask',
    body: schemas.exportAsked([...kinds.values()]),
    response: schemas.exportItem,
    status: 202,
    idempotent: true,
    errors: ['export.open_limit', 'export.day_limit', 'approval.reason_invalid', 'approval.limit'],
    handler: async (tx, { body }) => presentNew(await service.ask(tx, body), kinds),
  });
}

function cancelRoute({ service, kinds }: ExportRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'POST',
    path: '/api/v1/exports/:id/cancel',
    summary: 'Ends an export that is not finished, or throws its file away.',
    permission: OWN,
    audit: 'export.cancel',
    response: schemas.exportItem,
    errors: ['export.state_refused'],
    async handler(tx, { params }, { actor }) {
      await service.cancel(tx, params.id, actor.id);
      return presentNew(await service.get(tx, params.id, actor.id), kinds);
    },
  });
}

function fileRoute({ service, files }: ExportRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'GET',
    path: '/api/v1/exports/:id/file',
    summary: 'The finished file, for the account that asked for it, for a day or as long as its kind says.',
    permission: OWN,
    audit: 'export.download',
    response: {},
    streams: 'application/octet-stream',
    errors: ['export.expired', 'export.not_ready', 'export.not_allowed'],
    async handler(tx, { params }, context) {
      const { row, kind } = await service.open(tx, params.id);
      const { source, info } = await files.content(tx, row.fileId ?? '');
      return sendDownload(context, {
        tag: row.fileId ?? '',
        sizeBytes: info.sizeBytes,
        type: MEDIA_TYPES[row.format as ExportFormat],
        name: service.nameOf(row, kind),
        read: (range) => source.pass(range),
      });
    },
  });
}

function presentNew(row: ExportRow, kinds: ReadonlyMap<string, ExportKind>) {
  return present({ ...row, done: null }, kinds);
}

function present(row: ExportItemRow, kinds: ReadonlyMap<string, ExportKind>) {
  const { id, kind, format, isUnmasked, state, rowCount, isCollected, sizeBytes, errorCode, version } = row;
  return {
    ...{ id, kind, format, isUnmasked, state, rowCount, isCollected, sizeBytes, errorCode, version },
    title: kinds.get(kind)?.title ?? { zh: kind, en: kind },
    writtenCount: isCollected && state === 'running' ? (row.done ?? 0) : 0,
    askedAt: row.askedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    downloadCount: row.downloadCount,
    sha256: row.digestHex,
  };
}
