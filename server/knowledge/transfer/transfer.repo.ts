import {
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import {
  articleImportEntity,
  articleImportRowEntity,
  type ArticleImportRow,
  type TransferRow,
} from './transfer.entity.ts';

const IMPORT_INSERT = insert(articleImportEntity);
const ROW_INSERT = insert(articleImportRowEntity);
const IMPORT_BY_ID = select(articleImportEntity, { name: 'article_import.by_id', where: ['id'] });
const IMPORTS_OF = select(articleImportEntity, {
  name: 'article_import.of_account',
  where: ['createdById'],
  orderBy: [['id', 'desc']],
  limit: true,
});
const IMPORT_WRITE = update(articleImportEntity, {
  name: 'article_import.write',
  set: [
    'state',
    'doneCount',
    'newCount',
    'changedCount',
    'unchangedCount',
    'conflictCount',
    'faultyCount',
    'appliedCount',
    'endedAt',
    'version',
  ],
  where: ['id', 'version'],
});
const IMPORT_REMOVE = remove(articleImportEntity, { name: 'article_import.remove', where: ['id'] });
const ROWS_REMOVE = remove(articleImportRowEntity, {
  name: 'article_import_row.remove',
  where: ['importId'],
});
const ROW_SETTLE = update(articleImportRowEntity, {
  name: 'article_import_row.settle',
  set: ['outcome', 'code', 'columnName', 'otherLine', 'otherId'],
  where: ['importId', 'line'],
});

const ROW_KINDS = {
  importId: 'uuid',
  line: 'int',
  articleId: 'uuid',
  question: 'text',
  content: 'json',
  outcome: 'text',
  code: 'text',
  columnName: 'text',
  otherLine: 'int',
  otherId: 'uuid',
} as const;
const ROW_COLUMNS = `import_id, line, article_id, question, content, outcome, code, column_name, other_line, other_id`;
const ROWS_AFTER = portable<{ importId: string; afterLine: number; limit: number }, TransferRow>(
  'article_import_row.after',
  `SELECT ${ROW_COLUMNS} FROM article_import_row WHERE import_id = :importId AND line > :afterLine
    ORDER BY line FETCH FIRST :limit ROWS ONLY`,
  { params: { importId: 'uuid', afterLine: 'int', limit: 'int' }, result: ROW_KINDS },
);
const ROWS_WITH = portable<
  { importId: string; outcomeList: readonly string[]; afterLine: number; limit: number },
  TransferRow
>(
  'article_import_row.with_outcome',
  `SELECT ${ROW_COLUMNS} FROM article_import_row
    WHERE import_id = :importId AND outcome IN (:outcomeList...) AND line > :afterLine
    ORDER BY line FETCH FIRST :limit ROWS ONLY`,
  {
    params: { importId: 'uuid', outcomeList: 'text', afterLine: 'int', limit: 'int' },
    result: ROW_KINDS,
  },
);

/** Keeps a file with its rows. */
export async function insertImport(tx: Tx, row: ArticleImportRow, rows: TransferRow[]): Promise<void> {
  await tx.run(IMPORT_INSERT, row);
  await tx.runMany(ROW_INSERT, rows);
}

/** The import of an id, if any. */
export function findImport(db: Db, id: string): Promise<ArticleImportRow | undefined> {
  return db.one(IMPORT_BY_ID, { id });
}

/** The newest imports of an account, newest first. */
export function listImports(db: Db, createdById: string, limit: number): Promise<ArticleImportRow[]> {
  return db.all(IMPORTS_OF, { createdById, limit });
}

/** Writes an import if it is still as it was read; tells whether it was. */
export async function writeImport(tx: Tx, read: ArticleImportRow, row: ArticleImportRow): Promise<boolean> {
  const { id, format: _format, fileHash: _fileHash, rowCount: _rowCount, ...rest } = row;
  const { createdById: _createdById, createdAt: _createdAt, ...set } = rest;
  const change = { ...set, version: read.version + 1 };
  return (await tx.run(IMPORT_WRITE, { ...change, whereId: id, whereVersion: read.version })) === 1;
}

/** Takes an import away with its rows. */
export async function removeImport(tx: Tx, id: string): Promise<void> {
  await tx.run(ROWS_REMOVE, { importId: id });
  await tx.run(IMPORT_REMOVE, { id });
}

/** Rows behind a line, in their order; of some outcomes alone when these are named. */
export function listRows(
  db: Db,
  page: { importId: string; afterLine: number; limit: number; outcomes?: readonly string[] | undefined },
): Promise<TransferRow[]> {
  const { outcomes, ...range } = page;
  return outcomes ? db.all(ROWS_WITH, { ...range, outcomeList: outcomes }) : db.all(ROWS_AFTER, range);
}

/** Writes what became of a row. */
export async function settleRow(tx: Tx, row: TransferRow): Promise<void> {
  const { importId, line, outcome, code, columnName, otherLine, otherId } = row;
  const set = { outcome, code, columnName, otherLine, otherId };
  await tx.run(ROW_SETTLE, { ...set, whereImportId: importId, whereLine: line });
}
