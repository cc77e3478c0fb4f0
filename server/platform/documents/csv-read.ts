import { AppError } from '../../kernel/index.ts';

/** A row of cells with the line where it begins, from 1. */
export interface CsvRow {
  line: number;
  cells: string[];
}

/** What was read; rows without any text are left out. */
export interface CsvFile {
  encoding: 'utf-8' | 'gb18030';
  rows: CsvRow[];
}

const unreadable = (problem: string, line?: number) =>
  new AppError('import.unreadable', { details: line === undefined ? { problem } : { problem, line } });

/**
 * Reads a CSV file: RFC 4180 in UTF-8 or, when it is none, in GB18030, which spreadsheets in Chinese write. The header
 * counts as a row. Throws `import.unreadable` and, for more than `rowsMax` rows below the header, `import.too_many_rows`.
 */
export function readCsv(bytes: Buffer, limits: { rowsMax: number; cellCharactersMax: number }): CsvFile {
  const { text, encoding } = decode(bytes);
  return { encoding, rows: parseCells(text, limits) };
}

function decode(bytes: Buffer): Pick<CsvFile, 'encoding'> & { text: string } {
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
function parseCells(text: string, limits: { rowsMax: number; cellCharactersMax: number }): CsvRow[] {
  const rows: CsvRow[] = [];
  // A cell in quotes, or one without any, and what ends it.
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/gy;
  let line = 1;
  let current: CsvRow = { line, cells: [] };
  while (cell.lastIndex < text.length || current.cells.length > 0) {
    const match = cell.exec(text);
    if (match === null) throw unreadable('quotes', line);
    const [whole, quoted, plain = '', end] = match;
    const value = quoted === undefined ? plain : quoted.replaceAll('""', '"');
    if (value.length > limits.cellCharactersMax) throw unreadable('cell', line);
    current.cells.push(value.trim());
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === ',') continue;
    if (current.cells.some((each) => each !== '')) rows.push(current);
    if (rows.length > limits.rowsMax + 1) {
      throw new AppError('import.too_many_rows', { details: { max: limits.rowsMax } });
    }
    current = { line, cells: [] };
    if (end === '') break;
  }
  return rows;
}
