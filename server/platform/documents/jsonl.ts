import type { CellValue, TableDocument, TableWriter } from './table.ts';

/** Writes a table as JSON lines, one object a row by the columns' keys; empty cells are left out. UTF-8, LF. */
export function createJsonl({ columns }: TableDocument): TableWriter {
  const keys = columns.map(({ key, title }) => key ?? title);
  const line = (row: readonly CellValue[]) => {
    const filled = keys.flatMap((key, index) => {
      const value = row[index] ?? null;
      return value === null || value === '' ? [] : [[key, value]];
    });
    return `${JSON.stringify(Object.fromEntries(filled))}\n`;
  };
  return {
    rows: (rows) => Buffer.from(rows.map(line).join(''), 'utf8'),
    close: () => Buffer.alloc(0),
  };
}
