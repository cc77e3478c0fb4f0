import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';
import type { RowContent } from './transfer.rules.ts';

/** What became of a row: what it would do, and after the import whether it did. */
export type RowOutcome =
  'waiting' | 'new' | 'changed' | 'unchanged' | 'conflict' | 'faulty' | 'applied' | 'refused';

/** Where a file stands. */
export type TransferState = 'checking' | 'checked' | 'applying' | 'done';

/** A file of articles; nothing of it is in the knowledge before somebody says so. */
export const articleImportEntity = defineEntity(
  'article_import',
  {
    id: col.uuid(),
    state: col.text(10),
    format: col.text(10),
    /** SHA-256 of the file, hexadecimal. */
    fileHash: col.text(64),
    rowCount: col.int(),
    /** Rows of the running step that are done. */
    doneCount: col.int(),
    newCount: col.int(),
    changedCount: col.int(),
    unchangedCount: col.int(),
    conflictCount: col.int(),
    faultyCount: col.int(),
    appliedCount: col.int(),
    createdById: col.text(64),
    createdAt: col.instant(),
    endedAt: col.instant().optional(),
    version: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `article_import`. */
export type ArticleImportRow = RowOf<typeof articleImportEntity>;

/** One row of a file. `line` counts from 1, the header included. */
export const articleImportRowEntity = defineEntity(
  'article_import_row',
  {
    importId: col.uuid(),
    line: col.int(),
    articleId: col.uuid().optional(),
    /** For the list of findings; masked. */
    question: col.text(300).optional(),
    content: col.json<RowContent>().optional(),
    outcome: col.text(10),
    code: col.text(30).optional(),
    columnName: col.text(20).optional(),
    otherLine: col.int().optional(),
    otherId: col.uuid().optional(),
  },
  { primaryKey: ['importId', 'line'] },
);

/** Row of `article_import_row`. */
export type TransferRow = RowOf<typeof articleImportRowEntity>;
