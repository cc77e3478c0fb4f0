/** How a column's values are written. Instants are shown in the reader's zone, dates (`2026-01-31`) as they are. */
export type ColumnType = 'text' | 'integer' | 'number' | 'instant' | 'date' | 'flag';

/** One column of a table, for every format. */
export interface Column {
  /** Name for programs, in the formats they read; the title where there is none. */
  key?: string;
  title: string;
  type: ColumnType;
  /** Width in characters of Latin text; a guide in PDF, where the page decides. */
  width: number;
}

/** A value of a cell; null is an empty one. Instants are `Date`; dates are texts. */
export type CellValue = string | number | boolean | Date | null;

/** Who took the document and when; every format shows it. */
export interface Origin {
  /** Name of the account. */
  account: string;
  at: Date;
  /** Minutes that the reader's zone is ahead of UTC; times in the document are given in it. */
  offsetMinutes: number;
}

/** What a table's document is made of, besides its rows. */
export interface TableDocument {
  title: string;
  lang: 'zh-CN' | 'en';
  origin: Origin;
  columns: readonly Column[];
  /** Lines that say what was asked for (`State: open`); shown where the format has a place for them. */
  notes: readonly string[];
  /** In PDF: the column whose change begins a section of its own, with its value as heading. */
  sectionColumn?: number;
}

/**
 * Writes a table row by row. Each call gives the bytes made since the last one; nothing is held back but what the
 * format needs, so that memory doesn't grow with the rows.
 */
export interface TableWriter {
  rows(rows: readonly (readonly CellValue[])[]): Buffer;
  /** The rest of the file; the writer is used up afterwards. */
  close(): Buffer;
}

const MINUTE_MS = 60_000;

/** `2026-01-31 09:05:00` in the zone of the offset. */
export function localTime(at: Date, offsetMinutes: number): string {
  return new Date(at.getTime() + offsetMinutes * MINUTE_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** `UTC+08:00`. */
export function zoneName(offsetMinutes: number): string {
  const sign = offsetMinutes < 0 ? '-' : '+';
  const minutes = Math.abs(offsetMinutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `UTC${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `wang · 2026-01-31 09:05:00 UTC+08:00`: what every document carries of its origin. */
export function originLine({ account, at, offsetMinutes }: Origin): string {
  return `${account} · ${localTime(at, offsetMinutes)} ${zoneName(offsetMinutes)}`;
}

const YES_NO = { 'zh-CN': ['否', '是'], en: ['no', 'yes'] } as const;

/** A value as text, for the formats that know no types. */
export function cellText(value: CellValue, column: Column, { lang, origin }: TableDocument): string {
  if (value === null) return '';
  if (value instanceof Date) {
    return column.type === 'date'
      ? localTime(value, origin.offsetMinutes).slice(0, 10)
      : localTime(value, origin.offsetMinutes);
  }
  if (typeof value === 'boolean') return YES_NO[lang][value ? 1 : 0];
  return String(value);
}
