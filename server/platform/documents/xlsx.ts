import { Zip, ZipDeflate } from 'fflate';
import { looksLikeFormula } from './formula.ts';
import {
  originLine,
  zoneName,
  type CellValue,
  type Column,
  type TableDocument,
  type TableWriter,
} from './table.ts';
import * as parts from './xlsx-parts.ts';

/** Rows of one sheet, the heading included (ECMA-376, and what spreadsheets open). */
export const XLSX_ROWS_MAX = 1_048_576;
/** Characters (UTF-16 units) of one cell; spreadsheets refuse a file with more. */
export const XLSX_CELL_CHARACTERS_MAX = 32_767;
/** Stands at the end of a text that was cut for the cell's limit. */
export const CUT_MARK = '…[cut]';

/** Digits that a spreadsheet keeps exactly; a longer number is written as text. */
const EXACT_DIGITS = 15;
const DAY_MS = 86_400_000;
/** 1970-01-01 in the count of days of spreadsheets. */
const EPOCH_DAY = 25_569;
/** 1900-03-01: days before it are counted differently by different programs. */
const FIRST_DAY = 61;
const DEFLATE_LEVEL = 6;

/**
 * Writes a workbook (ECMA-376, transitional): one sheet with a frozen, filtered heading and typed cells, and one sheet
 * that says who exported what and when; both carry it in their page footers too. Texts never become formulas: they are
 * inline strings, and those that look like one are marked as quoted.
 *
 * `rows` throws a RangeError beyond XLSX_ROWS_MAX.
 */
export function createXlsx(document: TableDocument): TableWriter {
  const chunks: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk);
  });
  const take = () => Buffer.concat(chunks.splice(0));
  const addFile = (name: string) => {
    const file = new ZipDeflate(name, { level: DEFLATE_LEVEL });
    file.mtime = document.origin.at;
    zip.add(file);
    return file;
  };
  for (const [name, text] of parts.fixedParts(document)) addFile(name).push(Buffer.from(text), true);
  const sheet = addFile('xl/worksheets/sheet1.xml');
  sheet.push(Buffer.from(parts.sheetHead(document)));
  let rowCount = 1;
  return {
    rows(rows) {
      if (rowCount + rows.length > XLSX_ROWS_MAX) throw new RangeError('More rows than a sheet holds.');
      const xml = rows.map((row) => {
        rowCount += 1;
        return rowXml(row, rowCount, document);
      });
      if (xml.length > 0) sheet.push(Buffer.from(xml.join('')));
      return take();
    },
    close() {
      sheet.push(Buffer.from(parts.sheetTail(document, rowCount)), true);
      addFile('xl/worksheets/sheet2.xml').push(
        Buffer.from(parts.aboutSheet(document, aboutLines(document))),
        true,
      );
      zip.end();
      return take();
    },
  };
}

function aboutLines({ title, origin, notes }: TableDocument): string[] {
  return [title, originLine(origin), zoneName(origin.offsetMinutes), ...notes];
}

function rowXml(row: readonly CellValue[], number: number, document: TableDocument): string {
  const cells = document.columns.map((column, index) =>
    cellXml(row[index] ?? null, column, { ref: `${parts.columnName(index)}${number}`, document }),
  );
  return `<row r="${number}">${cells.join('')}</row>`;
}

function cellXml(value: CellValue, column: Column, at: { ref: string; document: TableDocument }): string {
  if (value === null) return '';
  if (typeof value === 'boolean')
    return parts.textCell(at.ref, parts.yesNo(at.document, value), parts.STYLE.text);
  if (value instanceof Date) return instantXml(value, column, at);
  if (typeof value === 'number') {
    const style = column.type === 'integer' ? parts.STYLE.integer : parts.STYLE.number;
    return isExact(value)
      ? parts.numberCell(at.ref, value, style)
      : parts.textCell(at.ref, String(value), parts.STYLE.text);
  }
  const text = cutText(value);
  return parts.textCell(at.ref, text, looksLikeFormula(text) ? parts.STYLE.quoted : parts.STYLE.text);
}

function instantXml(
  value: Date,
  column: Column,
  { ref, document }: { ref: string; document: TableDocument },
): string {
  const day = (value.getTime() + document.origin.offsetMinutes * 60_000) / DAY_MS + EPOCH_DAY;
  if (!(day >= FIRST_DAY)) return parts.textCell(ref, value.toISOString(), parts.STYLE.text);
  const style = column.type === 'date' ? parts.STYLE.date : parts.STYLE.instant;
  return parts.numberCell(ref, column.type === 'date' ? Math.floor(day) : day, style);
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Math.abs(value) < 10 ** EXACT_DIGITS);
}

/** Cuts at the cell's limit, never through a pair of surrogates, and says that it did. */
function cutText(text: string): string {
  if (text.length <= XLSX_CELL_CHARACTERS_MAX) return text;
  const end = XLSX_CELL_CHARACTERS_MAX - CUT_MARK.length;
  const last = text.charCodeAt(end - 1);
  const isHighHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHighHalf ? end - 1 : end) + CUT_MARK;
}
