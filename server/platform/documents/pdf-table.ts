import { PdfWriter } from './pdf.ts';
import { cellText, type CellValue, type TableDocument, type TableWriter } from './table.ts';

/** More columns than this lie better on a page turned sideways. */
const PORTRAIT_COLUMNS_MAX = 5;

/** Writes a table as PDF: title, what was asked for, then the rows, with a section for each value of its column. */
export function createPdfTable(document: TableDocument): TableWriter {
  const { title, lang, origin, columns, notes, sectionColumn } = document;
  const shown = columns
    .map((column, index) => ({ column, index }))
    .filter(({ index }) => index !== sectionColumn);
  const pdf = new PdfWriter({ title, lang, origin, isLandscape: shown.length > PORTRAIT_COLUMNS_MAX });
  const heads = shown.map(({ column }) => ({ title: column.title, share: column.width }));
  pdf.heading(title);
  if (notes.length > 0) pdf.paragraph(notes.join('\n'), { isFaint: true });
  let section: string | undefined;
  let isOpen = false;
  const open = () => {
    pdf.table(heads);
    isOpen = true;
  };
  const startSection = (row: readonly CellValue[]) => {
    const column = sectionColumn === undefined ? undefined : columns[sectionColumn];
    if (sectionColumn === undefined || column === undefined) return;
    const value = cellText(row[sectionColumn] ?? null, column, document);
    if (value === section) return;
    section = value;
    pdf.heading(`${column.title} ${value}`, 2);
    open();
  };
  return {
    rows(rows) {
      for (const row of rows) {
        startSection(row);
        if (!isOpen) open();
        pdf.row(shown.map(({ column, index }) => cellText(row[index] ?? null, column, document)));
      }
      return pdf.take();
    },
    close() {
      if (!isOpen) open();
      return pdf.finish();
    },
  };
}
