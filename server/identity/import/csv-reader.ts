import { AppError } from '../../kernel/index.ts';
import { readCsv, type CsvRow } from '../../platform/documents/index.ts';
import { IMPORT_COLUMNS, IMPORT_RULES, type ImportColumn, type ImportRow } from './import.rules.ts';

/** What was read: rows with as many cells as the first one, and the lines of the others. */
export interface ImportFile {
  encoding: 'utf-8' | 'gb18030';
  rows: ImportRow[];
  /** Lines of rows with more or fewer cells than the header. */
  oddLines: number[];
}

const OPTIONAL: ImportColumn = 'locale';

/**
 * Reads a file of accounts: RFC 4180 in UTF-8 or, when it is none, in GB18030, which spreadsheets in Chinese write.
 * Throws `import.unreadable`, `import.header`, `import.empty`, `import.too_many_rows`.
 */
export function readImportFile(bytes: Buffer): ImportFile {
  const { encoding, rows: all } = readCsv(bytes, IMPORT_RULES);
  const [head, ...rows] = all;
  if (head === undefined) throw new AppError('import.empty');
  const columns = columnsOf(head.cells);
  if (rows.length === 0) throw new AppError('import.empty');
  const isEven = ({ cells }: CsvRow) => cells.length === columns.length;
  return {
    encoding,
    rows: rows.filter(isEven).map((row) => toRow(row, columns)),
    oddLines: rows.filter((row) => !isEven(row)).map(({ line }) => line),
  };
}

function columnsOf(cells: readonly string[]): ImportColumn[] {
  const columns = cells.map((name) =>
    IMPORT_COLUMNS.find((known) => known.toLowerCase() === name.toLowerCase()),
  );
  const isWhole = IMPORT_COLUMNS.every((name) => name === OPTIONAL || columns.includes(name));
  if (!isWhole || columns.includes(undefined) || new Set(columns).size < columns.length) {
    throw new AppError('import.header', { details: { expected: IMPORT_COLUMNS.join(',') } });
  }
  return columns as ImportColumn[];
}

function toRow({ line, cells }: CsvRow, columns: readonly ImportColumn[]): ImportRow {
  const of = (name: ImportColumn) => cells[columns.indexOf(name)] ?? '';
  const roles = of('roles')
    .split(';')
    .map((role) => role.trim())
    .filter((role) => role !== '');
  return {
    line,
    username: of('username'),
    displayName: of('displayName'),
    roles: [...new Set(roles)].sort(),
    unit: of('unit'),
    locale: of('locale') || 'zh-CN',
  };
}
