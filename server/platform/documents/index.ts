export { readCsv, type CsvFile, type CsvRow } from './csv-read.ts';
export { createCsv } from './csv.ts';
export {
  EXPORT_FORMATS,
  type BothTexts,
  type DocumentLang,
  type ExportColumn,
  type ExportFormat,
  type ExportKind,
  type ExportPage,
  type ExportQuery,
  type ExportReader,
} from './export-kind.ts';
export { looksLikeFormula } from './formula.ts';
export { createHtml } from './html-table.ts';
export { createJson } from './json-table.ts';
export { createJsonl } from './jsonl.ts';
export { createPdfTable } from './pdf-table.ts';
export { PdfWriter, type PdfColumn } from './pdf.ts';
export type { PageOptions } from './pdf-page.ts';
export { readXlsx, WorkbookError, type SheetRow } from './xlsx-read.ts';
export { createZip, type ZipWriter } from './zip.ts';
export { createXlsx, CUT_MARK, XLSX_CELL_CHARACTERS_MAX, XLSX_ROWS_MAX } from './xlsx.ts';
export {
  localTime,
  originLine,
  zoneName,
  type CellValue,
  type Column,
  type ColumnType,
  type Origin,
  type TableDocument,
  type TableWriter,
} from './table.ts';
