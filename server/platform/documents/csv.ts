import { guardFormula } from './formula.ts';
import {
  cellText,
  originLine,
  type CellValue,
  type Column,
  type TableDocument,
  type TableWriter,
} from './table.ts';

/** Excel takes a file without it for the system's own encoding, and shows Chinese as rubbish. */
const BYTE_ORDER_MARK = '\ufeff';

const ORIGIN_TITLE = { 'zh-CN': '导出人与时间', en: 'Exported by' } as const;

/**
 * Writes CSV (RFC 4180): UTF-8 with a byte order mark, CRLF, quotes where needed. A text that a spreadsheet would take
 * for a formula gets an apostrophe in front. The last column names who exported it and when, in every row, since the
 * format has no other place for it.
 */
export function createCsv(document: TableDocument): TableWriter {
  const origin = escape(guardFormula(originLine(document.origin)));
  const line = (cells: readonly string[], last: string) => `${cells.join(',')},${last}\r\n`;
  let head = BYTE_ORDER_MARK + headLine(document);
  return {
    rows(rows) {
      const text = rows.map((row) =>
        line(
          document.columns.map((column, index) => cell(row[index] ?? null, column, document)),
          origin,
        ),
      );
      const bytes = Buffer.from(head + text.join(''), 'utf8');
      head = '';
      return bytes;
    },
    close() {
      const bytes = Buffer.from(head, 'utf8');
      head = '';
      return bytes;
    },
  };
}

function headLine({ columns, lang }: TableDocument): string {
  return `${[...columns.map(({ title }) => escape(guardFormula(title))), ORIGIN_TITLE[lang]].join(',')}\r\n`;
}

function cell(value: CellValue, column: Column, document: TableDocument): string {
  const text = cellText(value, column, document);
  return escape(typeof value === 'string' ? guardFormula(text) : text);
}

/** NUL ends a text for many readers; it is shown by its picture instead. */
function escape(text: string): string {
  const clean = text.replaceAll('\0', '␀');
  return /[",\r\n]/.test(clean) ? `"${clean.replaceAll('"', '""')}"` : clean;
}
