import { AppError } from '../../kernel/index.ts';
import { maskText, type Crypto, type SealedItem } from '../../platform/crypto/index.ts';
import type { CellValue, DocumentLang, ExportKind, ExportQuery } from '../../platform/documents/index.ts';
import { toSnakeCase, type Db, type OwnedRow, type RecordStore } from '../../platform/persistence/index.ts';
import { gather, type Node } from '../lifecycle/candidates.ts';
import { FILES, SHOWN_TABLES, type ShownTable } from './person.words.ts';

/** A file of a person, by name; its content is no part of the document. */
export interface PersonFile {
  id: string;
  ownerId: string;
  name: string | null;
  mediaType: string | null;
  sizeBytes: number;
  createdAt: Date;
}

/** What the export reads from. */
export interface PersonExportDeps {
  crypto: Crypto;
  stores: readonly RecordStore[];
  /** Files of a person behind an id, in the order of their ids. */
  filesOf(db: Db, requesterId: string, afterId: string | null, limit: number): Promise<PersonFile[]>;
}

type Line = CellValue[];
/** Stands for the files behind the records. */
const FILES_PLACE = 'files';

/**
 * Everything that is kept of one person, as the law lets that person ask for it: every table of every module whose rows
 * belong to the person, attachments by name. Read like an archive, so that no module can be forgotten.
 */
export function personExport(deps: PersonExportDeps): ExportKind {
  return {
    kind: 'requester.everything',
    title: { zh: '个人信息副本', en: 'Copy of personal data' },
    permission: 'record:manage',
    formats: ['html', 'json'],
    canUnmask: true,
    sectionKey: 'section',
    columns: [
      { key: 'section', title: { zh: '类别', en: 'Category' }, type: 'text', width: 20 },
      { key: 'record', title: { zh: '记录', en: 'Record' }, type: 'text', width: 38 },
      { key: 'field', title: { zh: '项目', en: 'Item' }, type: 'text', width: 20 },
      { key: 'value', title: { zh: '内容', en: 'Content' }, type: 'text', width: 80 },
    ],
    params: {
      type: 'object',
      additionalProperties: false,
      required: ['requesterId'],
      properties: { requesterId: { type: 'string', format: 'uuid' } },
    },
    notes: ({ requesterId }, lang) => notesOf(String(requesterId), lang),
    page: (db, query) => readPage(deps, db, query),
  };
}

function notesOf(requesterId: string, lang: DocumentLang): string[] {
  return lang === 'zh-CN'
    ? [
        `客户编号：${requesterId}`,
        '时间为协调世界时（UTC）。附件仅列出名称。审计追踪只含编号，不含个人信息内容；备份中的副本按备份期限到期。',
      ]
    : [
        `Person: ${requesterId}`,
        'Times are UTC. Attachments are listed by name. The audit trail holds ids and no personal data; copies in backups end with the backups.',
      ];
}

interface Place {
  store: RecordStore;
  ids: string[];
}

/** One store's records of the person at a time; files come last. */
async function readPage(deps: PersonExportDeps, db: Db, query: ExportQuery) {
  const requesterId = String(query.params['requesterId']);
  const places = await placesOf(deps, db, requesterId);
  if (query.cursor !== null && query.cursor.startsWith(FILES_PLACE)) {
    return filesPage(deps, db, query, query.cursor.slice(FILES_PLACE.length + 1) || null);
  }
  const [at = 0, from = 0] = (query.cursor ?? '0/0').split('/').map(Number);
  const place = places[at];
  if (place === undefined) return filesPage(deps, db, query, null);
  // A conversation has some ten rows; a page aims at what the machinery wants of one.
  const some = place.ids.slice(from, from + Math.max(1, Math.floor(query.limit / 10)));
  const lines: Line[] = [];
  for (const rows of place.store.rows) {
    if (rows.read === undefined) continue;
    for await (const page of rows.read(db, some)) lines.push(...(await linesOf(deps.crypto, page, query)));
  }
  const isWhole = from + some.length >= place.ids.length;
  const next = isWhole ? `${at + 1}/0` : `${at}/${from + some.length}`;
  return { rows: lines, ids: [requesterId], next: at + 1 >= places.length && isWhole ? FILES_PLACE : next };
}

/** The records of the person by their store: the profile, what keeps it, and what is attached to that. */
async function placesOf({ stores }: PersonExportDeps, db: Db, requesterId: string): Promise<Place[]> {
  const store = stores.find(
    ({ recordClass, attachedTo }) => recordClass === 'profile' && attachedTo === undefined,
  );
  const profile = await store?.find?.(db, requesterId);
  if (store === undefined || profile === undefined) throw new AppError('request.not_found');
  const { candidates, isCut } = await gather(db, stores, { store, records: [profile] }, []);
  if (isCut) throw new AppError('export.too_many_rows');
  const ids = new Map<RecordStore, Set<string>>();
  const add = (owner: RecordStore, id: string) => ids.set(owner, (ids.get(owner) ?? new Set()).add(id));
  const visit = (all: readonly Node[]) => {
    for (const { store: owner, subject, keepers } of all) {
      add(owner, subject.id);
      for (const other of stores) {
        if (other.keeping === undefined && other.attachedTo === subject.recordClass) add(other, subject.id);
      }
      visit(keepers);
    }
  };
  visit(candidates);
  const ordered = [store, ...stores.filter((owner) => owner !== store)];
  return ordered.flatMap((owner) => {
    const own = [...(ids.get(owner) ?? [])].sort();
    return own.length === 0 ? [] : [{ store: owner, ids: own }];
  });
}

async function linesOf(crypto: Crypto, rows: readonly OwnedRow[], query: ExportQuery): Promise<Line[]> {
  const shown = rows.flatMap((row) => {
    const table = SHOWN_TABLES[row.table];
    return table === undefined ? [] : [{ row, table }];
  });
  const sealed = shown.flatMap(({ row, table }) =>
    Object.keys(table.fields).flatMap((key): SealedItem[] => {
      const envelope = row.columns[key];
      if (!Buffer.isBuffer(envelope)) return [];
      return [{ cell: { table: row.table, column: toSnakeCase(key), rowId: row.rowId }, envelope }];
    }),
  );
  const opened = await crypto.openMany(sealed);
  let next = 0;
  const openNext = () => {
    const result = opened[next];
    next += 1;
    return result?.ok ? result.text : unreadable(query.lang);
  };
  return shown.flatMap(({ row, table }) => {
    const values = Object.keys(table.fields).map((key): [string, unknown] => {
      const value = row.columns[key];
      if (!Buffer.isBuffer(value)) return [key, value];
      const clear = openNext();
      return [key, query.isUnmasked ? clear : maskText(clear)];
    });
    return lines(table, row.rowId, values, query.lang);
  });
}

async function filesPage(
  { filesOf }: PersonExportDeps,
  db: Db,
  { params, limit, lang, isUnmasked }: ExportQuery,
  afterId: string | null,
) {
  const requesterId = String(params['requesterId']);
  const files = await filesOf(db, requesterId, afterId, limit);
  const rows = files.flatMap((file) => {
    const name = file.name ?? unreadable(lang);
    const values = { ...file, name: isUnmasked ? name : maskText(name) };
    return lines(FILES, file.id, Object.entries(values), lang);
  });
  const last = files.at(-1);
  const isLast = files.length < limit || last === undefined;
  return { rows, ids: [requesterId], next: isLast ? null : `${FILES_PLACE}/${last.id}` };
}

function lines(
  table: ShownTable,
  record: string,
  values: readonly (readonly [string, unknown])[],
  lang: DocumentLang,
): Line[] {
  const word = ({ zh, en }: { zh: string; en: string }) => (lang === 'zh-CN' ? zh : en);
  return values.flatMap(([key, value]) => {
    const field = table.fields[key];
    if (field === undefined || value === null || value === undefined) return [];
    return [[word(table.title), record, word(field), textOf(value)]];
  });
}

function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function unreadable(lang: DocumentLang): string {
  return lang === 'zh-CN' ? '（无法读取）' : '(cannot be read)';
}
