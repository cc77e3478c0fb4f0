import { decodeCursor, encodeCursor, LIMITS } from '../../kernel/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import { readTransferFile } from './read-file.ts';
import type { ArticleImportRow, TransferRow } from './transfer.entity.ts';
import { listRows } from './transfer.repo.ts';
import {
  TRANSFER_CODES,
  TRANSFER_COLUMNS,
  TRANSFER_FORMATS,
  TRANSFER_RULES,
  type TransferFormat,
} from './transfer.rules.ts';
import type { ReadTransfer, TransferService } from './transfer.service.ts';

type ById = { id: string };
type RowQuery = { outcome?: string; cursor?: string; limit?: number };

/** What a reader asks for: the outcomes of the dry run and of the import itself. */
const OUTCOMES = ['new', 'changed', 'unchanged', 'conflict', 'faulty', 'applied', 'refused'] as const;
const ROWS_MAX = 200;

function closed(properties: Record<string, Schema>, required = Object.keys(properties)): Schema {
  return { type: 'object', additionalProperties: false, required, properties };
}

const count: Schema = { type: 'integer', minimum: 0 };
const importId = closed({ id: { type: 'string', format: 'uuid' } });
const importItem = closed({
  id: { type: 'string' },
  state: { enum: ['checking', 'checked', 'applying', 'done'] },
  format: { enum: [...TRANSFER_FORMATS] },
  fileHash: { type: 'string' },
  ...{ rowCount: count, doneCount: count, newCount: count, changedCount: count, unchangedCount: count },
  ...{ conflictCount: count, faultyCount: count, appliedCount: count },
  createdAt: { type: 'string' },
  endedAt: { type: ['string', 'null'] },
  version: { type: 'integer' },
});
const rowItem = closed({
  id: count,
  line: count,
  question: { type: ['string', 'null'] },
  articleId: { type: ['string', 'null'] },
  outcome: { enum: ['waiting', ...OUTCOMES] },
  code: { enum: [...TRANSFER_CODES, null] },
  column: { enum: [...TRANSFER_COLUMNS, null] },
  otherLine: { type: ['integer', 'null'] },
  otherId: { type: ['string', 'null'] },
});

/** Imports of articles; everybody sees only the own ones. */
export function transferRoutes(transfer: TransferService): AnyRoute[] {
  return [
    receiveRoute(transfer),
    listRoute(transfer),
    oneRoute(transfer),
    rowsRoute(transfer),
    applyRoute(transfer),
  ];
}

function present(row: ArticleImportRow): Record<string, unknown> {
  const { createdById: _createdById, createdAt, endedAt, ...shown } = row;
  return { ...shown, createdAt: createdAt.toISOString(), endedAt: endedAt?.toISOString() ?? null };
}

function receiveRoute(transfer: TransferService): AnyRoute {
  return defineRoute<unknown, { format: TransferFormat }, unknown, ReadTransfer>({
    method: 'POST',
    path: '/api/v1/article-imports',
    summary: 'Takes a file of articles and looks at it row by row; changes no article.',
    permission: 'knowledge:write',
    audit: 'article.import',
    query: closed({ format: { enum: [...TRANSFER_FORMATS] } }),
    rawBody: { bytesMax: TRANSFER_RULES.bytesMax },
    response: importItem,
    status: 201,
    errors: [
      'article_import.unreadable',
      'article_import.header',
      'article_import.empty',
      'article_import.too_many_rows',
      'article_import.state_refused',
    ],
    async prepare({ query: { format } }, _context, stream) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      return { format, fileHash: sha256(bytes).toString('hex'), rows: readTransferFile(bytes, format) };
    },
    handler: async (tx, { prepared }) => present(await transfer.receive(tx, prepared)),
  });
}

function listRoute(transfer: TransferService): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/article-imports',
    summary: 'The newest imports of the own account, with how far they are.',
    permission: 'knowledge:write',
    audit: { none: 'Counts of files of articles.' },
    response: closed({ items: { type: 'array', items: importItem } }),
    handler: async (tx, _input, { actor }) => ({ items: (await transfer.list(tx, actor.id)).map(present) }),
  });
}

function oneRoute(transfer: TransferService): AnyRoute {
  return defineRoute<ById>({
    method: 'GET',
    path: '/api/v1/article-imports/:id',
    summary: 'One import of the own account.',
    permission: 'knowledge:write',
    audit: { none: 'Counts of files of articles.' },
    params: importId,
    response: importItem,
    handler: async (tx, { params }, { actor }) => present(await transfer.get(tx, params.id, actor.id)),
  });
}

function presentRow(row: TransferRow): Record<string, unknown> {
  const { line, question, articleId, outcome, code, columnName: column, otherLine, otherId } = row;
  return { id: line, line, question, articleId, outcome, code, column, otherLine, otherId };
}

function rowsRoute(transfer: TransferService): AnyRoute {
  return defineRoute<ById, RowQuery>({
    method: 'GET',
    path: '/api/v1/article-imports/:id/rows',
    summary: 'Rows of a file with what they would do, or what is the matter with them; by line.',
    permission: 'knowledge:write',
    audit: { none: 'Questions of articles, masked.' },
    params: importId,
    query: closed(
      {
        outcome: { enum: [...OUTCOMES] },
        cursor: { type: 'string', maxLength: 512 },
        limit: { type: 'integer', minimum: 1, maximum: ROWS_MAX },
      },
      [],
    ),
    response: closed({ items: { type: 'array', items: rowItem }, nextCursor: { type: 'string' } }, ['items']),
    async handler(tx, { params, query: { outcome, cursor, limit = LIMITS.pageItemsDefault } }, { actor }) {
      await transfer.get(tx, params.id, actor.id);
      const afterLine = cursor === undefined ? 0 : Number(decodeCursor(cursor, 1)[0]);
      const outcomes = outcome === undefined ? undefined : [outcome];
      const rows = await listRows(tx, { importId: params.id, afterLine, limit, outcomes });
      const last = rows.length < limit ? undefined : rows.at(-1);
      return { items: rows.map(presentRow), ...(last && { nextCursor: encodeCursor([last.line]) }) };
    },
  });
}

function applyRoute(transfer: TransferService): AnyRoute {
  return defineRoute<ById>({
    method: 'POST',
    path: '/api/v1/article-imports/:id/apply',
    summary: 'Brings in what is new or changed, for another person to approve.',
    permission: 'knowledge:write',
    audit: 'article.import',
    params: importId,
    response: importItem,
    status: 202,
    ifMatch: true,
    errors: ['article_import.state_refused'],
    handler: async (tx, { params, version }) => present(await transfer.apply(tx, params.id, version)),
  });
}
