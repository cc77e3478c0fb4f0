import { AppError } from '../../kernel/index.ts';
import { looksLikeFormula, readCsv, readXlsx, WorkbookError } from '../../platform/documents/index.ts';
import {
  TRANSFER_COLUMNS,
  TRANSFER_RULES,
  type RawRow,
  type TransferColumn,
  type TransferFormat,
} from './transfer.rules.ts';

const unreadable = (problem: string, line?: number) =>
  new AppError('article_import.unreadable', {
    details: line === undefined ? { problem } : { problem, line },
  });
const tooMany = () =>
  new AppError('article_import.too_many_rows', { details: { max: TRANSFER_RULES.rowsMax } });

/**
 * Reads a file of articles. Columns are found by the names in the first row, in any order, others are passed over;
 * several similar questions stand in one cell on lines of their own. Throws `article_import.unreadable`,
 * `article_import.header`, `article_import.empty`, `article_import.too_many_rows`.
 */
export function readTransferFile(bytes: Buffer, format: TransferFormat): RawRow[] {
  const rows = format === 'jsonl' ? readLines(bytes) : readTable(bytes, format);
  if (rows.length === 0) throw new AppError('article_import.empty');
  return rows;
}

function readTable(bytes: Buffer, format: 'xlsx' | 'csv'): RawRow[] {
  const [head, ...rows] = readCells(bytes, format);
  if (head === undefined) throw new AppError('article_import.empty');
  const columns = head.cells.map((name) =>
    TRANSFER_COLUMNS.find((known) => known.toLowerCase() === name.toLowerCase()),
  );
  const named = columns.filter((name) => name !== undefined);
  const isWhole = named.includes('question') && named.includes('answer');
  if (!isWhole || new Set(named).size < named.length) {
    throw new AppError('article_import.header', { details: { expected: TRANSFER_COLUMNS.join(',') } });
  }
  return rows.map(({ line, cells }) => toRow(line, columns, cells));
}

function readCells(bytes: Buffer, format: 'xlsx' | 'csv'): { line: number; cells: string[] }[] {
  try {
    return (format === 'xlsx' ? readXlsx : readCsv)(bytes, TRANSFER_RULES).rows;
  } catch (error) {
    if (error instanceof WorkbookError) {
      if (error.problem === 'too_many_rows') throw tooMany();
      throw unreadable(error.problem, error.line);
    }
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'import.too_many_rows') throw tooMany();
    const { problem, line } = error.details ?? {};
    throw unreadable(String(problem), typeof line === 'number' ? line : undefined);
  }
}

/** The apostrophe that exports put before what a spreadsheet would take for a formula comes off again. */
function plain(text: string): string {
  return text.startsWith("'") && looksLikeFormula(text.slice(1)) ? text.slice(1) : text;
}

function toRow(
  line: number,
  columns: readonly (TransferColumn | undefined)[],
  cells: readonly string[],
): RawRow {
  const values: RawRow['values'] = {};
  for (const [index, name] of columns.entries()) {
    if (name !== undefined) values[name] = plain((cells[index] ?? '').trim());
  }
  const { similar, ...others } = values;
  return { line, values: others, similar: similar === undefined ? undefined : wordingsOf(similar) };
}

function wordingsOf(cell: string): string[] {
  return cell
    .split(/\r\n|\n|\r/)
    .map((text) => plain(text.trim()))
    .filter((text) => text !== '');
}

function readLines(bytes: Buffer): RawRow[] {
  if (bytes.includes(0)) throw unreadable('nul');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable('charset');
  }
  const rows: RawRow[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    rows.push(parseLine(line, index + 1));
    if (rows.length > TRANSFER_RULES.rowsMax) throw tooMany();
  }
  return rows;
}

function parseLine(text: string, line: number): RawRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable('json', line);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { line, values: {}, fault: { code: 'not_an_object' } };
  }
  const given = value as Record<string, unknown>;
  const values: RawRow['values'] = {};
  for (const name of TRANSFER_COLUMNS) {
    const cell = given[name];
    if (name === 'similar' || cell === undefined) continue;
    if (cell !== null && typeof cell !== 'string') {
      return { line, values, fault: { code: 'not_a_text', column: name } };
    }
    values[name] = (cell ?? '').trim();
  }
  const { similar } = given;
  if (similar === undefined || similar === null) return { line, values };
  // Exports write the wordings of an article on lines of one text, in every format.
  if (typeof similar === 'string') return { line, values, similar: wordingsOf(similar) };
  const isTexts = Array.isArray(similar) && similar.every((each) => typeof each === 'string');
  if (!isTexts) return { line, values, fault: { code: 'not_a_text', column: 'similar' } };
  return {
    line,
    values,
    similar: (similar as string[]).map((each) => each.trim()).filter((each) => each !== ''),
  };
}
