import type { ExportKind } from '../../platform/documents/index.ts';
import { encodeCursor } from '../../kernel/index.ts';
import { maskText } from '../../platform/crypto/index.ts';
import { articleExport, readExported, type ArticleExportParams } from '../articles/article.export.ts';
import { TRANSFER_COLUMNS } from './transfer.rules.ts';

const WIDTHS: Partial<Record<(typeof TRANSFER_COLUMNS)[number], number>> = {
  ...{ question: 40, similar: 50, answer: 60 },
};

/** Articles in the form in which a file brings them in again; names of columns are those of the import in both languages. */
export function transferExport(): ExportKind {
  const { permission, params, notes } = articleExport();
  return {
    ...{ permission, params, notes, canUnmask: false },
    kind: 'knowledge.transfer',
    title: { zh: '知识条目（可再导入）', en: 'Articles for import' },
    formats: ['xlsx', 'csv', 'jsonl'],
    columns: TRANSFER_COLUMNS.map((key) => ({
      ...{ key, title: { zh: key, en: key }, type: 'text' as const, width: WIDTHS[key] ?? 14 },
    })),
    async page(db, { params: filter, cursor, limit }) {
      const rows = await readExported(db, filter as ArticleExportParams, { cursor, limit });
      const last = rows.at(-1);
      return {
        rows: rows.map((row) => [
          ...[row.id, row.locale, row.category, maskText(row.question)],
          (row.similarTexts ?? []).map(maskText).join('\n'),
          ...[row.answer === null ? null : maskText(row.answer), row.riskLevel],
          ...[row.validFrom?.toISOString() ?? null, row.validTo?.toISOString() ?? null],
        ]),
        ids: rows.map(({ id }) => id),
        next: rows.length < limit || last === undefined ? null : encodeCursor([last.id]),
      };
    },
  };
}
