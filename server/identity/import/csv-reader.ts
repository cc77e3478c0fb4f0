import { AppError } from '../../kernel/index.ts';
import { IMPORT_COLUMNS, IMPORT_RULES, type ImportColumn, type ImportRow } from './import.rules.ts';

/** A row of cells with the line where it begins. */
interface Cells {
  line: number;
  cells: string[];
}

/** What was read: rows with as many cells as the first one, and the lines of the others. */
export interface ImportFile {
  encoding: 'utf-8' | 'gb18030';
  rows: ImportRow[];
  /** Lines of rows with more or fewer cells than the header. */
  oddLines: number[];
}

const OPTIONAL: ImportColumn = 'locale';

const unreadable = (problem: string, line?: number) =>
  new AppError('import.unreadable', { details: line === undefined ? { problem } : { problem, line } });

/**
 * Reads a file of accounts: RFC 4180 in UTF-8 or, when it is none, in GB18030, which spreadsheets in Chinese write.
 * Throws `import.unreadable`, `import.header`, `import.empty`, `import.too_many_rows`.
 */
export function readImportFile(bytes: Buffer): ImportFile {
  const { text, encoding } = decode(bytes);
  const [head, ...rows] = parseCells(text);
  if (head === undefined) throw new AppError('import.empty');
  const columns = columnsOf(head.cells);
  if (rows.length === 0) throw new AppError('import.empty');
  const isEven = ({ cells }: Cells) => cells.length === columns.length;
  return {
    encoding,
    rows: rows.filter(isEven).map((row) => toRow(row, columns)),
    oddLines: rows.filter((row) => !isEven(row)).map(({ line }) => line),
  };
}

function decode(bytes: Buffer): Pick<ImportFile, 'encoding'> & { text: string } {
  if (bytes.includes(0)) throw unreadable('nul');
  for (const encoding of ['utf-8', 'gb18030'] as const) {
    try {
      // The decoder takes a byte order mark away.
      return { encoding, text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  throw unreadable('charset');
}

/** Rows that are not empty, at most one more than may be (the header), with the line where each begins. */
function parseCells(text: string): Cells[] {
  const rows: Cells[] = [];
  // A cell in quotes, or one without any, and what ends it.
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/gy;
  let line = 1;
  let current: Cells = { line, cells: [] };
  while (cell.lastIndex < text.length || current.cells.length > 0) {
    const match = cell.exec(text);
    if (match === null) throw unreadable('quotes', line);
    const [whole, quoted, plain = '', end] = match;
    const value = quoted === undefined ? plain : quoted.replaceAll('""', '"');
    if (value.length > IMPORT_RULES.cellCharactersMax) throw unreadable('cell', line);
    current.cells.push(value.trim());
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === ',') continue;
    if (current.cells.some((each) => each !== '')) rows.push(current);
    if (rows.length > IMPORT_RULES.rowsMax + 1) {
      throw new AppError('import.too_many_rows', { details: { max: IMPORT_RULES.rowsMax } });
    }
    current = { line, cells: [] };
    if (end === '') break;
  }
  return rows;
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

function toRow({ line, cells }: Cells, columns: readonly ImportColumn[]): ImportRow {
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
