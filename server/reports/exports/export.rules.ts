import type { ErrorCode } from '../../kernel/index.ts';
import {
  localTime,
  type Column,
  type DocumentLang,
  type ExportColumn,
  type ExportFormat,
  type ExportKind,
} from '../../platform/documents/index.ts';

/** Every limit of exports. */
export const EXPORT_LIMITS = {
  /** Rows of one workbook or CSV file. */
  rowsMax: 100_000,
  /** Rows of one PDF: some 4,000 pages, which nobody prints. */
  pdfRowsMax: 20_000,
  /** Exports of one account that are waiting or being made. */
  openPerAccountMax: 3,
  /** Exports one account may ask for in 24 hours. */
  askedPerDayMax: 50,
  /** How long a finished file can be fetched, unless its kind says otherwise. */
  keptHours: 24,
  /** How long the list remembers that there was one. */
  rememberedDays: 30,
  /** Rows read in one unit of work. */
  pageRows: 200,
  /** Bytes of rows sealed as one part; an envelope holds 1 MiB. */
  partBytesMax: 512 * 1024,
  /** Exports made at the same time by the whole installation. */
  atOnce: 2,
  attemptsMax: 5,
  runMs: 60 * 60_000,
  /** Ended exports tidied up in one unit of work. */
  sweptAtOnce: 100,
} as const;

/**
 * `waiting` for a second person · `queued` · `running` · `ready` to be fetched · and the ends: `expired`, `failed`,
 * `cancelled`, `refused` by the second person.
 */
export const EXPORT_STATES = [
  'waiting',
  'queued',
  'running',
  'ready',
  'expired',
  'failed',
  'cancelled',
  'refused',
] as const;
/** One of the states. */
export type ExportState = (typeof EXPORT_STATES)[number];

const NEXT: Record<ExportState, readonly ExportState[]> = {
  waiting: ['queued', 'refused', 'cancelled'],
  queued: ['running', 'failed', 'cancelled'],
  running: ['ready', 'failed', 'cancelled'],
  ready: ['expired', 'cancelled'],
  expired: [],
  failed: [],
  cancelled: [],
  refused: [],
};

/** Whether an export may go from one state to another. */
export function mayMove(from: ExportState, to: ExportState): boolean {
  return NEXT[from].includes(to);
}

/** Failures that trying again does not mend: the export ends with them at once. */
const PERMANENT: ReadonlySet<ErrorCode> = new Set([
  'export.too_many_rows',
  'export.not_allowed',
  'export.kind_unknown',
  'access.refused',
  'request.not_found',
  'request.cursor_invalid',
]);

/** Whether an error of this code ends the export for good. */
export function isPermanent(code: ErrorCode): boolean {
  return PERMANENT.has(code);
}

/** How long a finished file of a kind can be fetched. */
export function keptHoursOf({ keptHours }: Pick<ExportKind, 'keptHours'>): number {
  return keptHours ?? EXPORT_LIMITS.keptHours;
}

/** Rows a document of this format may have. */
export function rowsMaxOf(format: ExportFormat): number {
  return format === 'pdf' ? EXPORT_LIMITS.pdfRowsMax : EXPORT_LIMITS.rowsMax;
}

/** Media types of the formats. */
export const MEDIA_TYPES: Record<ExportFormat, string> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
  pdf: 'application/pdf',
  html: 'text/html; charset=utf-8',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
};

/** A text of both languages in one of them. */
export function textIn(lang: DocumentLang, text: { zh: string; en: string }): string {
  return lang === 'zh-CN' ? text.zh : text.en;
}

/** The columns that were chosen, in the kind's own order; all of them when none was named. */
export function chosenColumns(kind: ExportKind, keys: readonly string[] | null): ExportColumn[] {
  return kind.columns.filter(({ key }) => keys === null || keys.includes(key));
}

/** Columns as documents take them. */
export function documentColumns(columns: readonly ExportColumn[], lang: DocumentLang): Column[] {
  return columns.map(({ key, title, type, width }) => ({ key, title: textIn(lang, title), type, width }));
}

/** `工单列表-20260107-1000.xlsx`, in the reader's time. */
export function fileNameOf(
  kind: ExportKind,
  file: { format: ExportFormat; lang: DocumentLang; at: Date; offsetMinutes: number },
): string {
  const time = localTime(file.at, file.offsetMinutes).slice(0, 16).replaceAll(/[-:]/g, '').replace(' ', '-');
  return `${textIn(file.lang, kind.title)}-${time}.${file.format}`;
}
