import type { CellValue, TableDocument, TableWriter } from './table.ts';

/**
 * Writes a table as one JSON object: what it is, who took it and when, and `rows`, each an object by the columns' keys.
 * Instants are ISO 8601 in UTC, whatever the reader's zone.
 */
export function createJson(document: TableDocument): TableWriter {
  const { title, lang, origin, notes, columns } = document;
  const keys = columns.map(({ key, title: name }) => key ?? name);
  const about = { title, lang, account: origin.account, at: origin.at.toISOString(), notes };
  const names = Object.fromEntries(columns.map(({ title: name }, index) => [keys[index], name]));
  let start = `${JSON.stringify({ ...about, columns: names }).slice(0, -1)},"rows":[\n`;
  let isFirst = true;
  const line = (row: readonly CellValue[]) => {
    const text = JSON.stringify(Object.fromEntries(keys.map((key, index) => [key, row[index] ?? null])));
    const lead = isFirst ? '' : ',\n';
    isFirst = false;
    return lead + text;
  };
  const take = (text: string) => {
    const bytes = Buffer.from(start + text, 'utf8');
    start = '';
    return bytes;
  };
  return { rows: (rows) => take(rows.map(line).join('')), close: () => take('\n]}\n') };
}
