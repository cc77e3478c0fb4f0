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
  let line = 1;
  let at = 0;
  let current: CsvRow = { line, cells: [] };
  while (at < text.length || current.cells.length > 0) {
    const cell = cellAt(text, at);
    if (cell === undefined) throw unreadable('quotes', line);
    const { value, end } = cell;
    if (value.length > limits.cellCharactersMax) throw unreadable('cell', line);
    current.cells.push(value.trim());
    line += text.slice(at, cell.next).match(/\r\n|\n|\r/g)?.length ?? 0;
    at = cell.next;
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

const PLAIN = /[^",\r\n]*/y;
const ENDING = /,|\r\n|\n|\r|$/y;

/**
 * The cell that begins at a place, in quotes or without any, and what ends it; undefined when its quotes do not fit. By
 * hand: one expression over a cell of many megabytes runs out of the engine's stack.
 */
function cellAt(text: string, start: number): { value: string; end: string; next: number } | undefined {
  const close = text[start] === '"' ? closingQuote(text, start) : undefined;
  if (close === -1) return undefined;
  PLAIN.lastIndex = start;
  const value =
    close === undefined ? (PLAIN.exec(text)?.[0] ?? '') : text.slice(start + 1, close).replaceAll('""', '"');
  const after = close === undefined ? start + value.length : close + 1;
  ENDING.lastIndex = after;
  const end = ENDING.exec(text)?.[0];
  return end === undefined ? undefined : { value, end, next: after + end.length };
}

/** Where the quote stands that closes the one at a place; -1 when there is none. */
function closingQuote(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return -1;
}
