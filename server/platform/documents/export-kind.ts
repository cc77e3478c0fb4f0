import type { Actor, DataScope } from '../../kernel/index.ts';
import type { Schema } from '../http/index.ts';
import type { Db, Json } from '../persistence/index.ts';
import type { CellValue, ColumnType } from './table.ts';

/** The formats an export may have. */
export const EXPORT_FORMATS = ['xlsx', 'csv', 'pdf', 'html', 'json', 'jsonl'] as const;
/** One of the formats. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The languages a document may be in. */
export type DocumentLang = 'zh-CN' | 'en';

/** A text in both languages. */
export interface BothTexts {
  zh: string;
  en: string;
}

/** Who takes the rows: an active account with what it may do at this moment. */
export interface ExportReader {
  actor: Actor;
  displayName: string;
  permissions: ReadonlySet<string>;
  /** What of the organisation any of these permissions reaches, the widest of them. */
  scopeFor(...permissions: string[]): DataScope;
}

/** A column that an export offers. */
export interface ExportColumn {
  /** Permanent within its kind. */
  key: string;
  title: BothTexts;
  type: ColumnType;
  /** Characters of Latin text, about. */
  width: number;
}

/** What is asked of a kind for one page of rows. */
export interface ExportQuery {
  reader: ExportReader;
  /** As the kind's schema allows. */
  params: Record<string, Json>;
  /** Where the last page ended; null for the first. */
  cursor: string | null;
  limit: number;
  lang: DocumentLang;
  /** Whether a second person has allowed plain values; false: everything is masked as on the screen. */
  isUnmasked: boolean;
}

/** One page of rows. */
export interface ExportPage {
  /** Values in the order of the kind's columns. */
  rows: CellValue[][];
  /** What was read, for the trail: ids of the rows' records. */
  ids: string[];
  /** Where the next page begins, at most 500 characters; null when this was the last one. */
  next: string | null;
}

/**
 * Something that may be exported, declared by the module that owns the rows. Pages go by a key that never changes
 * (opening time and id), so that no row comes twice and none is left out while others are added.
 */
export interface ExportKind {
  /** Permanent name `noun.what`: `ticket.list`. */
  kind: string;
  title: BothTexts;
  /** Who may export it; the rows themselves are those the reader may see. */
  permission: string;
  formats: readonly ExportFormat[];
  columns: readonly ExportColumn[];
  /** Key of the column that parts a PDF into sections. */
  sectionKey?: string;
  /** Schema of the parameters: the filters of the list. */
  params: Schema;
  /** Refuses parameters that a schema can't, with an AppError. */
  assertParams?(params: Record<string, Json>): void;
  /** Whether plain values may be asked for at all. */
  canUnmask: boolean;
  /** How long a finished file can be fetched; a day unless set. */
  keptHours?: number;
  /** The filters in words, for the document's head; names no customer. */
  notes(params: Record<string, Json>, lang: DocumentLang): string[];
  page(db: Db, query: ExportQuery): Promise<ExportPage>;
}
